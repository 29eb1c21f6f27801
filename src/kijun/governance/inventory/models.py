"""AI systems, their life cycle, verification and pilot, and the datasets they use."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.organisation.models import Department
from kijun.governance.organisation.tenancy import Tenant
from kijun.web.versions import Versioned


class Stage(models.TextChoices):
    """構想 → 企画 → 実証 → 運用 → 拡大 → 廃止 (guideline Part 3: start small, learn, extend)."""

    IDEA = "idea", _("構想")
    PLAN = "plan", _("企画")
    PILOT = "pilot", _("実証")
    OPERATION = "operation", _("運用")
    EXTENSION = "extension", _("拡大")
    RETIRED = "retired", pgettext_lazy("stage", "廃止")


IN_USE = (Stage.PILOT, Stage.OPERATION, Stage.EXTENSION)
RUNNING = (Stage.OPERATION, Stage.EXTENSION)
ORDER = tuple(Stage)


class Function(models.TextChoices):
    RECOGNITION = "recognition", _("識別")
    PREDICTION = "prediction", _("予測")
    EXECUTION = "execution", _("実行")
    GENERATIVE = "generative", _("生成")


class Network(models.TextChoices):
    MY_NUMBER = "my_number", _("マイナンバー利用事務系")
    LGWAN = "lgwan", _("LGWAN接続系")
    INTERNET = "internet", _("インターネット接続系")
    STANDALONE = "standalone", _("独立した環境（庁内のみ）")


class DataKind(models.TextChoices):
    NONE = "none", _("個人情報を扱わない")
    PERSONAL = "personal", _("個人情報（保有個人情報）")
    SENSITIVE = "sensitive", _("要配慮個人情報")
    MY_NUMBER = "my_number", _("特定個人情報（個人番号を含む）")
    CONFIDENTIAL = "confidential", _("機密情報・非公開情報")


PERSONAL_KINDS = frozenset({DataKind.PERSONAL, DataKind.SENSITIVE, DataKind.MY_NUMBER})


class Training(models.TextChoices):
    """Whether what is typed in may be used to train the model (P5.1.1, P5.1.2)."""

    OFF_CONFIRMED = "off_confirmed", _("学習に使われない（契約・設定を確認済み）")
    OFF_UNCONFIRMED = "off_unconfirmed", _("学習に使われないと聞いているが未確認")
    ON = "on", _("学習に使われる")
    UNKNOWN = "unknown", _("わからない")


class AISystem(Tenant, Versioned):
    """One AI system or service as the town uses it.

    ``registered_at`` is empty while the guided form is unfinished (a draft, kept at each step). Lists of choices
    (``functions``, ``data_kinds``) hold the values of :class:`Function` and :class:`DataKind`.
    """

    number = models.PositiveIntegerField(editable=False)
    """Running number in the municipality; shown as AI-001."""
    name = models.CharField(_("名称"), max_length=120, blank=True)
    name_en = models.CharField(_("英語の名称"), max_length=160, blank=True)
    summary = models.TextField(_("概要"), blank=True)
    problem = models.TextField(_("解決したい課題"), blank=True)
    expected_effect = models.TextField(_("見込む効果"), blank=True)
    alternatives = models.TextField(_("検討した他の方法"), blank=True)
    field = models.CharField(_("業務分野"), max_length=60, blank=True)
    functions: Any = models.JSONField(_("機能分類"), default=list)
    provider_department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("提供する部署（AI提供者）"),
    )
    user_departments = models.ManyToManyField(
        Department, blank=True, related_name="+", verbose_name=_("利用する部署（AI利用者）")
    )
    owner = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("AIサービス責任者")
    )
    support_contact = models.CharField(_("運用の問い合わせ先"), max_length=200, blank=True)
    stage = models.CharField(_("段階"), max_length=10, choices=Stage.choices, default=Stage.IDEA)
    started_on = models.DateField(_("利用開始日"), null=True, blank=True)
    ended_on = models.DateField(_("利用終了日"), null=True, blank=True)
    network = models.CharField(_("ネットワーク区分"), max_length=12, choices=Network.choices, blank=True)
    vendor_name = models.CharField(_("事業者"), max_length=120, blank=True)
    service_name = models.CharField(_("サービス名"), max_length=120, blank=True)
    model_name = models.CharField(_("モデルと版"), max_length=120, blank=True)
    external_service = models.BooleanField(_("庁外のサービスを使う"), default=False)
    shared_use = models.BooleanField(_("共同利用"), default=False)
    procurement = models.CharField(_("調達方式"), max_length=60, blank=True)
    contract_yen = models.PositiveBigIntegerField(_("契約額（円）"), null=True, blank=True)
    data_kinds: Any = models.JSONField(_("扱う情報"), default=list)
    data_subjects = models.CharField(_("だれの情報か"), max_length=200, blank=True)
    data_source = models.CharField(_("情報の入手元"), max_length=300, blank=True)
    retention = models.CharField(_("保存期間"), max_length=120, blank=True)
    abroad = models.BooleanField(_("国外で保存・処理される"), default=False)
    training = models.CharField(
        _("入力の学習利用"), max_length=16, choices=Training.choices, default=Training.UNKNOWN
    )
    training_checked_on = models.DateField(_("学習の設定を確かめた日"), null=True, blank=True)
    """P5.1.2 asks for a check in the last six months."""
    learns = models.BooleanField(_("独自のデータで学習・追加学習をしている"), default=False)
    resident_facing = models.BooleanField(_("結果が住民に直接届く"), default=False)
    affected = models.CharField(_("影響を受ける人"), max_length=200, blank=True)
    human_check = models.TextField(_("人による確認"), blank=True)
    fallback = models.TextField(_("停止したときの代わりの方法"), blank=True)
    legal_basis = models.CharField(_("根拠となる例規・要綱"), max_length=300, blank=True)
    step = models.PositiveSmallIntegerField(default=1, editable=False)
    registered_at = models.DateTimeField(null=True, blank=True, editable=False)
    registered_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    """Who began the draft: a draft is shown to this person and to IT staff only."""
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["municipality", "number"], name="system_number_once")]

    def __str__(self) -> str:
        return self.name or gettext("名称未入力のAIシステム")

    @property
    def shown_name(self) -> str:
        """The English name where the reader reads English and there is one."""
        english = self.name_en if (get_language() or "").startswith("en") else ""
        return english or str(self)

    @property
    def code(self) -> str:
        return f"AI-{self.number:03d}"

    @property
    def is_draft(self) -> bool:
        return self.registered_at is None

    @property
    def is_retired(self) -> bool:
        return self.stage == Stage.RETIRED

    @property
    def has_personal_data(self) -> bool:
        return bool(PERSONAL_KINDS & set(self.data_kinds))


class StageChange(Tenant):
    """A step of the life cycle, with what the gates said."""

    system = models.ForeignKey(AISystem, models.CASCADE, related_name="stage_changes")
    before = models.CharField(max_length=10, choices=Stage.choices)
    after = models.CharField(max_length=10, choices=Stage.choices)
    on = models.DateField()
    reason = models.TextField(blank=True)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class Verification(Tenant):
    """P3.1.8: suitable for the service, tested, integrated; before operation. A new check is a new row."""

    system = models.ForeignKey(AISystem, models.CASCADE, related_name="verifications")
    suitable = models.BooleanField(_("業務に適している"))
    suitable_note = models.TextField(_("適していると判断した理由"))
    tested = models.BooleanField(_("試験をした"))
    tested_note = models.TextField(_("試験の方法と結果"))
    integrated = models.BooleanField(_("業務の流れと他のシステムに組み込んだ"))
    integrated_note = models.TextField(_("組み込みの内容"))
    verified_on = models.DateField(_("検証日"))
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-verified_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.system} {self.verified_on}"

    @property
    def passed(self) -> bool:
        return self.suitable and self.tested and self.integrated


class PilotResult(Tenant):
    """What a pilot showed, with an effect figure (G.5)."""

    system = models.ForeignKey(AISystem, models.CASCADE, related_name="pilot_results")
    started_on = models.DateField(_("実証の開始日"))
    ended_on = models.DateField(_("実証の終了日"))
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    result = models.TextField(_("わかったこと"))
    effect_measure = models.CharField(_("効果の指標"), max_length=120)
    effect_before = models.DecimalField(_("導入前"), max_digits=12, decimal_places=2, null=True, blank=True)
    effect_after = models.DecimalField(
        _("実証での値"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    effect_unit = models.CharField(_("単位"), max_length=20, blank=True)
    go_on = models.BooleanField(_("運用に進む"))
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-ended_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.system} {self.ended_on}"


class Dataset(Tenant, Versioned):
    """Data that a system learns from or refers to: when, where and why it was collected (P7.1.3), and who answers (G.19)."""

    number = models.PositiveIntegerField(editable=False)
    """Running number in the municipality; shown as DS-001."""
    name = models.CharField(_("名称"), max_length=120)
    systems = models.ManyToManyField(
        AISystem, blank=True, related_name="datasets", verbose_name=_("使うAIシステム")
    )
    use = models.CharField(
        _("使い方"),
        max_length=12,
        choices=[("training", _("学習")), ("reference", _("参照")), ("evaluation", _("評価"))],
    )
    owner_department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("管理する部署")
    )
    owner = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("管理責任者")
    )
    collected_from = models.DateField(_("収集の開始日"), null=True, blank=True)
    collected_to = models.DateField(_("収集の終了日"), null=True, blank=True)
    collected_where = models.CharField(_("どこで集めたか"), max_length=200, blank=True)
    collected_why = models.CharField(_("何のために集めたか"), max_length=300, blank=True)
    region = models.CharField(_("対象の地域"), max_length=120, blank=True)
    data_kinds: Any = models.JSONField(_("扱う情報"), default=list)
    records = models.PositiveIntegerField(_("件数"), null=True, blank=True)
    accuracy_checked_on = models.DateField(_("正確さを確認した日"), null=True, blank=True)
    accuracy_note = models.TextField(_("正確さの確認の内容"), blank=True)
    representation_note = models.TextField(_("偏りの確認の内容"), blank=True)
    representation_checked_on = models.DateField(_("偏りを確認した日"), null=True, blank=True)
    review_on = models.DateField(_("次に見直す日"), null=True, blank=True)
    retired_on = models.DateField(_("使用をやめた日"), null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["municipality", "number"], name="dataset_number_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        return f"DS-{self.number:03d}"

    @property
    def has_provenance(self) -> bool:
        return bool(self.collected_from and self.collected_where and self.collected_why)
