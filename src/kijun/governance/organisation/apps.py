from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganisationConfig(AppConfig):
    name = "kijun.governance.organisation"
    label = "organisation"
    verbose_name = _("組織")

    def ready(self) -> None:
        from kijun.web import navigation

        navigation.register(
            navigation.Link(
                "settings", _("部署"), "organisation:departments", "organisation.manage", order=20
            )
        )
