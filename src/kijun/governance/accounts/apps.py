from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "kijun.governance.accounts"
    label = "accounts"
    verbose_name = _("職員")

    def ready(self) -> None:
        from kijun.governance.accounts import (
            permissions,  # noqa: F401  registers the rules
            signals,  # noqa: F401  connects its receivers
            waiting,
            words,
        )
        from kijun.governance.accounts.finder import find_people
        from kijun.governance.accounts.security import factor_to_set_up
        from kijun.governance.accounts.transfer_links import register as register_transfers
        from kijun.web import navigation, search

        words.register()
        waiting.register(factor_to_set_up)
        register_transfers()
        navigation.register(
            navigation.Link(
                "settings",
                _("職員"),
                "accounts:people",
                "accounts.read_people",
                order=10,
                about=_("職員を登録し、役割を付ける。"),
            )
        )
        navigation.register(
            navigation.Link(
                "settings",
                _("人事異動"),
                "accounts:transfers",
                "accounts.manage_people",
                order=30,
                about=_("異動の日に、所属、役割、仕事をまとめて移す。"),
            )
        )
        search.register(_("職員"), find_people)
