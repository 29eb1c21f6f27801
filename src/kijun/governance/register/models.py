"""Register entries: what the town tells residents about one AI system, in three languages."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.approvals.models import Approval
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.tenancy import Tenant
from kijun.web.versions import Versioned


class Entry(Tenant, Versioned):
    """The working copy of a system's entry. ``texts``: {field key: {"ja": …, "en": …, "ja-easy": …}}."""

    class State(models.TextChoices):
        DRAFT = "draft", _("下書き")
        SUBMITTED = "submitted", _("提出済")
        RETURNED = "returned", _("差戻し")
        PUBLISHED = "published", _("公開中")
        WITHDRAWN = "withdrawn", _("公開終了")

    system = models.OneToOneField(AISystem, models.CASCADE, related_name="register_entry")
    state = models.CharField(_("状態"), max_length=10, choices=State.choices, default=State.DRAFT)
    texts: Any = models.JSONField(default=dict)
    not_public_reason = models.TextField(_("公開しない理由"), blank=True)
    next_review_on = models.DateField(_("次に見直す日"), null=True, blank=True)
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.system)


class Publication(Tenant):
    """One published version of an entry, frozen as approved. Residents read the newest that is not withdrawn."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="publications")
    version = models.PositiveIntegerField()
    content: Any = models.JSONField(default=dict)
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["entry", "-version"]
        constraints = [models.UniqueConstraint(fields=["entry", "version"], name="publication_version_once")]

    def __str__(self) -> str:
        return f"{self.entry} v{self.version}"
