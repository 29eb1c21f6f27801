from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    name = "kijun.governance.chat"
    label = "chat"
    verbose_name = _("AIと対話")

    def ready(self) -> None:
        from kijun.governance.chat import (  # noqa: F401  permissions and evidence register themselves
            evidence,
            links,
            permissions,
        )

        links.register_all()
