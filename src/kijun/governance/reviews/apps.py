from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "kijun.governance.reviews"
    label = "reviews"
    verbose_name = _("回答の確認")

    def ready(self) -> None:
        from kijun.governance.reviews import (  # noqa: F401  permissions and evidence register themselves
            evidence,
            links,
            permissions,
            subject,
        )

        subject.register()
        links.register_all()
