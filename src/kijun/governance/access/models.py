"""Upstreams, models, purposes, grants with their keys, and stop switches: what the policy snapshot is made of."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department
from kijun.governance.organisation.tenancy import Tenant
from kijun.web.invisible import told
from kijun.web.punctuation import bracketed
from kijun.web.versions import Versioned


def _seconds(least: float, most: float) -> list[Any]:
    return [MinValueValidator(least), MaxValueValidator(most)]


class DataClass(models.TextChoices):
    """What a purpose may hold; tells people, and bounds the handling (`kijun.governance.access.handling`)."""

    PUBLIC = "public", _("公開情報")
    INTERNAL = "internal", _("庁内限りの情報")
    CONFIDENTIAL = "confidential", _("機密情報・非公開情報")
    PERSONAL = "personal", _("個人情報")
    SENSITIVE = "sensitive", _("要配慮個人情報")
    MY_NUMBER = "my_number", _("特定個人情報（個人番号を含む）")


PERSONAL_CLASSES = frozenset({DataClass.PERSONAL, DataClass.SENSITIVE, DataClass.MY_NUMBER})
"""Classes that a service without a recorded training opt-out must never be given (P5.1.2)."""


class Upstream(Tenant, Versioned):
    """A service that answers. ``key`` and the values of ``headers`` are sealed and never shown again."""

    class Kind(models.TextChoices):
        """What the service speaks."""

        OPENAI = "openai", _("OpenAI互換")
        AZURE = "azure", _("Azure OpenAI")
        SAMPLE = "sample", _("見本（この中だけで答える）")
        REFERENCE = "reference", _("参考文書の検索（承認した文書を引用して答える）")

    name = models.CharField(_("名称"), max_length=80)
    kind = models.CharField(_("種類"), max_length=10, choices=Kind.choices, default=Kind.OPENAI)
    base_url = models.CharField(_("接続先のURL"), max_length=300, blank=True)
    api_version = models.CharField(_("APIの版"), max_length=40, blank=True)
    key = models.TextField(_("接続先のAPIキー"), blank=True, editable=False)
    headers: Any = models.JSONField(_("追加のヘッダー"), default=dict, blank=True, editable=False)
    proxy = models.CharField(_("プロキシ"), max_length=300, blank=True)
    ca = models.TextField(_("認証局の証明書（PEM）"), blank=True)
    connect_timeout = models.FloatField(_("接続を待つ秒数"), default=5.0, validators=_seconds(0.1, 60))
    first_byte_timeout = models.FloatField(
        _("応答の始まりを待つ秒数"), default=120.0, validators=_seconds(1, 1800)
    )
    idle_timeout = models.FloatField(_("応答の途切れを待つ秒数"), default=60.0, validators=_seconds(1, 1800))
    total_timeout = models.FloatField(_("全体で待つ秒数"), default=600.0, validators=_seconds(1, 7200))
    retries = models.PositiveSmallIntegerField(
        _("やり直す回数"), default=1, validators=[MaxValueValidator(5)]
    )
    breaker_failures = models.PositiveSmallIntegerField(
        _("休ませるまでの連続失敗数"), default=5, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    breaker_seconds = models.FloatField(_("休ませる秒数"), default=30.0, validators=_seconds(1, 3600))
    enabled = models.BooleanField(_("使う"), default=True)
    opt_out_on = models.DateField(_("学習に使われないと確かめた日"), null=True, blank=True)
    opt_out_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("確かめた人")
    )
    opt_out_proof = models.TextField(_("確かめた方法と根拠"), blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="upstream_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def opted_out(self) -> bool:
        """It is on record that the service does not train on what is sent (P5.1.2)."""
        return self.opt_out_on is not None


class Model(Tenant, Versioned):
    """A model as clients name it, of one AI system."""

    name = models.CharField(_("モデル名"), max_length=80)
    system = models.ForeignKey(
        AISystem, models.PROTECT, related_name="ai_models", verbose_name=pgettext_lazy("one", "AIシステム")
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="model_name_once")]

    def __str__(self) -> str:
        return self.name


class Route(Tenant):
    """One way to a model: lower ``order`` first; among equals by ``weight``. ``name`` is the model's name there."""

    model = models.ForeignKey(Model, models.CASCADE, related_name="routes")
    upstream = models.ForeignKey(Upstream, models.PROTECT, related_name="routes", verbose_name=_("接続先"))
    name = models.CharField(_("接続先でのモデル名"), max_length=120)
    order = models.PositiveSmallIntegerField(_("順番"), default=0)
    weight = models.PositiveSmallIntegerField(
        _("重み"), default=1, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )

    class Meta:
        ordering = ["order", "-weight", "pk"]

    def __str__(self) -> str:
        return f"{self.model} → {self.upstream} {self.name}"


