"""Governance body and meetings, accountable people, long-term plans that name AI."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.organisation.models import Valid, ValidQuerySet
from kijun.governance.organisation.tenancy import Tenant
from kijun.web.versions import Versioned


class Body(Tenant, Versioned, Valid):
    """A review body that includes executives as well as staff on the ground (G.2)."""

    name = models.CharField(_("名称"), max_length=100)
    purpose = models.TextField(_("目的"), blank=True)
    rules = models.CharField(_("設置の根拠"), max_length=200, blank=True)

    objects = ValidQuerySet.as_manager()  # type: ignore[misc]  # a narrower manager than Tenant's

    def __str__(self) -> str:
        return self.name


class Member(Tenant, Versioned, Valid):
    """A member of a body; an outside expert has a name and no account."""

    class Side(models.TextChoices):
        EXECUTIVE = "executive", _("幹部（首長・CDOなど）")
        GROUND = "ground", _("現場の職員")
        EXPERT = "expert", _("外部の有識者")
        RESIDENT = "resident", _("住民")

    body = models.ForeignKey(Body, models.CASCADE, related_name="members")
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("職員")
    )
    name = models.CharField(_("氏名"), max_length=80, blank=True)
    side = models.CharField(_("立場"), max_length=10, choices=Side.choices)
    chair = models.BooleanField(_("長"), default=False)

    objects = ValidQuerySet.as_manager()  # type: ignore[misc]  # a narrower manager than Tenant's

    def __str__(self) -> str:
        return str(self.person or self.name)


class Meeting(Tenant, Versioned):
    """A meeting of a body, with what it decided."""

    body = models.ForeignKey(Body, models.CASCADE, related_name="meetings")
    held_on = models.DateField(_("開催日"))
    title = models.CharField(_("件名"), max_length=120)
    decisions = models.TextField(_("決まったこと"), blank=True)
    attendees = models.ManyToManyField(Member, blank=True, related_name="+", verbose_name=_("出席者"))

    class Meta:
        ordering = ["-held_on"]

    def __str__(self) -> str:
        return f"{self.held_on} {self.title}"


class Mandate(Tenant, Versioned, Valid):
    """An organisation-wide responsibility: who, with what powers and resources (G.3, G.4, P8.1.1, P8.1.2)."""

    class Duty(models.TextChoices):
        USE = "use", _("AIを活用する責任")
        RISK = "risk", _("AIのリスクを管理する責任")
        EXPLANATION = "explanation", _("住民への説明責任")

    duty = models.CharField(_("責任"), max_length=12, choices=Duty.choices)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("責任者"))
    post = models.CharField(_("役職"), max_length=80, blank=True)
    deputy = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("不在のときに代わる人"),
    )
    scope = models.TextField(_("責任の範囲"))
    powers = models.TextField(_("権限"), blank=True)
    may_stop = models.BooleanField(_("AIの利用を止める権限がある"), default=False)
    resources = models.TextField(_("予算・人員"), blank=True)
    decided_by = models.CharField(_("任命の根拠"), max_length=200, blank=True)

    objects = ValidQuerySet.as_manager()  # type: ignore[misc]  # a narrower manager than Tenant's

    def __str__(self) -> str:
        return f"{self.get_duty_display()} {self.person}"


class ResourceRequest(Tenant, Versioned):
    """What an accountable person asked for, and the answer, which is owed within 30 days (P8.1.2)."""

    ANSWER_WITHIN = datetime.timedelta(days=30)

    mandate = models.ForeignKey(Mandate, models.CASCADE, null=True, blank=True, related_name="requests")
    what = models.CharField(_("求めるもの"), max_length=200)
    reason = models.TextField(_("理由"), blank=True)
    asked_on = models.DateField(_("求めた日"))
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    answer = models.CharField(
        _("回答"),
        max_length=10,
        blank=True,
        choices=[("met", _("応じた")), ("partly", _("一部応じた")), ("refused", _("応じない"))],
    )
    answer_note = models.TextField(_("回答の内容"), blank=True)
    answered_on = models.DateField(_("回答した日"), null=True, blank=True)

    def __str__(self) -> str:
        return self.what

    @property
    def due_on(self) -> datetime.date:
        """The day by which an answer is owed."""
        return self.asked_on + self.ANSWER_WITHIN


class Plan(Tenant, Versioned):
    """A long-term plan that names AI (G.1): comprehensive plan, DX plan, not one year's budget."""

    name = models.CharField(_("計画の名称"), max_length=120)
    kind = models.CharField(
        _("種類"),
        max_length=14,
        choices=[
            ("comprehensive", _("総合計画")),
            ("dx", _("DX推進計画・指針")),
            ("other", _("その他の計画")),
        ],
    )
    starts_on = models.DateField(_("計画期間の始まり"))
    ends_on = models.DateField(_("計画期間の終わり"))
    passage = models.TextField(_("AIについて書かれている箇所"))
    url = models.URLField(_("掲載先"), max_length=400, blank=True)

    class Meta:
        ordering = ["-starts_on"]

    def __str__(self) -> str:
        return self.name
