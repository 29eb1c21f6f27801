"""Forms of datasets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.person_field import PersonField
from kijun.governance.inventory import dataset_rules, queries
from kijun.governance.inventory.dataset_rules import FIELDS
from kijun.governance.inventory.fields import ManyField
from kijun.governance.inventory.forms import CHOOSE, DepartmentChoice, lines
from kijun.governance.inventory.models import AISystem, DataKind, Dataset, Stage
from kijun.governance.organisation.models import Department
from kijun.web.forms import DateField, Form, IntegerField, ModelMultipleChoiceField, RevisionMixin

GROUPS = (
    (_("何のデータか"), ("name", "systems", "use", "data_kinds", "records")),
    (_("だれが責任を持つか"), ("owner_department", "owner")),
    (
        _("いつ、どこで、何のために集めたか"),
        ("collected_from", "collected_to", "collected_where", "collected_why", "region"),
    ),
    (
        _("確認と見直し"),
        (
            "accuracy_checked_on",
            "accuracy_note",
            "representation_checked_on",
            "representation_note",
            "review_on",
        ),
    ),
)


class SystemsChoice(ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {obj.shown_name}"


class DatasetForm(Form, RevisionMixin):
    """One dataset: what it is, who answers for it, where it comes from, when it was checked."""

    name = forms.CharField(
        label=_("名称"), max_length=120, help_text=_("例：介護保険の手引き（令和8年度版）")
    )
    systems = SystemsChoice(
        label=_("使うAIシステム"),
        queryset=AISystem.objects.none(),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choice-box"}),
        required=False,
    )
    use = forms.ChoiceField(
        label=_("使い方"),
        choices=[
            ("reference", _("参照：回答のもとにする")),
            ("training", _("学習：モデルに覚えさせる")),
            ("evaluation", _("評価：出来ばえを測る")),
        ],
        widget=forms.RadioSelect,
    )
    data_kinds = ManyField(label=_("扱う情報"), choices=DataKind.choices)
    records = IntegerField(label=_("件数"), min_value=0, max_value=2**31 - 1, required=False)
    owner_department = DepartmentChoice(label=_("管理する部署"), queryset=Department.objects.none())
    owner = PersonField(label=_("管理責任者"), empty_label=CHOOSE, required=False)
    collected_from = DateField(label=_("収集の開始日"), required=False)
    collected_to = DateField(
        label=_("収集の終了日"), required=False, help_text=_("続けて集めているときは空けておきます。")
    )
    collected_where = forms.CharField(
        label=_("どこで集めたか"),
        max_length=200,
        required=False,
        help_text=_("例：介護保険課の窓口で受けた質問"),
    )
    collected_why = forms.CharField(
        label=_("何のために集めたか"),
        max_length=300,
        required=False,
        help_text=_("例：窓口の案内を改善するため"),
    )
    region = forms.CharField(
        label=_("対象の地域"), max_length=120, required=False, help_text=_("例：市内全域、山間部の5地区")
    )
    accuracy_checked_on = DateField(label=_("正確さを確認した日"), required=False)
    accuracy_note = forms.CharField(
        label=_("正確さの確認の内容"),
        widget=lines(3),
        max_length=2000,
        required=False,
        help_text=_("だれが、何と照らし合わせたか。"),
    )
    representation_checked_on = DateField(label=_("偏りを確認した日"), required=False)
    representation_note = forms.CharField(
        label=_("偏りの確認の内容"),
        widget=lines(3),
        max_length=2000,
        required=False,
        help_text=_(
            "年齢、性別、地区などの割合を人口と比べた結果。例：65歳以上 22%（人口の29%）。訪問調査分を足した。"
        ),
    )
    review_on = DateField(
        label=_("次に見直す日"), help_text=_("制度の改正や年度替わりに合わせます。例：令和9年4月1日")
    )

    def __init__(self, *args: Any, person: Person, dataset: Dataset | None = None, **kwargs: Any) -> None:
        if dataset is not None:
            initial = {name: getattr(dataset, name) for name in FIELDS if name != "systems"}
            kwargs["initial"] = {
                **initial,
                "systems": list(dataset.systems.all()),
                "revision": dataset.revision,
            }
        super().__init__(*args, **kwargs)
        town = person.municipality
        linked = dataset.systems.values("pk") if dataset is not None else []
        systems = AISystem.objects.of(town).filter(registered_at__isnull=False).order_by("number")
        self.fields["systems"].queryset = systems.filter(~Q(stage=Stage.RETIRED) | Q(pk__in=linked))  # type: ignore[attr-defined]  # a choice field, not the base class
        self.fields["owner_department"].queryset = queries.assignable_departments(town)  # type: ignore[attr-defined]  # a choice field, not the base class
        self.fields["owner"].offer(town)  # type: ignore[attr-defined]  # a choice of people, not the base class

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields under their headings, for the template."""
        return [(title, [self[name] for name in names]) for title, names in GROUPS]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for name, message in dataset_rules.problems(values).items():
            if name not in self.errors:
                self.add_error(name, message)
        return values

    def values(self) -> dict[str, Any]:
        return {
            **{name: self.cleaned_data[name] for name in FIELDS},
            "systems": list(self.cleaned_data["systems"]),
        }


class RetireDatasetForm(Form, RevisionMixin):
    on = DateField(label=_("使用をやめた日"))
