from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "kijun.governance.reports"
    label = "reports"
    verbose_name = _("報告書")

    def ready(self) -> None:
        from kijun.governance.audit import words
        from kijun.governance.reports import permissions  # noqa: F401  registers the rules
        from kijun.web import navigation

        words.add_actions({"reports.issued": _("報告を記録した")})
        navigation.register(
            navigation.Link(
                "publication",
                _("報告書"),
                "reports:index",
                "reports.view",
                order=30,
                about=_("議会や国に出す報告書を作る。"),
            )
        )
