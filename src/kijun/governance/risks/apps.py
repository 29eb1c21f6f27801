from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RisksConfig(AppConfig):
    name = "kijun.governance.risks"
    label = "risks"
    verbose_name = _("リスク評価")

    def ready(self) -> None:
        from kijun.governance.evidence import scopes
        from kijun.governance.risks import (  # noqa: F401  permissions and evidence register themselves
            evidence,
            gate,
            links,
            permissions,
            queries,
        )

        gate.register_all()
        links.register_all()
        scopes.register_tiers(queries.tiers)
