from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    name = "kijun.governance.inventory"
    label = "inventory"
    verbose_name = _("AIシステム台帳")

    def ready(self) -> None:
        from kijun.governance.inventory import (  # noqa: F401  permissions and evidence register themselves
            evidence,
            links,
            own_gates,
            permissions,
            sections,
        )

        own_gates.register_all()
        sections.register_all()
        links.register_all()
