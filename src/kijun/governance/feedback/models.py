"""What people said of answers and systems, in their own words, and what became of it.

Nothing of question or answer is kept here: an answer is an interaction's id. Words that the ledger guards are kept as its placeholders.
"""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kijun.governance.access.models import Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department
from kijun.governance.organisation.tenancy import Tenant
from kijun.web.versions import Versioned

LINE = 500
"""Characters of the line that goes with a click."""
LONG = 4000


class Doubt(models.TextChoices):
    """What looks wrong. ``CHANGED`` and ``OTHER`` are told of a system, not of one answer."""

    UNTRUE = "untrue", _("事実と異なる疑い")
    OUTDATED = "outdated", _("古い情報")
    REGION = "region", _("地域の実情に合わない")
    UNFAIR = "unfair", _("偏り・差別")
    UNSUITABLE = "unsuitable", _("不適切・危険")
    DRIFT = "drift", _("データドリフトの疑い")
    CHANGED = "changed", _("業務・制度・対象者が変わった")
    OTHER = "other", _("そのほかのこと")


OF_ANSWERS = (
    Doubt.UNTRUE,
    Doubt.OUTDATED,
    Doubt.REGION,
    Doubt.UNFAIR,
    Doubt.UNSUITABLE,
    Doubt.DRIFT,
)


class Opinion(Tenant, Versioned):
    """One click of one person about one answer: useful or not."""

    class Verdict(models.TextChoices):
        USEFUL = "useful", _("役に立った")
        USELESS = "useless", _("役に立たなかった")

    interaction = models.CharField(max_length=200)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    system = models.ForeignKey(AISystem, models.PROTECT, null=True, related_name="+")
    purpose = models.ForeignKey(Purpose, models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(pgettext_lazy("feedback", "評価"), max_length=8, choices=Verdict.choices)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["municipality", "at"], name="opinion_at")]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "interaction", "person"], name="opinion_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} {self.interaction[:12]}"


