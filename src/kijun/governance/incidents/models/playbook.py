"""What is settled beforehand: the response procedure with its versions, each system's own part, and drills."""

from __future__ import annotations

import datetime

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kijun.governance.accounts.models import Person
from kijun.governance.incidents.models.incident import LINE, LONG, Harm, Severity
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.tenancy import Tenant
from kijun.web.versions import Versioned


class Whom(models.TextChoices):
    """Who is told of an incident."""

    HEAD = "head", _("首長・CDO")
    PPC_FIRST = "ppc_first", _("個人情報保護委員会（速報）")
    PPC_FULL = "ppc_full", _("個人情報保護委員会（確報）")
    RESIDENTS = "residents", _("影響を受けた住民")
    PUBLIC = "public", _("住民全体（訂正・お知らせ）")
    VENDOR = "vendor", _("事業者")
    SECTION = "section", _("所管課・関係部署")
    OTHER = "other", pgettext_lazy("whom", "そのほか")


class Playbook(Tenant, Versioned):
    """A version of the town's procedure. Drafted by IT staff, adopted by an executive; the newest adopted one is in force."""

    class State(models.TextChoices):
        DRAFT = "draft", _("下書き")
        PROPOSED = "proposed", _("承認待ち")
        ADOPTED = "adopted", pgettext_lazy("playbook", "使用中")
        FORMER = "former", _("前の版")

    number = models.PositiveIntegerField(editable=False)
    state = models.CharField(_("状態"), max_length=8, choices=State.choices, default=State.DRAFT)
    why = models.CharField(_("作った・見直した理由"), max_length=LINE)
    stop = models.TextField(_("止めることを決める人・止め方"), max_length=LONG, blank=True)
    order = models.TextField(_("連絡の順"), max_length=LONG, blank=True)
    correction = models.TextField(_("訂正の出し方"), max_length=LONG, blank=True)
    night = models.TextField(_("夜間・休日の連絡先"), max_length=LONG, blank=True)
    contacts = models.TextField(_("連絡先の一覧"), max_length=LONG, blank=True)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("作った人"))
    made_at = models.DateTimeField(default=timezone.now)
    adopted_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("承認した人")
    )
    adopted_at = models.DateTimeField(_("承認した日時"), null=True, blank=True)
    reviewed_on = models.DateField(_("見直した日"), null=True, blank=True)
    """When it was last found to need no change; its adoption is a review as well."""
    reviewed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number"], name="playbook_number_once"),
            models.UniqueConstraint(
                fields=["municipality"], condition=models.Q(state="adopted"), name="playbook_one_adopted"
            ),
            models.UniqueConstraint(
                fields=["municipality"],
                condition=models.Q(state__in=["draft", "proposed"]),
                name="playbook_one_draft",
            ),
        ]

    def __str__(self) -> str:
        return str(_("インシデント対応手順 第%(n)s版") % {"n": self.number})

    @property
    def missing(self) -> list[str]:
        """Names of the parts that P1.3.5 asks for and that are empty."""
        return [one for one in ("stop", "order", "correction", "night") if not getattr(self, one).strip()]

    @property
    def last_review(self) -> datetime.date | None:
        adopted = None if self.adopted_at is None else timezone.localdate(self.adopted_at)
        return max((one for one in (adopted, self.reviewed_on) if one is not None), default=None)

    def get_absolute_url(self) -> str:
        return reverse("incidents:version", args=[self.pk])


class PlaybookStep(Tenant):
    """A step; ``whom`` makes it a notification. ``harms`` "" is for any harm, ``severity`` the least for which it holds."""

    playbook = models.ForeignKey(Playbook, models.CASCADE, related_name="steps")
    order = models.PositiveSmallIntegerField(_("順"), default=0)
    text = models.CharField(_("すること"), max_length=LINE)
    who = models.CharField(_("だれが・相手の名"), max_length=120, blank=True)
    whom = models.CharField(_("連絡する相手"), max_length=10, choices=Whom.choices, blank=True)
    harms = models.CharField(_("害の種類"), max_length=120, blank=True)
    severity = models.CharField(
        _("この重さから"), max_length=8, choices=Severity.choices, default=Severity.MINOR
    )
    hours = models.PositiveIntegerField(_("期限（気づいてからの時間）"), null=True, blank=True)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def harm_list(self) -> list[Harm]:
        return [Harm(one) for one in self.harms.split(",") if one in Harm.values]

    def holds_for(self, harms: list[Harm], severity: str) -> bool:
        """Whether the step is for an incident of these harms and this severity."""
        return severity >= self.severity and (not self.harms or bool(set(self.harm_list) & set(harms)))


class SystemPlan(Tenant, Versioned):
    """One system's own part of the procedure (P3.1.5, P4.1.6)."""

    system = models.OneToOneField(AISystem, models.CASCADE, related_name="+")
    foreseen = models.TextField(_("想定する害"), max_length=LONG)
    stop = models.TextField(_("止める人・止め方"), max_length=LONG)
    by_hand = models.TextField(_("人手に切り替えた後の業務の流れ"), max_length=LONG)
    find = models.TextField(_("影響を受けた住民を割り出し、連絡する方法"), max_length=LONG)
    redress = models.TextField(
        _("不当な扱いの申し出の受け口、人が判断し直す期限、説明する人"), max_length=LONG, blank=True
    )
    changed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["system"]

    def __str__(self) -> str:
        return str(self.system)

    def get_absolute_url(self) -> str:
        return reverse("incidents:plan", args=[self.system_id])


class Drill(Tenant, Versioned):
    """A drill (訓練): what was rehearsed, who took part, how long it took, what was learnt."""

    number = models.PositiveIntegerField(editable=False)
    held_on = models.DateField(_("訓練の日"))
    scenario = models.TextField(_("想定した事態"), max_length=LONG)
    harms = models.CharField(_("害の種類"), max_length=120)
    system = models.ForeignKey(
        AISystem, models.PROTECT, null=True, related_name="+", verbose_name=pgettext_lazy("one", "AIシステム")
    )
    playbook = models.ForeignKey(
        Playbook, models.PROTECT, null=True, related_name="+", verbose_name=_("手順の版")
    )
    people = models.CharField(_("参加した人・部署"), max_length=LINE)
    minutes = models.PositiveIntegerField(_("最初の措置までの時間（分）"))
    stop_minutes = models.PositiveIntegerField(_("止める操作にかかった時間（分）"), null=True, blank=True)
    found_alike = models.BooleanField(_("同じ扱いを受けた人を、利用の記録から探してみた"), default=False)
    learnt = models.TextField(_("分かったこと・直すこと"), max_length=LONG)
    next_on = models.DateField(_("次の訓練の予定日"), null=True, blank=True)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("記録した人"))
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-held_on", "-number"]
        constraints = [models.UniqueConstraint(fields=["municipality", "number"], name="drill_number_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.scenario[:40]}"

    @property
    def code(self) -> str:
        return f"DR-{self.number:03d}"

    @property
    def harm_list(self) -> list[Harm]:
        return [Harm(one) for one in self.harms.split(",") if one in Harm.values]

    def get_absolute_url(self) -> str:
        return reverse("incidents:drill", args=[self.pk])
