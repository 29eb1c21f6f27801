"""An incident: what happened with an AI, to whom, who leads, and how it ended."""

from __future__ import annotations

import datetime
from typing import Final

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kijun.governance.access.models import Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.feedback.models import Report
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department
from kijun.governance.organisation.tenancy import Tenant
from kijun.web.versions import Versioned

LINE: Final = 500
LONG: Final = 4000


class State(models.TextChoices):
    """受付 → 対応中 → 収束 → 完了, or 取下げ. Closed only when what prevents the next one is done."""

    RECEIVED = "received", pgettext_lazy("incident", "受付")
    HANDLING = "handling", pgettext_lazy("incident", "対応中")
    CONTAINED = "contained", pgettext_lazy("incident", "収束")
    CLOSED = "closed", pgettext_lazy("incident", "完了")
    WITHDRAWN = "withdrawn", pgettext_lazy("incident", "取下げ")


OPEN: Final = (State.RECEIVED, State.HANDLING, State.CONTAINED)


class Severity(models.TextChoices):
    MINOR = "1minor", pgettext_lazy("severity", "軽微")
    MEDIUM = "2medium", pgettext_lazy("severity", "中")
    SERIOUS = "3serious", pgettext_lazy("severity", "重大")


class Harm(models.TextChoices):
    """What was harmed or nearly was (P1.3.5, P3.1.5, P4.1.6)."""

    LIFE = "life", _("生命・身体への害")
    PROPERTY = "property", _("財産への害")
    MIND = "mind", _("心への害")
    RIGHTS = "rights", _("権利の侵害・不当な扱い")
    LEAK = "leak", _("個人情報の漏えい等")
    WRONG = "wrong", _("住民に誤った情報を伝えた")
    SERVICE = "service", _("業務・サービスの停止")
    ENVIRONMENT = "environment", _("環境への害")
    NEAR = "near", _("ひやりとした（害は出ていない）")
    OTHER = "other", pgettext_lazy("harm", "そのほか")


class Residents(models.TextChoices):
    """Whether residents are affected; nothing is taken for granted."""

    YES = "yes", pgettext_lazy("residents", "影響がある")
    NO = "no", pgettext_lazy("residents", "影響はない")
    UNKNOWN = "unknown", pgettext_lazy("residents", "まだ分からない")


class Source(models.TextChoices):
    STAFF = "staff", _("職員の報告")
    FEEDBACK = "feedback", _("回答への報告から")
    RESIDENT = "resident", _("住民からの申し出")
    VENDOR = "vendor", _("事業者からの連絡")
    OTHER = "other", pgettext_lazy("source", "そのほか")


class Course(models.TextChoices):
    """What the leader decided on using the AI meanwhile (P8.1.3)."""

    STOP = "stop", _("使うのを止める")
    LIMIT = "limit", _("一部の使い方を止める")
    CHECK = "check", _("人が全件を確かめて使う")
    GO_ON = "go_on", _("今のまま使う")


def joined(kinds: list[str]) -> str:
    """Kinds of harm as they are kept, ``,life,leak,``, in the order of `Harm`: every database finds one of them."""
    found = [one for one in Harm.values if one in kinds]
    return "," + ",".join(found) + "," if found else ""


