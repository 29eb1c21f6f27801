from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    name = "kijun.governance.incidents"
    label = "incidents"
    verbose_name = _("インシデント")

    def ready(self) -> None:
        from kijun.governance.incidents import (  # noqa: F401  permissions and evidence register themselves
            evidence,
            links,
            permissions,
        )

        links.register_all()