class ImprovementRequest(Tenant, Versioned):
    """What a vendor is asked to mend, its answer, and whether it was mended (P1.3.4, P3.1.4, P4.1.5)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("下書き")
        ASKED = "asked", _("回答待ち")
        ANSWERED = "answered", _("回答済・確認待ち")
        VERIFIED = "verified", _("直ったことを確認済")
        REFUSED = "refused", _("改善されない")

    class Meanwhile(models.TextChoices):
        """How the AI is used until it is mended."""

        STOPPED = "stopped", _("使うのを止める")
        CHECKED = "checked", _("人が全件を確かめる")
        LIMITED = "limited", _("一部の使い方を止める")
        SAME = "same", _("今のまま使う")

    class Reply(models.TextChoices):
        MENDED = "mended", _("直した")
        PLANNED = "planned", _("期日を決めて直す")
        REFUSED = "refused", _("直さない")

    number = models.PositiveIntegerField(editable=False)
    system = models.ForeignKey(
        AISystem, models.PROTECT, related_name="+", verbose_name=pgettext_lazy("one", "AIシステム")
    )
    vendor = models.CharField(_("事業者"), max_length=120)
    contact = models.CharField(_("連絡先"), max_length=200, blank=True)
    title = models.CharField(_("件名"), max_length=120)
    body = models.TextField(_("求めること・事例"), max_length=LONG)
    measured = models.TextField(_("測った結果"), max_length=LONG, blank=True)
    meanwhile = models.CharField(_("直るまでの使い方"), max_length=8, choices=Meanwhile.choices)
    meanwhile_note = models.CharField(_("直るまでの使い方の説明"), max_length=LINE, blank=True)
    state = models.CharField(_("状態"), max_length=8, choices=State.choices, default=State.DRAFT)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("作った人"))
    made_at = models.DateTimeField(default=timezone.now)
    nobody_named_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    """Who saw to it that the cases identify nobody (P4.1.5)."""
    asked_on = models.DateField(_("送った日"), null=True, blank=True)
    asked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    times = models.PositiveSmallIntegerField(_("求めた回数"), default=0)
    due_on = models.DateField(_("回答の期限"), null=True, blank=True)
    reply = models.CharField(_("事業者の判断"), max_length=8, choices=Reply.choices, blank=True)
    answer = models.TextField(_("事業者の回答"), max_length=LONG, blank=True)
    answered_on = models.DateField(_("回答の日"), null=True, blank=True)
    verification = models.TextField(_("試した結果"), max_length=LONG, blank=True)
    verified_on = models.DateField(_("試した日"), null=True, blank=True)
    verified_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("試した人")
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number"], name="improvement_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def code(self) -> str:
        return f"IR-{self.number:03d}"

    @property
    def is_open(self) -> bool:
        return self.state not in (self.State.VERIFIED, self.State.REFUSED)

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_on is not None and self.due_on < timezone.localdate()

    def get_absolute_url(self) -> str:
        return reverse("feedback:request", args=[self.pk])


class Report(Tenant, Versioned):
    """A doubt about an answer or a system, on its way to who answers for the system.

    ``kinds`` is ``,untrue,drift,``: every database finds one of them. ``handler`` None: the owner's post is vacant, IT staff answers.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("受付待ち")
        ACKNOWLEDGED = "acknowledged", _("対応中")
        ANSWERED = "answered", _("回答済")
        CLOSED = "closed", _("完了")
        WITHDRAWN = "withdrawn", _("取下げ")

    class Finding(models.TextChoices):
        CONFIRMED = "confirmed", _("疑いのとおりだった")
        PARTLY = "partly", _("一部は疑いのとおりだった")
        UNFOUNDED = "unfounded", _("問題は見つからなかった")
        NOT_EXAMINED = "not_examined", _("調べていない（理由は回答に書く）")

    number = models.PositiveIntegerField(editable=False)
    interaction = models.CharField(max_length=200, blank=True)
    """Empty for a report on a system as a whole."""
    system = models.ForeignKey(
        AISystem,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("one", "AIシステム"),
    )
    purpose = models.ForeignKey(
        Purpose, models.PROTECT, null=True, related_name="+", verbose_name=pgettext_lazy("one", "利用目的")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name=_("部署")
    )
    reporter = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("報告した人"))
    anonymous = models.BooleanField(_("名前を出さない"), default=False)
    kinds = models.CharField(pgettext_lazy("doubt", "気になる点"), max_length=120)
    text = models.TextField(_("説明"), max_length=LONG, blank=True)
    people = models.CharField(_("影響を受けた人々"), max_length=LINE, blank=True)
    state = models.CharField(_("状態"), max_length=12, choices=State.choices, default=State.RECEIVED)
    handler = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("回答する人")
    )
    reported_at = models.DateTimeField(_("報告した日時"), default=timezone.now)
    due_on = models.DateField(_("回答の期限"))
    acknowledged_at = models.DateTimeField(_("受け付けた日時"), null=True, blank=True)
    finding = models.CharField(_("調べた結果"), max_length=12, choices=Finding.choices, blank=True)
    answer = models.TextField(_("回答"), max_length=LONG, blank=True)
    answered_at = models.DateTimeField(_("回答した日時"), null=True, blank=True)
    answered_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("回答した人")
    )
    read_at = models.DateTimeField(_("報告した人が回答を読んだ日時"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    request = models.ForeignKey(
        ImprovementRequest, models.SET_NULL, null=True, related_name="reports", verbose_name=_("改善要望")
    )

    class Meta:
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["municipality", "state", "due_on"], name="feedback_report_due"),
            models.Index(fields=["municipality", "interaction"], name="feedback_report_answer"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number"], name="feedback_report_number_once"),
            models.UniqueConstraint(
                fields=["municipality", "interaction", "reporter"],
                condition=models.Q(state="received") & ~models.Q(interaction=""),
                name="feedback_report_open_once",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        return f"FB-{self.number:04d}"

    @property
    def kind_list(self) -> list[Doubt]:
        return [Doubt(one) for one in self.kinds.split(",") if one in Doubt.values]

    @property
    def is_open(self) -> bool:
        """Nobody has answered it yet."""
        return self.state in (self.State.RECEIVED, self.State.ACKNOWLEDGED)

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_on < timezone.localdate()

    def get_absolute_url(self) -> str:
        return reverse("feedback:report", args=[self.pk])


def joined(kinds: list[str]) -> str:
    """Kinds as they are kept: each between commas, in the order of `Doubt`."""
    return "," + ",".join(one for one in Doubt.values if one in kinds) + ","


class Escalation(Tenant, Versioned):
    """A report that is more than its owner alone may settle, before executives. An incident, once there is an app for it."""

    class State(models.TextChoices):
        OPEN = "open", _("判断待ち")
        SETTLED = "settled", _("判断済")

    report = models.OneToOneField(Report, models.CASCADE, related_name="escalation")
    why = models.TextField(_("上げる理由"), max_length=LONG)
    state = models.CharField(_("状態"), max_length=8, choices=State.choices, default=State.OPEN)
    raised_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("上げた人"))
    raised_at = models.DateTimeField(_("上げた日時"), default=timezone.now)
    decision = models.TextField(_("判断と指示"), max_length=LONG, blank=True)
    settled_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("判断した人")
    )
    settled_at = models.DateTimeField(_("判断した日時"), null=True, blank=True)
    elsewhere = models.CharField(max_length=300, blank=True)
    """The address of what it became in the app that took it (`kijun.governance.feedback.escalations`)."""

    class Meta:
        ordering = ["-raised_at", "-pk"]

    def __str__(self) -> str:
        return str(self.report)
