from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FeedbackConfig(AppConfig):
    name = "kijun.governance.feedback"
    label = "feedback"
    verbose_name = _("回答への声")

    def ready(self) -> None:
        from kijun.governance.feedback import (  # noqa: F401  permissions and evidence register themselves
            evidence,
            links,
            permissions,
        )

        links.register_all()
