"""What a person decided about an answer, who looked before deciding on it, where it went, and labels that tell residents.

Nothing of question or answer is kept here: an answer is an interaction's id. ``text`` is what the person wrote in its place, with
placeholders where the ledger knows the values; empty where nothing was changed.
"""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kijun.governance.access.models import Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.approvals.models import Approval
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department
from kijun.governance.organisation.tenancy import Tenant
from kijun.governance.reviews import codes
from kijun.web.versions import Versioned

LONGEST = 100_000
"""Characters of a text that is confirmed."""


class Destination(models.TextChoices):
    """Where a text goes."""

    INSIDE = "inside", _("庁内で使う")
    OUTSIDE = "outside", _("庁外に出す")


class Decision(models.TextChoices):
    ADOPT = "adopt", _("そのまま使う")
    EDIT = "edit", _("直して使う")
    REJECT = "reject", _("使わない")


class Ground(models.TextChoices):
    """How the person could judge it (U1.3.8)."""

    KNOWLEDGE = "knowledge", _("自分の知識と経験で正しいと確かめた")
    SOURCES = "sources", _("出典や資料と照らし合わせた")
    COLLEAGUE = "colleague", _("詳しい職員に見てもらった")
    DRAFT = "draft", _("下書きの参考にするだけで、このまま使わない")


class Review(Tenant, Versioned):
    """A person's decision about one answer. Of one person's decisions on one answer the one without ``superseded_at`` counts.

    ``checks`` is ``[{"key", "answer": "yes" | "none", "word", "label"?}]`` (``label`` of the purpose's own questions), ``flags``
    ``[{"type", "decision", "word"}]``. Seals are keyed digests of what was read in the ledger. ``changed_share`` is a per cent.
    """

    class State(models.TextChoices):
        CONFIRMED = "confirmed", pgettext_lazy("answer", "確認済")
        REJECTED = "rejected", _("使わない")
        SUBMITTED = "submitted", _("決裁中")
        RETURNED = "returned", _("差戻し")
        APPROVED = "approved", _("承認済")

    interaction = models.CharField(max_length=200)
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=pgettext_lazy("answer", "確認した人")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name=_("部署")
    )
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
    destination = models.CharField(_("使い道"), max_length=8, choices=Destination.choices)
    level = models.CharField(_("確認の厳しさ"), max_length=8, choices=Purpose.Review.choices)
    tier = models.CharField(max_length=10, blank=True)
    title = models.CharField(_("件名"), max_length=120)
    text = models.TextField(blank=True)
    changed = models.BooleanField(_("直した"), default=False)
    changed_share = models.PositiveSmallIntegerField(
        _("直した割合"), default=0, validators=[MaxValueValidator(100)]
    )
    question_seal = models.CharField(max_length=64, blank=True)
    answer_seal = models.CharField(max_length=64)
    checks: Any = models.JSONField(_("確かめたこと"), default=list)
    flags: Any = models.JSONField(_("指摘された表現の判断"), default=list)
    sources = models.PositiveSmallIntegerField(_("出典の数"), default=0)
    sources_opened = models.PositiveSmallIntegerField(_("開いた出典の数"), default=0)
    decision = models.CharField(_("判断"), max_length=8, choices=Decision.choices)
    ground = models.CharField(_("どう確かめたか"), max_length=10, choices=Ground.choices, blank=True)
    reason = models.TextField(_("理由"), blank=True)
    public_power = models.BooleanField(default=False)
    human_decision = models.TextField(_("人が下した判断"), blank=True)
    legal_basis = models.CharField(_("根拠の条文"), max_length=300, blank=True)
    official = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("判断の責任者")
    )
    state = models.CharField(_("状態"), max_length=10, choices=State.choices)
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(pgettext_lazy("answer", "確認した日時"))
    superseded_at = models.DateTimeField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True)
    """The text went with its interaction's records."""

    class Meta:
        ordering = ["-confirmed_at", "-pk"]
        indexes = [
            models.Index(fields=["municipality", "interaction"], name="review_interaction"),
            models.Index(fields=["municipality", "confirmed_at"], name="review_confirmed"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "interaction", "person"],
                condition=Q(superseded_at=None),
                name="review_once",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("reviews:review", args=[self.pk])


class Taking(Tenant):
    """A text that was taken out: copied or exported. ``digest`` is the SHA-256 of the confirmed text, its marks and all."""

    class Kind(models.TextChoices):
        COPY = "copy", _("コピー")
        TEXT = "txt", _("テキスト")
        WORD = "docx", "Word"
        PDF = "pdf", "PDF"
        HTML = "html", "HTML"

    review = models.ForeignKey(Review, models.CASCADE, related_name="takings")
    kind = models.CharField(_("形式"), max_length=5, choices=Kind.choices)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.review} {self.get_kind_display()}"


class Opening(Tenant):
    """Somebody opened what is decided on: question, answer, changes, sources. Without it nobody decides."""

    approval = models.ForeignKey(Approval, models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["approval", "person"], name="opening_once")]

    def __str__(self) -> str:
        return f"{self.person} {self.approval}"


class Part(models.TextChoices):
    """What AI did, in words for residents."""

    DRAFT = "draft", _("文章の下書きを作った")
    SUMMARY = "summary", _("文章を短くまとめた")
    REWRITE = "rewrite", _("文章を言い換えた・訳した")
    IDEAS = "ideas", _("案や見出しを出した")
    RESEARCH = "research", _("決まりや資料を調べた")
    ADVICE = "advice", _("人が判断するときの参考を出した")


class Label(Tenant, Versioned):
    """What residents find by a code: which AI had what part, who decided, how to object. Nothing of the content.

    ``office`` and ``post`` say who decided; ``decided_by`` is named to residents only where the town says so (`LabelRules`).
    """

    class Kind(models.TextChoices):
        TEXT = "text", _("文章・お知らせ")
        DOCUMENT = "document", _("文書")
        DECISION = "decision", _("決定")

    code = models.CharField(max_length=codes.LENGTH, unique=True, editable=False)
    review = models.ForeignKey(Review, models.PROTECT, related_name="labels")
    kind = models.CharField(_("何に付けるか"), max_length=8, choices=Kind.choices, default=Kind.TEXT)
    parts: Any = models.JSONField(_("AIがしたこと"), default=list)
    office = models.CharField(_("決めた部署"), max_length=120)
    office_en = models.CharField(max_length=160, blank=True)
    post = models.CharField(_("決めた人の職"), max_length=80)
    decided_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("決めた人"))
    decided_on = models.DateField(_("決めた日"))
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("発行した日時"), auto_now_add=True)
    withdrawn_at = models.DateTimeField(_("取り下げた日時"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_why = models.CharField(_("取り下げた理由"), max_length=300, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["review", "kind"], name="label_once_a_kind")]

    def __str__(self) -> str:
        return codes.shown(self.code)

    def get_absolute_url(self) -> str:
        return reverse("reviews:label", args=[self.pk])


class LabelRules(Tenant, Versioned):
    """What a municipality's labels tell."""

    names = models.BooleanField(_("決めた人の氏名も住民に示す"), default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality"], name="label_rules_once")]

    def __str__(self) -> str:
        return str(self.municipality)
