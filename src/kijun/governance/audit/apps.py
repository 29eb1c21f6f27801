from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "kijun.governance.audit"
    label = "audit"
    verbose_name = _("操作の記録")

    def ready(self) -> None:
        from kijun.web import navigation

        navigation.register(
            navigation.Link(
                "settings",
                _("操作の記録"),
                "audit:trail",
                "audit.read",
                order=90,
                about=_("だれが、いつ、Kijunの何を変えたか。"),
            )
        )
