"""Evidence items, files, findings and improvement plans. A scope is (kind, id): a system or the organisation."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.organisation.models import Department
from kijun.governance.organisation.tenancy import Tenant
from kijun.web import dates
from kijun.web.versions import Versioned

SOON = 30
"""Days before its expiry in which evidence counts as about to lapse."""


class ScopeKind(models.TextChoices):
    ORGANISATION = "organisation", _("組織全体")
    SYSTEM = "system", _("AIシステム")


class Verdict(models.TextChoices):
    MET = "met", _("満たしている")
    PARTLY = "partly", _("一部満たしている")
    UNMET = "unmet", _("満たしていない")
    UNKNOWN = "unknown", _("判定できない")


def sort_key(control_id: str) -> str:
    """``P10.1.2`` as ``P010.001.002``."""
    return re.sub(r"[0-9]+", lambda digits: digits.group().zfill(3), control_id)[:40]


class Scoped(Tenant):
    """A row about one control in one scope. ``scope_id``: the municipality's or the system's primary key."""

    control_id = models.CharField(_("対策"), max_length=20)
    control_sort = models.CharField(max_length=40, blank=True, editable=False)
    """The id in a form that sorts as people count: G.002 before G.012."""
    scope_kind = models.CharField(max_length=12, choices=ScopeKind.choices)
    scope_id = models.PositiveBigIntegerField()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.control_sort = sort_key(self.control_id)
        super().save(*args, **kwargs)


class StoredFile(Tenant):
    """An uploaded file, kept under its digest in KIJUN_HOME/files/<municipality>/, never executed, never inline."""

    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Item(Scoped):
    """One piece of evidence. A new value makes a new row; ``superseded_at`` is empty on the current one."""

    class Kind(models.TextChoices):
        AUTOMATIC = "automatic", _("自動")
        ATTESTATION = "attestation", _("申告")
        FILE = "file", _("ファイル")
        LINK = "link", _("リンク")

    kind = models.CharField(_("種類"), max_length=12, choices=Kind.choices)
    collector = models.CharField(max_length=120, blank=True)
    """Dotted name of the collecting function (automatic items only)."""
    title = models.CharField(_("件名"), max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    value = models.CharField(_("値"), max_length=500, blank=True)
    value_en = models.CharField(max_length=500, blank=True)
    """Collectors speak both languages; people write in one, so the English may be empty."""
    figures: Any = models.JSONField(default=dict)
    verdict = models.CharField(_("判定"), max_length=8, choices=Verdict.choices, default=Verdict.UNKNOWN)
    note = models.TextField(_("説明"), blank=True)
    url = models.CharField(_("リンク"), max_length=500, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    as_of = models.DateTimeField()
    effective_on = models.DateField(_("基準日"), null=True, blank=True)
    expires_on = models.DateField(_("有効期限"), null=True, blank=True)
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    superseded_at = models.DateTimeField(null=True, blank=True)
    replaced_by = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="replaces")
    """The newer evidence by hand that a person put in its place."""
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-as_of", "-pk"]
        indexes = [
            models.Index(
                fields=["municipality", "scope_kind", "scope_id", "control_id"], name="evidence_scope"
            ),
            models.Index(fields=["municipality", "superseded_at", "expires_on"], name="evidence_expiry"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "scope_kind", "scope_id", "control_id", "collector"],
                condition=models.Q(kind="automatic", superseded_at=None),
                name="evidence_one_current",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("evidence:item", args=[self.pk])

    @property
    def shown_title(self) -> str:
        """The title in the reader's language, as far as it was written in it."""
        return (self.title_en if get_language() == "en" else "") or self.title

    @property
    def shown_value(self) -> str:
        return (self.value_en if get_language() == "en" else "") or self.value

    @property
    def is_current(self) -> bool:
        return self.superseded_at is None

    @property
    def has_expired(self) -> bool:
        """Past its last day, today in the town's time zone."""
        return self.expires_on is not None and self.expires_on < timezone.localdate()

    @property
    def expires_soon(self) -> bool:
        """Within 30 days."""
        if self.expires_on is None or self.has_expired:
            return False
        return self.expires_on <= timezone.localdate() + datetime.timedelta(days=SOON)


