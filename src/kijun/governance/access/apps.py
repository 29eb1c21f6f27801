from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "kijun.governance.access"
    label = "access"
    verbose_name = _("AIの利用権")

    def ready(self) -> None:
        from kijun.governance.access import (  # noqa: F401  permissions and evidence register themselves
            evidence,
            links,
            permissions,
        )

        links.register_all()
