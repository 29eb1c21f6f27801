from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    name = "kijun.governance.assessments"
    label = "assessments"
    verbose_name = _("自己点検")

    def ready(self) -> None:
        from kijun.governance.assessments import (  # noqa: F401  permissions and evidence register themselves
            evidence,
            links,
            panels,
            permissions,
            subject,
            words,
        )

        links.register_all()
        panels.register_all()
        subject.register_all()
        words.register_all()
