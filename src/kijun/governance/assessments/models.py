"""Self-assessments: a cycle, one assessment a system and one for the organisation, answers, assignments."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.approvals.models import Approval
from kijun.governance.evidence.models import ScopeKind
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department
from kijun.governance.organisation.tenancy import Tenant
from kijun.web import dates
from kijun.web.punctuation import bracketed
from kijun.web.versions import Versioned


class OwnControls(Tenant):
    """A municipality's own controls, imported from Excel; each import is a new row, the newest counts."""

    content: Any = models.JSONField(default=list)
    """The controls as :mod:`kijun.governance.assessments.catalogue` writes and reads them."""
    imported_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-imported_at", "-pk"]

    def __str__(self) -> str:
        return dates.format_short(timezone.localdate(self.imported_at))


class Cycle(Tenant, Versioned):
    """One round of self-assessment, usually a fiscal year."""

    name = models.CharField(_("名称"), max_length=80)
    fiscal_year = models.PositiveSmallIntegerField(_("年度"))
    starts_on = models.DateField(_("開始日"))
    due_on = models.DateField(_("提出期限"))
    closed_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="cycle_name_once")]

    def __str__(self) -> str:
        return self.name


class Status(models.TextChoices):
    DONE = "done", _("実施済")
    PARTLY = "partly", _("一部")
    PLANNED = "planned", _("予定")
    NOT_DONE = "not_done", _("未実施")
    NOT_APPLICABLE = "not_applicable", _("該当なし")


class AskedRole(models.TextChoices):
    """Who answers: the words of :class:`kijun.catalog.Role`."""

    PROVIDER = "provider", _("AI提供者（IT担当者）")
    USER = "user", _("AI利用者（職員）")
    ORGANISATION = "organisation", _("組織")


class Assessment(Tenant, Versioned):
    """The answers of one scope in one cycle. It pins a catalogue version; what was approved is frozen as it was."""

    class State(models.TextChoices):
        DRAFT = "draft", _("下書き")
        IN_PROGRESS = "in_progress", _("作業中")
        SUBMITTED = "submitted", _("提出済")
        CHANGES_REQUESTED = "changes_requested", _("差戻し")
        APPROVED = "approved", _("承認済")
        CLOSED = "closed", _("完了")
        DROPPED = "dropped", _("取りやめ")

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="assessments")
    scope_kind = models.CharField(max_length=12, choices=ScopeKind.choices)
    system = models.ForeignKey(AISystem, models.PROTECT, null=True, blank=True, related_name="assessments")
    catalog_version = models.CharField(max_length=20)
    own_controls = models.ForeignKey(OwnControls, models.PROTECT, null=True, blank=True, related_name="+")
    """The import of own controls that is pinned beside the catalogue version."""
    tier = models.CharField(max_length=8)
    """The risk tier whose profile selected the controls; of the organisation: the highest among its systems."""
    state = models.CharField(_("状態"), max_length=20, choices=State.choices, default=State.DRAFT)
    due_on = models.DateField(_("提出期限"))
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, blank=True, related_name="+")
    frozen: Any = models.JSONField(null=True, blank=True)
    """What was approved: answers, evidence and catalogue words as they stood (see ``freezing.py``)."""
    summary: Any = models.JSONField(null=True, blank=True)
    """Of the frozen copy: {principle: {role: {status: [control ids]}}}, so that trends need not read it."""
    made_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    dropped_reason = models.CharField(_("取りやめる理由"), max_length=300, blank=True)
    """Why it ended without an approval, for example because its system was retired."""

    class Meta:
        ordering = ["-cycle_id", "scope_kind", "system_id"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "system"], name="assessment_of_system_once"),
            # SQLite takes two empty systems for different ones, so the organisation has a rule of its own.
            models.UniqueConstraint(
                fields=["cycle"], condition=models.Q(system=None), name="assessment_of_organisation_once"
            ),
        ]

    def __str__(self) -> str:
        return bracketed(self.system or _("組織全体"), self.cycle)

    @property
    def shown_name(self) -> str:
        """As its ``str``, which the trail keeps, but in the reader's language."""
        return bracketed(self.system.shown_name if self.system else _("組織全体"), self.cycle)

    @property
    def scope_id(self) -> int:
        return self.system_id if self.system_id else self.municipality_id

    @property
    def is_open(self) -> bool:
        """Whether answers can still be given."""
        return self.state in OPEN_STATES

    @property
    def is_settled(self) -> bool:
        """Whether it was approved, so that its frozen copy counts."""
        return self.state in SETTLED_STATES

    @property
    def tone(self) -> str:
        return TONES[self.state]


