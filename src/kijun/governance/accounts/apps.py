from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "kijun.governance.accounts"
    label = "accounts"
    verbose_name = _("職員")

    def ready(self) -> None:
        from kijun.governance.accounts import permissions  # noqa: F401  registers the rules
        from kijun.web import navigation

        navigation.register(
            navigation.Link("settings", _("職員"), "accounts:people", "accounts.manage_people", order=10)
        )
        navigation.register(
            navigation.Link(
                "settings", _("人事異動"), "accounts:transfers", "accounts.manage_people", order=30
            )
        )
