from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SitesConfig(AppConfig):
    name = "kijun.sites"
    label = "kijun_sites"

    def ready(self) -> None:
        from kijun.governance.accounts import waiting
        from kijun.sites import first_steps
        from kijun.web import navigation, search

        waiting.register(first_steps.tasks)

        navigation.register(
            navigation.Link("home", _("ホーム"), "home", order=0, about=_("今日することと、AIを使う入口。"))
        )
        search.register(_("メニュー"), navigation.find, first=True)
