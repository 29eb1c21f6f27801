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


class NotPublic(models.TextChoices):
    """Why a system is not in the register; residents read the reason with a number, never with a name."""

    SECURITY = "security", _("安全・防犯の仕組みが弱くなる")
    RIGHTS = "rights", _("個人や法人の正当な権利を害する")
    INSPECTION = "inspection", _("検査や調査の正しい実施を妨げる")
    INTERNAL = "internal", _("庁内の小さな試用で、住民の情報も影響もない")


class Kind(models.TextChoices):
    ENTRY = "entry", _("公開する")
    NOT_PUBLIC = "not_public", _("公開しない")


class Entry(Tenant, Versioned):
    """The working copy of a system's entry; nothing of it reaches residents before it is approved.

    ``texts``: what staff typed, {field key: {"ja": …, "en": …, "ja-easy": …}} for translated fields, else the plain
    value (a date as ISO text, a list as texts). ``hidden``: keys of automatic fields that are left out.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("下書き")
        SUBMITTED = "submitted", _("提出済")
        RETURNED = "returned", _("差戻し")
        PUBLISHED = "published", _("公開中")
        NOT_PUBLIC = "not_public", _("非公開")
        WITHDRAWN = "withdrawn", _("公開終了")

    system = models.OneToOneField(AISystem, models.CASCADE, related_name="register_entry")
    state = models.CharField(_("状態"), max_length=10, choices=State.choices, default=State.DRAFT)
    kind = models.CharField(_("公開の有無"), max_length=10, choices=Kind.choices, default=Kind.ENTRY)
    texts: Any = models.JSONField(_("内容"), default=dict)
    hidden: Any = models.JSONField(_("公開しない項目"), default=list)
    not_public_category = models.CharField(
        _("公開しない理由の区分"), max_length=10, choices=NotPublic.choices, blank=True
    )
    not_public_reason = models.TextField(_("公開しない理由"), blank=True)
    next_review_on = models.DateField(_("次に見直す日"), null=True, blank=True)
    """Of what is in force; set when it is decided."""
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.system)


class Publication(Tenant):
    """One decided version of an entry, frozen as approved. The newest that is not withdrawn is in force.

    ``content`` of kind entry: {"fields": {key: value}}; of kind not_public: {"category": …}.
    """

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="publications")
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.ENTRY)
    content: Any = models.JSONField(default=dict)
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["entry", "-version"]
        constraints = [models.UniqueConstraint(fields=["entry", "version"], name="publication_version_once")]

    def __str__(self) -> str:
        return f"{self.entry} v{self.version}"

    @property
    def fields(self) -> dict[str, Any]:
        """Values by field key; empty for a system that is not public."""
        found: dict[str, Any] = self.content.get("fields", {})
        return found
