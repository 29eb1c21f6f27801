"""Collections of a department, documents in them with versions that are approved, what a purpose reads, who opened which source."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kijun.governance.access.models import Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.organisation.models import Department
from kijun.governance.organisation.tenancy import Tenant
from kijun.web.versions import Versioned


class Collection(Tenant, Versioned):
    """Documents of one department. ``is_open``: every purpose reads it that names no collections of its own."""

    name = models.CharField(_("名称"), max_length=80)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name=_("所管の部署"))
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("管理する人"))
    is_open = models.BooleanField(_("庁内のどの利用目的からも使える"), default=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="collection_name_once")]

    def __str__(self) -> str:
        return self.name


class Document(Tenant, Versioned):
    """One text of a collection. ``current`` is the version that is served; None: none was approved, or it was withdrawn."""

    collection = models.ForeignKey(
        Collection, models.PROTECT, related_name="documents", verbose_name=_("文書集")
    )
    title = models.CharField(_("文書名"), max_length=120)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("管理する人"))
    current = models.ForeignKey(
        "chat.DocumentVersion", models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    withdrawn_at = models.DateTimeField(_("取り下げた日時"), null=True, blank=True, editable=False)
    withdrawn_why = models.CharField(_("取り下げた理由"), max_length=300, blank=True, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["title", "pk"]
        constraints = [models.UniqueConstraint(fields=["collection", "title"], name="document_title_once")]

    def __str__(self) -> str:
        return self.title


class DocumentVersion(Tenant, Versioned):
    """A text as it was uploaded; it never changes. ``places`` are [from, to, page in words]; ``findings`` {type: how many}; ``guarded`` the
    places of personal or secret data, [from, to]: passages with them go to no model."""

    class State(models.TextChoices):
        DRAFT = "draft", _("下書き")
        SUBMITTED = "submitted", _("決裁中")
        RETURNED = "returned", _("差戻し")
        CURRENT = "current", _("使用中")
        REPLACED = "replaced", _("旧版")
        WITHDRAWN = "withdrawn", _("取下げ")

    document = models.ForeignKey(Document, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("版"))
    state = models.CharField(_("状態"), max_length=9, choices=State.choices, default=State.DRAFT)
    text = models.TextField(_("本文"))
    places: Any = models.JSONField(default=list)
    passages = models.PositiveIntegerField(_("箇所の数"), default=0)
    findings: Any = models.JSONField(_("見つかったもの"), default=dict)
    guarded: Any = models.JSONField(default=list)
    file_name = models.CharField(_("ファイル名"), max_length=200)
    digest = models.CharField(max_length=64)
    dated = models.DateField(_("内容の時点"))
    review_by = models.DateField(_("見直し期限"))
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    approved_at = models.DateTimeField(_("承認した日時"), null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="document_version_once")]

    def __str__(self) -> str:
        return f"{self.document.title} {self.number}"

    def overdue(self, today: datetime.date | None = None) -> bool:
        """Its review is due and was not made: it is not served silently."""
        return self.review_by < (today or timezone.localdate())


class PurposeReading(Tenant, Versioned):
    """Which documents a purpose reads; no collections: all that are open."""

    purpose = models.OneToOneField(
        Purpose, models.CASCADE, related_name="reading", verbose_name=pgettext_lazy("one", "利用目的")
    )
    collections = models.ManyToManyField(Collection, blank=True, verbose_name=_("使う文書集"))
    for_models = models.BooleanField(_("質問の前に、関係する箇所をAIに渡す"), default=False)
    overdue = models.BooleanField(_("見直し期限を過ぎた文書も、印を付けて示す"), default=False)

    def __str__(self) -> str:
        return str(self.purpose)


class Opened(Tenant):
    """A person opened a source of an answer (U3.1.6)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    interaction = models.CharField(max_length=64)
    version = models.ForeignKey(DocumentVersion, models.CASCADE, related_name="+")
    passage = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "interaction", "version", "passage"], name="source_opened_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.interaction} {self.version_id}"