class Purpose(Tenant, Versioned):
    """What a call may be for, and what happens to what is found in it.

    ``input_handling`` and ``output_handling`` are ``{"groups": {group: action}, "types": {type: action}}``; ``hours`` are
    (weekday 0–6 from Monday, from minute, to minute), ``networks`` CIDR ranges; both empty where nothing is limited.
    """

    class Review(models.TextChoices):
        """How an answer is checked before it is used."""

        LIGHT = "light", _("軽い確認（庁内の下書きなど）")
        NORMAL = "normal", _("通常の確認（使う前に本人が確かめる）")
        STRICT = "strict", _("厳しい確認（本人と上長が確かめる）")

    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英語の名称"), max_length=120, blank=True)
    description = models.TextField(_("何のために使うか"))
    legal_basis = models.CharField(_("法令・条例の根拠"), max_length=300, blank=True)
    consent_scope = models.CharField(_("本人の同意の範囲"), max_length=300, blank=True)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("目的の責任者"))
    data_classes: Any = models.JSONField(_("入力してよい情報"), default=list)
    input_handling: Any = models.JSONField(_("入力に見つかったときの扱い"), default=dict)
    output_handling: Any = models.JSONField(_("回答に見つかったときの扱い"), default=dict)
    retention = models.CharField(_("記録の保存期間"), max_length=12, default="y1")
    networks: Any = models.JSONField(_("使えるネットワーク"), default=list, blank=True)
    hours: Any = models.JSONField(_("使える時間"), default=list, blank=True)
    uninspected = models.BooleanField(_("検査できないもの（画像・音声）も送ってよい"), default=False)
    review = models.CharField(_("回答の確認"), max_length=8, choices=Review.choices, default=Review.NORMAL)
    public_power = models.BooleanField(_("行政処分その他の公権力の行使に関わる"), default=False)
    """What comes of it leaves only with a person's recorded decision and its legal basis (U1.1.4)."""
    checklist: Any = models.JSONField(_("この目的で確かめること"), default=list, blank=True)
    """Questions of its own that are asked before an answer is used, beside those of the guideline."""
    enabled = models.BooleanField(_("使える"), default=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="purpose_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_name(self) -> str:
        """The English name where the reader reads English and there is one."""
        english = self.name_en if (get_language() or "").startswith("en") else ""
        return english or self.name

    @property
    def has_personal_data(self) -> bool:
        """Some of what may be entered must never train a service (P5.1.2)."""
        return bool(PERSONAL_CLASSES & set(self.data_classes))


class Grant(Tenant, Versioned):
    """Who may use which system for which purpose: one person, or one application for which ``responsible`` answers.

    Days are inclusive. ``requests`` and ``tokens`` are a month's; None is unlimited.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="ai_grants", verbose_name=_("職員")
    )
    application = models.CharField(_("アプリケーション"), max_length=80, blank=True)
    responsible = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("キーの管理者")
    )
    system = models.ForeignKey(
        AISystem, models.PROTECT, related_name="ai_grants", verbose_name=pgettext_lazy("one", "AIシステム")
    )
    purpose = models.ForeignKey(
        Purpose, models.PROTECT, related_name="grants", verbose_name=pgettext_lazy("one", "利用目的")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("部署")
    )
    starts_on = models.DateField(_("始まる日"), default=timezone.localdate)
    expires_on = models.DateField(_("終わる日"))
    requests = models.PositiveIntegerField(
        _("1か月の回数"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    tokens = models.PositiveBigIntegerField(
        _("1か月のトークン数"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10**15)],
    )
    per_minute = models.PositiveIntegerField(
        _("1分の回数"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(_("最後に使った日時"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("取り消した日時"), null=True, blank=True, editable=False)
    revoked_why = models.CharField(_("取り消した理由"), max_length=300, blank=True, editable=False)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(person__isnull=False) & Q(application=""))
                | (Q(person__isnull=True) & ~Q(application="")),
                name="grant_person_or_application",
            ),
            models.UniqueConstraint(
                fields=["person", "system", "purpose"],
                condition=Q(revoked_at__isnull=True, person__isnull=False),
                name="grant_of_person_once",
            ),
            models.UniqueConstraint(
                fields=["municipality", "application", "system", "purpose"],
                condition=Q(revoked_at__isnull=True, person__isnull=True),
                name="grant_of_application_once",
            ),
        ]

    def __str__(self) -> str:
        return bracketed(self.subject, self.purpose.shown_name)

    @property
    def subject(self) -> str:
        """Whose grant it is, for people."""
        return str(self.person) if self.person_id else self.application

    @property
    def keeper(self) -> Person | None:
        """Who has the key in hand and answers for it."""
        return self.person if self.person_id else self.responsible

    def holds_on(self, day: datetime.date | None = None) -> bool:
        """Neither revoked nor outside its days; that person and system are there is asked elsewhere."""
        day = day or timezone.localdate()
        return self.revoked_at is None and self.starts_on <= day <= self.expires_on


class GrantKey(Tenant):
    """One key of a grant: its SHA-256 and what of it may be seen. ``works_until``: after a rotation."""

    grant = models.ForeignKey(Grant, models.CASCADE, related_name="keys")
    digest = models.CharField(max_length=64, unique=True)
    prefix = models.CharField(_("キーの先頭"), max_length=12)
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    works_until = models.DateTimeField(_("使える期限"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("取り消した日時"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("最後に使った日時"), null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.prefix}…"

    def works(self, at: datetime.datetime | None = None) -> bool:
        """Neither revoked nor past the days that a rotation left it."""
        at = at or timezone.now()
        return self.revoked_at is None and (self.works_until is None or at < self.works_until)


class Stop(Tenant, Versioned):
    """A stop switch; it is on until ``lifted_at``. Exactly what ``scope`` says is named."""

    class Scope(models.TextChoices):
        """What a switch turns off."""

        EVERYTHING = "everything", _("すべてのAI")
        SYSTEM = "system", pgettext_lazy("one", "AIシステム")
        PURPOSE = "purpose", pgettext_lazy("one", "利用目的")
        PERSON = "person", _("職員")

    scope = models.CharField(_("止める範囲"), max_length=10, choices=Scope.choices)
    system = models.ForeignKey(
        AISystem,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("one", "AIシステム"),
    )
    purpose = models.ForeignKey(
        Purpose,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("one", "利用目的"),
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("職員")
    )
    reason = models.CharField(_("理由"), max_length=300)
    reason_en = models.CharField(_("理由（英語）"), max_length=300, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    lifted_why = models.CharField(_("再開の理由"), max_length=300, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="everything", system=None, purpose=None, person=None)
                | Q(scope="system", system__isnull=False, purpose=None, person=None)
                | Q(scope="purpose", system=None, purpose__isnull=False, person=None)
                | Q(scope="person", system=None, purpose=None, person__isnull=False),
                name="stop_names_its_scope",
            )
        ]

    def __str__(self) -> str:
        return bracketed(str(self.get_scope_display()), self.target_name) if self.target else self.target_name

    @property
    def shown_reason(self) -> str:
        """The English reason where the reader reads English and there is one; what cannot be seen is told, for older ones may hold it."""
        return told((self.reason_en if (get_language() or "").startswith("en") else "") or self.reason)

    @property
    def target(self) -> AISystem | Purpose | Person | None:
        """What is stopped; None for everything."""
        return self.system or self.purpose or self.person

    @property
    def target_name(self) -> str:
        """What is stopped, for people."""
        thing = self.target
        if thing is None:
            return str(self.get_scope_display())
        return str(getattr(thing, "shown_name", thing))


class TownRules(Tenant, Versioned):
    """What holds for all AI of one municipality: whom to ask, and its own rules of inspection."""

    contact = models.CharField(_("庁内の問い合わせ先"), max_length=200, blank=True)
    inspection: Any = models.JSONField(_("検査の方針"), default=dict, blank=True)
    """A policy as `kijun.inspection.Policy.read` takes it; empty: the default."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality"], name="town_rules_once")]

    def __str__(self) -> str:
        return str(_("AIの利用の共通の決まり"))


class Publisher(models.Model):
    """One row that whoever publishes locks, so that a later version always holds later data."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)

    def __str__(self) -> str:
        return "publisher"


class PublishedSnapshot(models.Model):
    """A version of the policy that was handed to the gateway. ``digest`` is the SHA-256 of the file, ``content`` that of what it
    says without version and time."""

    version = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField(default=timezone.now)
    digest = models.CharField(max_length=64)
    content = models.CharField(max_length=64)
    why = models.CharField(max_length=200)

    class Meta:
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"{self.version} {self.why}"
