from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MandatesConfig(AppConfig):
    name = "kijun.governance.mandates"
    label = "mandates"
    verbose_name = _("責任体制")

    def ready(self) -> None:
        from kijun.governance.mandates import links, permissions  # noqa: F401  registers the rules

        links.register()
