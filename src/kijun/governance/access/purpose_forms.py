"""The form of a purpose, with its matrix: group × direction → action, all of it in plain lists that need no script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.gateway.handling import group_of
from kijun.gateway.snapshot import Action, Group
from kijun.governance.access import handling
from kijun.governance.access.actions.purposes import FIELDS
from kijun.governance.access.form_fields import HoursField, LinesField, NetworksField, StaffField, lines, only
from kijun.governance.access.models import PERSONAL_CLASSES, DataClass, Purpose
from kijun.governance.inventory.fields import ManyField
from kijun.governance.organisation.models import Municipality
from kijun.ledger.model import RETENTIONS
from kijun.web.forms import Form, RevisionMixin
from kijun.web.punctuation import bracketed

RETENTION_LABELS: dict[str, StrOrPromise] = {
    "y1": _("1年"),
    "y3": _("3年"),
    "y5": _("5年"),
    "y10": _("10年"),
    "permanent": _("永久"),
}
GROUPS = (
    (_("何のために使うか"), ("name", "name_en", "description", "owner")),
    (_("入力してよい情報と根拠"), ("data_classes", "legal_basis", "consent_scope")),
)
AFTER = (
    (_("記録と確認"), ("retention", "review", "public_power", "checklist", "uninspected")),
    (_("使える場所と時間"), ("networks", "hours")),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the matrix."""

    label: StrOrPromise
    hint: StrOrPromise
    cells: list[forms.BoundField]


