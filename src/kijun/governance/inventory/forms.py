"""Forms of the inventory. They only validate; what is saved goes through the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.person_field import PersonField
from kijun.governance.inventory import queries, steps
from kijun.governance.inventory.fields import (
    FIELDS_OF_WORK,
    PROCUREMENTS,
    ManyField,
    Suggestions,
    YesNoField,
)
from kijun.governance.inventory.models import AISystem, DataKind, Function, Network, Training
from kijun.governance.organisation.models import Department, Municipality
from kijun.web.forms import DateField, Form, IntegerField, ModelMultipleChoiceField, RevisionMixin
from kijun.web.templatetags.kit import named

CHOOSE = _("選んでください")


class DepartmentChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, empty_label=CHOOSE, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return indented(obj)


class DepartmentsChoice(ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return indented(obj)


def indented(department: Department) -> str:
    """A department as the tree shows it: one full-width space a level."""
    return "\u3000" * (department.path.count("/") - 1) + named(department)


def lines(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class StepForm(Form, RevisionMixin):
    """Base of the steps. With ``partial`` nothing is required: a draft that is left halfway."""

    def __init__(
        self, *args: Any, system: AISystem, step: steps.Step, partial: bool = False, **kwargs: Any
    ) -> None:
        fresh = system.is_draft and step.number > steps.answered(system)
        initial = {name: steps.value_of(system, name) for name in step.fields}
        if fresh:
            initial = {name: None if isinstance(value, bool) else value for name, value in initial.items()}
            if initial.get("training") == Training.UNKNOWN:
                initial["training"] = None
        kwargs["initial"] = {**initial, "revision": system.revision}
        super().__init__(*args, **kwargs)
        self.system, self.step, self.partial = system, step, partial
        for name in step.fields:
            field = self.fields[name]
            field.label = steps.label(name)
            field.required = name in step.required and not partial
        self.limit(system.municipality)
        self.order_fields([*step.fields, "revision"])

    def limit(self, municipality: Municipality) -> None:
        """Choices of this municipality only."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not self.partial:
            for name, message in steps.check_together(values).items():
                if name in self.fields and name not in self.errors:
                    self.add_error(name, message)
        return values

    def values(self) -> dict[str, Any]:
        """What the action saves. A question left open in a partial draft is left out."""
        data = {name: self.cleaned_data[name] for name in self.step.fields if name in self.cleaned_data}
        return {
            name: list(value) if name == "user_departments" else value
            for name, value in data.items()
            if not (isinstance(self.fields[name], YesNoField) and value is None)
            and not (name == "training" and value == "")
        }


class BasicsForm(StepForm):
    name = forms.CharField(
        max_length=120, help_text=_("住民にも職員にも通じる呼び名にします。例：議事録作成支援AI")
    )
    name_en = forms.CharField(
        max_length=160, help_text=_("英語の画面と公開に使います。例：Minutes assistant")
    )
    summary = forms.CharField(
        widget=lines(),
        max_length=2000,
        help_text=_(
            "だれが、何のために、どう使うかを2〜3文で書きます。例：会議の録音を文字にし、要約の案を作る。"
        ),
    )
    field = forms.CharField(
        max_length=60, widget=Suggestions(FIELDS_OF_WORK), help_text=_("例：福祉、税務、庁内共通")
    )
    functions = ManyField(
        choices=Function.choices,
        help_text=_(
            "あてはまるものをすべて選びます。識別は見分ける、予測は先を見積もる、実行は自分で操作する、生成は文章や画像を作るものです。"
        ),
    )


class PurposeForm(StepForm):
    problem = forms.CharField(
        widget=lines(),
        max_length=2000,
        help_text=_("今、何に困っているか。例：議事録の作成に1回4時間かかる。"),
    )
    expected_effect = forms.CharField(
        widget=lines(),
        max_length=2000,
        help_text=_("数字で測れる形で書きます。例：作成時間を1回1時間に減らし、空いた時間を窓口に充てる。"),
    )
    alternatives = forms.CharField(
        widget=lines(3),
        max_length=2000,
        help_text=_("AIを使わない方法も含めて、検討したことを書きます。例：外部への反訳の委託、様式の見直し"),
    )