OPEN_STATES = (Assessment.State.DRAFT, Assessment.State.IN_PROGRESS, Assessment.State.CHANGES_REQUESTED)
SETTLED_STATES = (Assessment.State.APPROVED, Assessment.State.CLOSED)
DONE_WITH = (*SETTLED_STATES, Assessment.State.DROPPED)
"""Nothing is left to be done before the cycle can end."""
TONES: dict[str, str] = {
    Assessment.State.DRAFT: "neutral",
    Assessment.State.IN_PROGRESS: "progress",
    Assessment.State.SUBMITTED: "info",
    Assessment.State.CHANGES_REQUESTED: "warning",
    Assessment.State.APPROVED: "success",
    Assessment.State.CLOSED: "success",
    Assessment.State.DROPPED: "neutral",
}
STATUS_TONES: dict[str, str] = {
    "": "neutral",
    Status.DONE: "success",
    Status.PARTLY: "warning",
    Status.PLANNED: "info",
    Status.NOT_DONE: "danger",
    Status.NOT_APPLICABLE: "neutral",
}
GAPS = (Status.PARTLY, Status.PLANNED, Status.NOT_DONE)
"""What becomes a finding when the assessment is approved."""


class Answer(Tenant, Versioned):
    """One control in one assessment. ``status`` is empty until somebody answers."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="answers")
    control_id = models.CharField(max_length=20)
    role = models.CharField(_("役割"), max_length=12, choices=AskedRole.choices)
    """Who is asked."""
    principle = models.CharField(max_length=4)
    """Id of the principle, 1 to 10, or G for what the organisation alone answers."""
    status = models.CharField(_("実施状況"), max_length=16, choices=Status.choices, blank=True)
    reason = models.TextField(_("理由・内容"), blank=True)
    planned_on = models.DateField(_("実施予定日"), null=True, blank=True)
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    """The department that alone is asked; empty: any department to which the role is assigned."""
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    carried_from = models.CharField(max_length=20, blank=True)
    """The catalogue version from which an unchanged answer was carried."""
    previous: Any = models.JSONField(null=True, blank=True)
    """The answer that was approved last, or the one before an upgrade that asks again: a suggestion to confirm.
    {status, reason, planned_on, answered_by, source}, and ``asked`` where the question reads differently now
    (see ``rewording.py``)."""

    class Meta:
        ordering = ["assessment", "pk"]
        constraints = [models.UniqueConstraint(fields=["assessment", "control_id"], name="answer_once")]

    def __str__(self) -> str:
        return self.control_id

    @property
    def tone(self) -> str:
        return STATUS_TONES[self.status]

    @property
    def is_reworded(self) -> bool:
        """Open, and what is suggested answered a question that reads differently now."""
        return not self.status and bool(self.previous and self.previous.get("asked"))


class Assignment(Tenant, Versioned):
    """Work given to a department: the controls of one role in one assessment, until a day.

    ``person`` is who sees to it; colleagues of the department may still answer.
    """

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="assignments")
    role = models.CharField(_("役割"), max_length=12, choices=AskedRole.choices)
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name=_("担当する部署")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("担当者")
    )
    due_on = models.DateField(_("期限"))
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "role", "department"], name="assignment_once")
        ]

    def __str__(self) -> str:
        return f"{self.assessment} {self.role} {self.department}"