class Finding(Scoped, Versioned):
    """A gap: something a control asks for and that is not so. It has an owner, a due date and a plan."""

    class Cause(models.TextChoices):
        GAP = "gap", _("自己点検で見つかった不足")
        LAPSE = "lapse", _("証跡の失効")
        WORSE = "worse", _("判定の悪化")
        MANUAL = "manual", _("手動での登録")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("finding", "未着手")
        PLANNED = "planned", _("計画済")
        DONE = "done", _("実施済・確認待ち")
        CLOSED = "closed", pgettext_lazy("finding", "完了")

    number = models.PositiveIntegerField()
    """Running number in the municipality."""
    title = models.CharField(_("件名"), max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    """Of what was raised by itself; people write in one language."""
    description = models.TextField(_("内容"), blank=True)
    cause = models.CharField(_("きっかけ"), max_length=8, choices=Cause.choices)
    state = models.CharField(_("状態"), max_length=8, choices=State.choices, default=State.OPEN)
    item = models.ForeignKey(Item, models.SET_NULL, null=True, blank=True, related_name="findings")
    source_kind = models.CharField(max_length=80, blank=True)
    source_id = models.CharField(max_length=40, blank=True)
    """What raised it when it was not an evidence item, for example an assessment."""
    owner = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    lapsed_at = models.DateTimeField(null=True, blank=True)
    """When the evidence turned bad (G.12 asks for the time from lapse to finding)."""
    raised_at = models.DateTimeField(auto_now_add=True)
    raised_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    due_on = models.DateField(_("期限"))
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    """Empty when the evidence mended by itself."""
    done_note = models.TextField(_("実施した内容"), blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    closing_note = models.TextField(_("確認の結果"), blank=True)

    class Meta:
        ordering = ["due_on", "number"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number"], name="finding_number_once"),
            models.UniqueConstraint(
                fields=["municipality", "scope_kind", "scope_id", "control_id", "cause"],
                condition=~models.Q(state="closed") & ~models.Q(cause="manual"),
                name="finding_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("evidence:finding", args=[self.pk])

    @property
    def code(self) -> str:
        return f"F-{self.number:04d}"

    @property
    def shown_title(self) -> str:
        """The title in the reader's language where it was raised by itself; else as it was written.

        Of an own control as it read then: a list need not ask for each row how it reads now.
        """
        from kijun.governance.evidence import controls  # the catalogue is read only for pages

        if self.cause in {self.Cause.LAPSE, self.Cause.WORSE} and not controls.is_own(self.control_id):
            return lapse_title(self.cause, controls.of(None).label(self.control_id))
        return (self.title_en if get_language() == "en" else "") or self.title

    @property
    def shown_description(self) -> str:
        """What is wrong, in the reader's language where it was raised by evidence; else as it was written."""
        item = self.item
        if item is None or self.cause not in {self.Cause.LAPSE, self.Cause.WORSE}:
            return self.description
        if self.cause == self.Cause.LAPSE and item.expires_on is not None:
            return gettext("証跡「%(title)s」は、%(day)sで期限が切れました。") % {
                "title": item.shown_title,
                "day": dates.format_date(item.expires_on),
            }
        if item.kind == Item.Kind.AUTOMATIC:
            return gettext("自動で集めた証跡「%(title)s」が「%(value)s」に変わりました。") % {
                "title": item.shown_title,
                "value": item.shown_value,
            }
        return gettext("証跡「%(title)s」で「満たしていない」とされました。%(note)s") % {
            "title": item.shown_title,
            "note": item.note,
        }

    @property
    def is_overdue(self) -> bool:
        """Not done, and past its date, today in the town's time zone."""
        return self.state in {self.State.OPEN, self.State.PLANNED} and self.due_on < timezone.localdate()


def lapse_title(cause: str, control: str) -> str:
    """The title of a finding that evidence raised by itself, in the reader's language."""
    if cause == Finding.Cause.LAPSE:
        return gettext("%(control)s：証跡の期限が切れました") % {"control": control}
    return gettext("%(control)s：満たさなくなりました") % {"control": control}


class PlanStep(Tenant, Versioned):
    """One step of a finding's improvement plan (改善計画)."""

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="steps")
    order = models.PositiveSmallIntegerField(default=0)
    what = models.CharField(_("実施すること"), max_length=300)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    due_on = models.DateField(_("期限"), null=True, blank=True)
    done_on = models.DateField(_("実施日"), null=True, blank=True)
    result = models.TextField(_("結果"), blank=True)

    class Meta:
        ordering = ["finding", "order", "pk"]

    def __str__(self) -> str:
        return self.what