class PeopleForm(StepForm):
    provider_department = DepartmentChoice(
        queryset=Department.objects.none(), help_text=_("AIを用意し、設定を管理する部署です。")
    )
    user_departments = DepartmentsChoice(
        queryset=Department.objects.none(),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choice-columns"}),
        help_text=_("業務でAIを使う部署です。部を選ぶと、その下の課も含みます。実証までに決めます。"),
    )
    owner = PersonField(
        empty_label=CHOOSE,
        help_text=_("このAIについて説明し、問題が起きたら先頭に立つ人です。企画までに決めます。"),
    )
    support_contact = forms.CharField(
        max_length=200,
        help_text=_("使っていて困ったときの連絡先です。例：デジタル推進課 内線1234（平日8:30〜17:15）"),
    )

    def limit(self, municipality: Municipality) -> None:
        departments = queries.assignable_departments(municipality)
        self.fields["provider_department"].queryset = departments  # type: ignore[attr-defined]  # a choice field, not the base class
        self.fields["user_departments"].queryset = departments  # type: ignore[attr-defined]  # a choice field, not the base class
        self.fields["owner"].offer(municipality)  # type: ignore[attr-defined]  # a choice of people, not the base class


class ServiceForm(StepForm):
    sometimes_required = ("vendor_name",)

    network = forms.ChoiceField(
        choices=Network.choices, widget=forms.RadioSelect, help_text=_("職員が使う端末のある側を選びます。")
    )
    external_service = YesNoField(
        help_text=_("クラウドや事業者のサーバーなど、庁舎の外で処理されるものです。")
    )
    vendor_name = forms.CharField(
        max_length=120, help_text=_("契約の相手方です。庁外のサービスを使うときは必ず書きます。")
    )
    service_name = forms.CharField(max_length=120)
    model_name = forms.CharField(
        max_length=120, help_text=_("わかる範囲で書きます。例：○○モデル 2026年6月版")
    )
    shared_use = YesNoField(help_text=_("ほかの自治体と同じ仕組みを一緒に使っていますか。"))
    procurement = forms.CharField(max_length=60, widget=Suggestions(PROCUREMENTS))
    contract_yen = IntegerField(min_value=0, max_value=10**12, help_text=_("年額または総額。例：1,200,000"))


class DataForm(StepForm):
    sometimes_required = ("data_subjects", "retention", "training_checked_on")

    data_kinds = ManyField(
        choices=DataKind.choices,
        help_text=_("入力する情報、参照させる情報、学習させる情報のすべてについて選びます。"),
    )
    data_subjects = forms.CharField(
        max_length=200,
        help_text=_("個人情報を扱うときは必ず書きます。例：介護認定の申請者とその家族、職員"),
    )
    data_source = forms.CharField(
        max_length=300, help_text=_("例：本人の申請書、住民記録システム、公開している例規集")
    )
    retention = forms.CharField(
        max_length=120,
        help_text=_("入力と出力を残しておく期間です。個人情報を扱うときは必ず書きます。例：1年、年度末まで"),
    )
    abroad = YesNoField(help_text=_("契約書やサービスの説明で、保存する国を確かめます。"))
    training = forms.ChoiceField(
        choices=Training.choices,
        widget=forms.RadioSelect,
        help_text=_("入力した内容が、事業者のモデルの学習に使われるかどうかです。"),
    )
    training_checked_on = DateField(
        help_text=_(
            "契約書か設定画面で確かめた日です。「確認済み」のときは必ず書き、6か月ごとに確かめ直します。例：令和8年11月23日、2026/11/23"
        )
    )
    learns = YesNoField(help_text=_("庁内のデータで、モデルを学習または追加学習させていますか。"))

    def clean_training_checked_on(self) -> Any:
        value = self.cleaned_data["training_checked_on"]
        if value and value > timezone.localdate():
            raise forms.ValidationError(_("今日までの日付を入力してください。"))
        return value


class ResidentsForm(StepForm):
    resident_facing = YesNoField(
        help_text=_(
            "AIの回答や判定が、職員の確認を経ずに住民へ届く場合、または住民が直接使う場合は「はい」です。"
        )
    )
    affected = forms.CharField(
        max_length=200, help_text=_("AIの結果に左右される人です。例：介護認定の申請者、庁内の職員だけ")
    )
    human_check = forms.CharField(
        widget=lines(3),
        max_length=2000,
        help_text=_(
            "だれが、いつ、何を確かめるか。例：担当者が録音と照らして直し、係長が確認してから公開する。"
        ),
    )
    fallback = forms.CharField(
        widget=lines(3),
        max_length=2000,
        help_text=_(
            "AIが止まったときに業務を続ける方法です。運用までに決めます。例：手作業に戻し、回答期限を3日延ばす。"
        ),
    )
    legal_basis = forms.CharField(
        max_length=300, help_text=_("例：○○市生成AI利用要綱第3条、介護保険法第27条")
    )


STEP_FORMS: dict[str, type[StepForm]] = {
    "basics": BasicsForm,
    "purpose": PurposeForm,
    "people": PeopleForm,
    "service": ServiceForm,
    "data": DataForm,
    "residents": ResidentsForm,
}
