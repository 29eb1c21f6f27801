from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegisterConfig(AppConfig):
    name = "kijun.governance.register"
    label = "register"
    verbose_name = _("公開台帳")

    def ready(self) -> None:
        from kijun.governance.register import (
            evidence,  # noqa: F401  registers the collectors
            permissions,  # noqa: F401  registers the rules
            registrations,
        )

        registrations.register()
