from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SitesConfig(AppConfig):
    name = "kijun.sites"
    label = "kijun_sites"

    def ready(self) -> None:
        from kijun.web import navigation

        navigation.register(navigation.Link("home", _("ホーム"), "home", order=0))
