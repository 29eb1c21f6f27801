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
        from kijun.governance.chat.documents import links as documents
        from kijun.governance.chat.documents import permissions as of_documents  # noqa: F401  the same

        documents.register_all()
