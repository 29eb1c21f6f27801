from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    name = "kijun.governance.approvals"
    label = "approvals"
    verbose_name = _("決裁")

    def ready(self) -> None:
        from kijun.governance.approvals import (
            permissions,  # noqa: F401  registers the rules
            registrations,
            words,
        )
        from kijun.governance.approvals.views.approvals import waiting_count
        from kijun.web import navigation

        registrations.register()
        words.register()
        navigation.register(
            navigation.Link(
                "home",
                _("決裁"),
                "approvals:list",
                "approvals.read",
                order=20,
                count=waiting_count,
                about=_("起案したもの、審査・決裁を待つもの、終わったものを見る。"),
            )
        )
        navigation.register(
            navigation.Link(
                "settings",
                _("決裁ルート"),
                "approvals:routes",
                "approvals.manage_routes",
                order=40,
                about=_("何をだれが審査し、決裁するか。"),
            )
        )
