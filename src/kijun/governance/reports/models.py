"""Reports that were issued: to the assembly, to residents, to the ministries (G.7, P8.2.4)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kijun.governance.accounts.models import Person
from kijun.governance.organisation.tenancy import Tenant


class Issue(Tenant):
    """One report given to somebody; ``requested_on`` to ``issued_on`` is the time a stakeholder waited."""

    class Audience(models.TextChoices):
        ASSEMBLY = "assembly", _("議会")
        RESIDENTS = "residents", _("住民")
        MINISTRY = "ministry", _("関係府省")
        OTHER = "other", pgettext_lazy("audience", "その他")

    audience = models.CharField(_("報告先"), max_length=10, choices=Audience.choices)
    title = models.CharField(_("件名"), max_length=200)
    requested_on = models.DateField(_("求められた日"), null=True, blank=True)
    issued_on = models.DateField(_("報告した日"))
    note = models.TextField(_("内容"), blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-issued_on", "-pk"]

    def __str__(self) -> str:
        return self.title