class Incident(Tenant, Versioned):
    """``leader`` None: the owner's post is vacant, IT staff lead. ``began_at`` None: nobody knows yet since when."""

    number = models.PositiveIntegerField(editable=False)
    title = models.CharField(_("件名"), max_length=120)
    what = models.TextField(_("何が起きたか"), max_length=LONG)
    harms = models.CharField(_("害の種類"), max_length=120)
    severity = models.CharField(_("重さ"), max_length=8, choices=Severity.choices)
    was_serious = models.BooleanField(default=False, editable=False)
    """It was taken for serious once: whoever leads it does not close it alone by taking it for less."""
    residents = models.CharField(_("住民への影響"), max_length=8, choices=Residents.choices)
    affected = models.CharField(_("影響を受けた人々"), max_length=LINE, blank=True)
    affected_count = models.PositiveIntegerField(_("影響を受けた人数"), null=True, blank=True)
    source = models.CharField(_("きっかけ"), max_length=8, choices=Source.choices)
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, related_name="+", verbose_name=_("もとの報告")
    )
    system = models.ForeignKey(
        AISystem, models.PROTECT, null=True, related_name="+", verbose_name=pgettext_lazy("one", "AIシステム")
    )
    purpose = models.ForeignKey(
        Purpose, models.PROTECT, null=True, related_name="+", verbose_name=pgettext_lazy("one", "利用目的")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name=_("部署")
    )
    began_at = models.DateTimeField(_("起きた日時"), null=True, blank=True)
    noticed_at = models.DateTimeField(_("気づいた日時"))
    reported_at = models.DateTimeField(_("報告した日時"), default=timezone.now)
    opened_at = models.DateTimeField(default=timezone.now)
    reporter = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("報告した人"))
    leader = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("指揮をとる人")
    )
    leader_why = models.CharField(_("責任者以外が指揮をとる理由"), max_length=LINE, blank=True)
    state = models.CharField(_("状態"), max_length=10, choices=State.choices, default=State.RECEIVED)
    first_action_at = models.DateTimeField(_("最初の措置の日時"), null=True, blank=True)
    course = models.CharField(_("使い方の判断"), max_length=8, choices=Course.choices, blank=True)
    course_why = models.CharField(_("判断の理由"), max_length=LINE, blank=True)
    course_at = models.DateTimeField(_("判断した日時"), null=True, blank=True)
    course_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("判断した人")
    )
    playbook = models.ForeignKey("incidents.Playbook", models.PROTECT, null=True, related_name="+")
    cause = models.TextField(_("原因"), max_length=LONG, blank=True)
    redress = models.TextField(_("住民への手当て"), max_length=LONG, blank=True)
    no_prevention_why = models.CharField(_("再発防止を決めない理由"), max_length=LINE, blank=True)
    no_lesson_why = models.CharField(_("教訓を出さない理由"), max_length=LINE, blank=True)
    contained_at = models.DateTimeField(_("収束した日時"), null=True, blank=True)
    closed_at = models.DateTimeField(_("完了した日時"), null=True, blank=True)
    closed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("完了を決めた人")
    )
    closing_note = models.TextField(_("完了の判断"), max_length=LONG, blank=True)
    withdrawn_why = models.CharField(_("取り下げる理由"), max_length=LINE, blank=True)

    class Meta:
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["municipality", "state", "severity"], name="incident_state"),
            models.Index(fields=["municipality", "system"], name="incident_system"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number"], name="incident_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def code(self) -> str:
        return f"IN-{self.number:03d}"

    @property
    def harm_list(self) -> list[Harm]:
        return [Harm(one) for one in self.harms.split(",") if one in Harm.values]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def owner(self) -> Person | None:
        """The accountable owner of its system, where somebody holds the post."""
        owner = self.system.owner if self.system is not None else None
        return owner if owner is not None and owner.is_active else None

    @property
    def is_led_by_owner(self) -> bool:
        return self.leader_id is not None and self.leader_id == getattr(self.owner, "pk", None)

    @property
    def until_report(self) -> datetime.timedelta:
        """From noticing to the report (U8.1.1)."""
        return max(self.reported_at - self.noticed_at, datetime.timedelta())

    @property
    def until_action(self) -> datetime.timedelta | None:
        """From the report to the first measure (P1.3.5); None while nothing was done."""
        if self.first_action_at is None:
            return None
        return max(self.first_action_at - self.reported_at, datetime.timedelta())

    def get_absolute_url(self) -> str:
        return reverse("incidents:incident", args=[self.pk])
