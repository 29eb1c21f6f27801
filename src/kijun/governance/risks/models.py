"""Risk assessments of a system: ratings, axes, tier, and the profile of controls that follows."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.tenancy import Tenant
from kijun.web.versions import Versioned


class Tier(models.TextChoices):
    """Same values as :class:`kijun.catalog.Tier`."""

    LOW = "low", _("低")
    MEDIUM = "medium", _("中")
    HIGH = "high", _("高")
    CRITICAL = "critical", _("極めて高い")


NEEDS_ACCEPTANCE = frozenset({Tier.HIGH, Tier.CRITICAL})
"""What risk remains in these tiers is described, and an executive accepts it or not (G.17)."""


class RiskAssessment(Tenant, Versioned):
    """One assessment of a system. A new one supersedes the one before; a completed one never changes.

    ``axes`` holds the four axes of DS-920's 高リスク判定, each with a value of :mod:`kijun.governance.risks.rule`.
    ``explanation`` is what the rule said, step by step, as it was shown. ``controls`` is the profile: control ids.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("下書き")
        CURRENT = "current", pgettext_lazy("assessment", "有効")
        SUPERSEDED = "superseded", pgettext_lazy("assessment", "旧版")

    system = models.ForeignKey(AISystem, models.CASCADE, related_name="risk_assessments")
    number = models.PositiveIntegerField()
    """Running number for the system: 1, 2, …"""
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    catalog_version = models.CharField(max_length=20)
    public_authority = models.CharField(
        _("行政処分など公権力の行使"),
        max_length=10,
        blank=True,
        choices=[
            ("none", _("関わらない")),
            ("supports", _("処分の判断材料になる（決めるのは職員）")),
            ("decides", _("AIの結果がそのまま処分になる")),
        ],
    )
    public_authority_basis = models.TextField(_("法令上の根拠と、職員がどう判断するか"), blank=True)
    data_subjects: Any = models.JSONField(_("だれの情報が入るか"), default=list)
    data_kinds: Any = models.JSONField(_("どんな情報が入るか"), default=list)
    axes: Any = models.JSONField(default=dict)
    facts: Any = models.JSONField(default=dict)
    """What the rule read from the inventory when the assessment was completed."""
    step = models.PositiveSmallIntegerField(default=1, editable=False)
    """The part to continue with: 1 use, 2 data, 3 axes, 4 ratings, 5 result."""
    rule_version = models.CharField(max_length=20, blank=True, editable=False)
    computed_tier = models.CharField(max_length=8, choices=Tier.choices, blank=True)
    explanation: Any = models.JSONField(default=list)
    overruled_tier = models.CharField(_("区分の変更"), max_length=8, choices=Tier.choices, blank=True)
    overrule_reason = models.TextField(_("変更の理由"), blank=True)
    overruled_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    tier = models.CharField(max_length=8, choices=Tier.choices, blank=True)
    """The tier in force: overruled, else computed."""
    controls: Any = models.JSONField(default=list)
    residual_note = models.TextField(_("対策をしても残るリスク"), blank=True)
    accepted_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    acceptance_note = models.TextField(_("受け入れる理由"), blank=True)
    assessed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    assessed_on = models.DateField(null=True, blank=True)
    next_review_on = models.DateField(_("次に見直す日"), null=True, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["system", "number"], name="risk_assessment_number_once"),
            models.UniqueConstraint(
                fields=["system"], condition=models.Q(state="current"), name="risk_assessment_one_current"
            ),
            models.UniqueConstraint(
                fields=["system"], condition=models.Q(state="draft"), name="risk_assessment_one_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} #{self.number}"

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_overruled(self) -> bool:
        return bool(self.overruled_tier)

    @property
    def is_lowered(self) -> bool:
        """Somebody set the tier below what the rule says."""
        ranks = list(Tier)
        return self.is_overruled and ranks.index(Tier(self.overruled_tier)) < ranks.index(
            Tier(self.computed_tier)
        )

    @property
    def needs_acceptance(self) -> bool:
        """What risk remains of a high or critical system is accepted by an executive (G.17)."""
        return self.tier in NEEDS_ACCEPTANCE and self.accepted_at is None


class Rating(Tenant):
    """One risk of the catalogue in one assessment. ``harm`` and ``likelihood``: 1 (smallest) to 4."""

    assessment = models.ForeignKey(RiskAssessment, models.CASCADE, related_name="ratings")
    risk_id = models.CharField(max_length=20)
    applies = models.BooleanField(default=True)
    reason = models.TextField(_("理由"), blank=True)
    """Why it does not apply, or what stands behind the two figures."""
    harm = models.PositiveSmallIntegerField(_("害の大きさ"), null=True, blank=True)
    likelihood = models.PositiveSmallIntegerField(_("起こりやすさ"), null=True, blank=True)

    class Meta:
        ordering = ["assessment", "risk_id"]
        constraints = [models.UniqueConstraint(fields=["assessment", "risk_id"], name="rating_once")]

    def __str__(self) -> str:
        return self.risk_id
