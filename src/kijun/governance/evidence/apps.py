from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvidenceConfig(AppConfig):
    name = "kijun.governance.evidence"
    label = "evidence"
    verbose_name = _("証跡")
