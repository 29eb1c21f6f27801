"""An approval: what was put forward (frozen), its route, and what each step decided."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import get_language, gettext, gettext_noop, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.organisation.models import Department
from kijun.governance.organisation.tenancy import Tenant
from kijun.web.versions import Versioned


class StepKind(models.TextChoices):
    REVIEW = "review", _("審査")
    CONSULT = "consult", _("合議")
    DECIDE = "decide", pgettext_lazy("step", "決裁")


DEFAULT_NAME = gettext_noop("標準の決裁ルート")
STANDARD_NAMES: set[str] = {DEFAULT_NAME}
"""Names that Kijun gave to routes itself; upper apps add theirs."""


class Route(Tenant, Versioned):
    """The steps that a kind of subject takes; ``department`` None is the municipality's default route."""

    subject_kind = models.CharField(_("対象"), max_length=80, blank=True)
    """Kind of subject such as ``assessments.assessment``; "" serves every kind without a route of its own."""
    department = models.ForeignKey(Department, models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(_("名称"), max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "subject_kind", "department"], name="route_once"),
            models.UniqueConstraint(  # SQLite knows no NULLS NOT DISTINCT
                fields=["municipality", "subject_kind"],
                condition=models.Q(department=None),
                name="route_once_for_all",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_name(self) -> str:
        """The name in the reader's language while nobody gave a standard route another."""
        return gettext(self.name) if self.name in STANDARD_NAMES else self.name


class RouteStep(Tenant):
    """One step of a route: a named person, or whoever holds ``role`` for the subject's department."""

    route = models.ForeignKey(Route, models.CASCADE, related_name="steps")
    order = models.PositiveSmallIntegerField()
    kind = models.CharField(_("種別"), max_length=10, choices=StepKind.choices)
    role = models.CharField(_("役割"), max_length=20, choices=Role.choices, blank=True)
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="+")
    may_decide_alone = models.BooleanField(_("専決できる"), default=False)
    """専決: this step may decide for good, so that later steps are not needed."""

    class Meta:
        ordering = ["route", "order"]

    def __str__(self) -> str:
        return f"{self.order} {self.get_kind_display()}"


class Approval(Tenant, Versioned):
    """One 起案. ``frozen`` is the copy that is decided on; ``digest`` its SHA-256 (canonical JSON)."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("提出済")
        RETURNED = "returned", _("差戻し")
        WITHDRAWN = "withdrawn", _("引戻し")
        APPROVED = "approved", _("承認済")

    subject_kind = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=40)
    title = models.CharField(_("件名"), max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.SUBMITTED)
    frozen: Any = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    comment = models.TextField(_("起案理由"), blank=True)
    document_number = models.CharField(_("文書番号"), max_length=60, blank=True)
    drafted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-drafted_at"]
        indexes = [
            models.Index(fields=["municipality", "subject_kind", "subject_id"], name="approval_subject")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "subject_kind", "subject_id"],
                condition=models.Q(state="submitted"),
                name="approval_one_open",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def shown_title(self) -> str:
        """The title in the reader's language, as far as it was written in it."""
        return (self.title_en if get_language() == "en" else "") or self.title

    def get_absolute_url(self) -> str:
        return reverse("approvals:detail", args=[self.pk])


class Step(Tenant):
    """One step of an approval: who may act (person, or role in the approval's department), and what was done."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("未了")
        APPROVED = "approved", _("承認")
        RETURNED = "returned", _("差戻し")
        SKIPPED = "skipped", _("省略（専決）")
        VIEWED_LATER = "viewed_later", _("後閲")

    class Mode(models.TextChoices):
        NORMAL = "", _("通常")
        ALONE = "alone", _("専決")
        DEPUTY = "deputy", _("代決")

    approval = models.ForeignKey(Approval, models.CASCADE, related_name="steps")
    order = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=StepKind.choices)
    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    may_decide_alone = models.BooleanField(default=False)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.WAITING)
    mode = models.CharField(max_length=8, choices=Mode.choices, blank=True, default="")
    acted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    acted_at = models.DateTimeField(null=True)
    comment = models.TextField(blank=True)
    viewed_later_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    viewed_later_at = models.DateTimeField(null=True)
    """後閲: the absent person has read what a deputy decided."""

    class Meta:
        ordering = ["approval", "order"]

    def __str__(self) -> str:
        return f"{self.order} {self.get_kind_display()}"