class PurposeForm(Form, RevisionMixin):
    """One purpose. The names of the matrix' fields are ``input-personal`` and, for single types, ``input-type-PERSON``."""

    sometimes_required = ("legal_basis", "consent_scope")

    name = forms.CharField(label=_("名称"), max_length=80, help_text=_("例：文書の下書き・要約"))
    name_en = forms.CharField(
        label=_("英語の名称"),
        max_length=120,
        required=False,
        help_text=_("英語の画面と回答で使います。例：Drafting and summaries"),
    )
    description = forms.CharField(
        label=_("何のために使うか"),
        max_length=2000,
        widget=lines(3),
        help_text=_(
            "使う人が読んで、使ってよい場面かどうかがわかるように書きます。例：庁内の文書の下書き、要約、言い換え。住民あての決定文書には使わない。"
        ),
    )
    owner = StaffField(label=_("目的の責任者"), help_text=_("この使い方について説明し、見直しをする人です。"))
    data_classes = ManyField(
        label=_("入力してよい情報"),
        choices=DataClass.choices,
        help_text=_("選んでいない種類の情報は、下の「扱い」でそのまま通せません。"),
    )
    legal_basis = forms.CharField(
        label=_("法令・条例の根拠"),
        max_length=300,
        required=False,
        help_text=_("個人情報を扱う目的では、根拠か同意の範囲のどちらかが必要です。例：介護保険法第27条"),
    )
    consent_scope = forms.CharField(
        label=_("本人の同意の範囲"),
        max_length=300,
        required=False,
        help_text=_("例：相談票の「記録の要約にAIを使うこと」に同意した人の相談記録に限る"),
    )
    retention = forms.ChoiceField(
        label=_("記録の保存期間"),
        choices=[(key, RETENTION_LABELS[key]) for key in RETENTIONS],
        help_text=_("入力と回答の記録を残す期間です。文書管理の決まりに合わせます。"),
    )
    review = forms.ChoiceField(
        label=_("回答の確認"),
        choices=Purpose.Review.choices,
        widget=forms.RadioSelect,
        initial=Purpose.Review.NORMAL,
    )
    public_power = forms.BooleanField(
        label=_("行政処分その他の公権力の行使に関わる"),
        required=False,
        help_text=_(
            "許認可、課税、給付の決定などの補助に使う目的で選びます。人が下した判断、根拠の条文、責任者が記録されるまで、文章を外に出せません。"
        ),
    )
    checklist = LinesField(
        label=_("この目的で確かめること"),
        max_length=3000,
        required=False,
        widget=lines(2),
        help_text=_(
            "回答を使う前に、共通の確認のほかに本人に聞くことを、1行に1つ書きます。例：最新の要綱の版と合っているか"
        ),
    )
    uninspected = forms.BooleanField(
        label=_("画像・音声など、検査できないものも送ってよい"),
        required=False,
        help_text=_("音声の文字起こしなどに限って選びます。記録には「検査していない」と残ります。"),
    )
    networks = NetworksField(
        label=_("使えるネットワーク"),
        max_length=4000,
        required=False,
        widget=lines(2, spellcheck="false"),
        help_text=_("1行に1つ。空けておくと、どこからでも使えます。例：10.12.0.0/16"),
    )
    hours = HoursField(
        label=_("使える時間"),
        max_length=1000,
        required=False,
        widget=lines(2),
        help_text=_("1行に1つ。空けておくと、いつでも使えます。例：月-金 8:30-17:15"),
    )

    def __init__(
        self, *args: Any, municipality: Municipality, purpose: Purpose | None = None, **kwargs: Any
    ) -> None:
        if purpose is not None:
            values = {name: getattr(purpose, name) for name in FIELDS}
            kwargs["initial"] = {**values, "revision": purpose.revision}
        super().__init__(*args, **kwargs)
        self.fields["owner"].offer(municipality)  # type: ignore[attr-defined]  # a choice of people, not the base class
        for direction, name in ((handling.INPUT, "input_handling"), (handling.OUTPUT, "output_handling")):
            value = getattr(purpose, name) if purpose is not None else handling.default(direction)
            self._add_matrix(direction, value)

    def _add_matrix(self, direction: str, value: dict[str, Any]) -> None:
        choices = [(str(one), handling.ACTION_LABELS[one]) for one in handling.ACTIONS[direction]]
        for group in Group:
            chosen = handling.action_of(value, direction, group)
            if chosen not in handling.ACTIONS[direction]:
                chosen = Action.MASK
            self.fields[f"{direction}-{group}"] = forms.ChoiceField(
                label=bracketed(handling.GROUP_LABELS[group], handling.DIRECTION_LABELS[direction]),
                choices=choices,
                initial=str(chosen),
            )
        for type_ in handling.TYPES:
            self.fields[f"{direction}-type-{type_}"] = forms.ChoiceField(
                label=bracketed(handling.type_label(type_), handling.DIRECTION_LABELS[direction]),
                choices=[("", _("分類のとおり")), *choices],
                required=False,
                initial=value.get("types", {}).get(type_, ""),
            )

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields above the matrix, under their headings."""
        return [(title, [self[name] for name in names]) for title, names in GROUPS]

    def after(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields below the matrix."""
        return [(title, [self[name] for name in names]) for title, names in AFTER]

    def matrix(self) -> list[Row]:
        """One line a group of findings, what happens to it in the input and in the answer."""
        directions = (handling.INPUT, handling.OUTPUT)
        return [
            Row(
                handling.GROUP_LABELS[group],
                handling.GROUP_HINTS[group],
                [self[f"{one}-{group}"] for one in directions],
            )
            for group in Group
        ]

    def exceptions(self) -> list[Row]:
        """Single types, below the group that they belong to."""
        directions = (handling.INPUT, handling.OUTPUT)
        order = list(Group)
        types = sorted(handling.TYPES, key=lambda one: order.index(group_of(one)))
        return [
            Row(
                handling.type_label(type_),
                handling.GROUP_LABELS[group_of(type_)],
                [self[f"{one}-type-{type_}"] for one in directions],
            )
            for type_ in types
        ]

    def exceptions_open(self) -> bool:
        """The exceptions stand open where there are some, or where one is wrong."""
        return any("-type-" in name for name in self.errors) or any(
            bool(self[f"{one}-type-{type_}"].value())
            for one in (handling.INPUT, handling.OUTPUT)
            for type_ in handling.TYPES
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        classes = frozenset(values.get("data_classes", []))
        for direction in (handling.INPUT, handling.OUTPUT):
            for group in Group:
                self._bound(values, f"{direction}-{group}", direction, group, classes)
            for type_ in handling.TYPES:
                name = f"{direction}-type-{type_}"
                self._bound(values, name, direction, group_of(type_), classes, type_)
        basis = values.get("legal_basis") or values.get("consent_scope")
        if PERSONAL_CLASSES & classes and not basis and "legal_basis" not in self.errors:
            self.add_error(
                "legal_basis",
                _("個人情報を扱う目的には、法令・条例の根拠か、本人の同意の範囲が必要です。"),
            )
        return values

    def _bound(
        self,
        values: dict[str, Any],
        name: str,
        direction: str,
        group: Group,
        classes: frozenset[str],
        type_: str = "",
    ) -> None:
        chosen = values.get(name)
        if chosen:
            why = handling.refusal(direction, group, Action(chosen), classes, type_)
            if why:
                self.add_error(name, f"{self.fields[name].label} — {why}")

    def values(self) -> dict[str, Any]:
        """What the action saves."""
        data = self.cleaned_data
        found = only(data, FIELDS)
        for direction in (handling.INPUT, handling.OUTPUT):
            types = {one: data[f"{direction}-type-{one}"] for one in handling.TYPES}
            found[f"{direction}_handling"] = {
                "groups": {str(group): data[f"{direction}-{group}"] for group in Group},
                "types": {one: action for one, action in types.items() if action},
            }
        return found
