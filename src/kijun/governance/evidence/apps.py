from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvidenceConfig(AppConfig):
    name = "kijun.governance.evidence"
    label = "evidence"
    verbose_name = _("証跡")

    def ready(self) -> None:
        from kijun.governance.evidence import (
            permissions,  # noqa: F401  registers the rules
            registrations,
            words,
        )
        from kijun.governance.evidence.views.findings import waiting_count
        from kijun.web import navigation

        registrations.register()
        words.register()
        navigation.register(
            navigation.Link(
                "checks",
                _("証跡"),
                "evidence:items",
                "evidence.read",
                order=40,
                about=_("対策ができていることを示す事実。多くは自動で集まる。"),
            )
        )
        navigation.register(
            navigation.Link(
                "checks",
                _("指摘と改善"),
                "evidence:findings",
                "evidence.read",
                order=30,
                count=waiting_count,
                about=_("できていない対策と、だれがいつまでに直すか。"),
            )
        )
