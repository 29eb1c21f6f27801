from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InteractionsConfig(AppConfig):
    name = "kijun.governance.interactions"
    label = "interactions"
    verbose_name = _("入出力記録")

    def ready(self) -> None:
        from kijun.governance.interactions import (  # noqa: F401  permissions and evidence register themselves
            evidence,
            links,
            permissions,
        )

        links.register_all()
