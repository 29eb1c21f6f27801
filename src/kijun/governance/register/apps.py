from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegisterConfig(AppConfig):
    name = "kijun.governance.register"
    label = "register"
    verbose_name = _("公開台帳")
