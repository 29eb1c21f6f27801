"""Forms of the risk assessment; they only validate."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kijun.catalog import Risk
from kijun.governance.inventory.fields import ManyField
from kijun.governance.inventory.models import DataKind
from kijun.governance.risks import facts, rule, wording
from kijun.governance.risks.models import Rating, RiskAssessment, Tier
from kijun.web.forms import DateField, Form, RevisionMixin


def lines(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class PartForm(Form, RevisionMixin):
    """Base of the parts; with ``partial`` nothing is required, for a draft that is left halfway."""

    def __init__(self, *args: Any, assessment: RiskAssessment, partial: bool = False, **kwargs: Any) -> None:
        kwargs["initial"] = {**self.stored(assessment), "revision": assessment.revision}
        super().__init__(*args, **kwargs)
        self.assessment, self.partial = assessment, partial
        if partial:
            for field in self.fields.values():
                field.required = False

    def stored(self, assessment: RiskAssessment) -> dict[str, Any]:
        """What the draft holds already."""
        return {name: getattr(assessment, name) for name in self.base_fields if hasattr(assessment, name)}

    def values(self) -> dict[str, Any]:
        """What :func:`actions.save_part` takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


class UseForm(PartForm):
    sometimes_required = ("public_authority_basis",)

    public_authority = forms.ChoiceField(
        label=_("行政処分など、公権力の行使に関わりますか"),
        widget=forms.RadioSelect,
        choices=[
            ("none", _("関わらない。例：会議の要約、広報文の下書き")),
            ("supports", _("処分の判断材料になる（決めるのは職員）。例：給付の対象らしい人を探す")),
            ("decides", _("AIの結果がそのまま処分になる。例：申請の可否を自動で決める")),
        ],
        help_text=_("許認可、給付の決定、課税、指導、立入りの対象選びなどが公権力の行使に当たります。"),
    )
    public_authority_basis = forms.CharField(
        label=_("法令上の根拠と、職員がどう判断するか"),
        widget=lines(4),
        max_length=2000,
        required=False,
        help_text=_(
            "関わる場合に入力します。例：介護保険法第27条。点数は参考にとどめ、認定調査員が訪問して決める。"
        ),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        involved = values.get("public_authority") in {"supports", "decides"}
        if involved and not self.partial and not values.get("public_authority_basis", "").strip():
            self.add_error(
                "public_authority_basis", _("法令上の根拠と、職員がどう判断するかを入力してください。")
            )
        return values


class DataForm(PartForm):
    data_subjects = ManyField(
        label=_("だれの情報が入りますか"),
        choices=wording.SUBJECTS,
        help_text=_("入力する情報と、参照・学習させる情報の両方について選びます。"),
    )
    data_kinds = ManyField(
        label=_("どんな情報が入りますか"),
        choices=DataKind.choices,
        help_text=_("台帳の登録から写してあります。実際と違うときは、ここで直し、台帳も直します。"),
    )

    def clean_data_kinds(self) -> list[str]:
        kinds: list[str] = self.cleaned_data["data_kinds"]
        if "none" in kinds and set(kinds) & {"personal", "sensitive", "my_number"}:
            raise forms.ValidationError(
                _("「個人情報を扱わない」と個人情報の種類を、同時に選ぶことはできません。")
            )
        return kinds

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        nobody = "none" in values.get("data_subjects", [])
        if nobody and set(values.get("data_kinds", [])) & {"personal", "sensitive", "my_number"}:
            self.add_error(
                "data_subjects",
                _(
                    "個人情報が入るときは、だれの情報かを選んでください。「人の情報は入らない」と同時には選べません。"
                ),
            )
        return values


class AxesForm(PartForm):
    """One question an axis; the three levels are explained by examples."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for axis in rule.AXES:
            words = (_("小"), _("中"), _("大"))
            self.fields[axis.key] = forms.TypedChoiceField(
                label=wording.words(axis.name),
                help_text=wording.words(axis.question),
                coerce=int,
                empty_value=None,
                required=not self.partial,
                widget=forms.RadioSelect,
                choices=[
                    (n, _("%(level)s：%(example)s") % {"level": word, "example": wording.words(text)})
                    for n, (word, text) in enumerate(zip(words, axis.levels, strict=True), 1)
                ],
            )
        self.order_fields([*(axis.key for axis in rule.AXES), "revision"])

    def stored(self, assessment: RiskAssessment) -> dict[str, Any]:
        """What was answered; where the inventory decides the level, that level is chosen beforehand."""
        return {**facts.least_levels(assessment), **assessment.axes}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for key, message in facts.too_low(facts.least_levels(self.assessment), values).items():
            self.add_error(key, message)
        return values

    def values(self) -> dict[str, Any]:
        given = {axis.key: self.cleaned_data.get(axis.key) for axis in rule.AXES}
        return {"axes": {key: level for key, level in given.items() if level}}


def numbered(words: tuple[Any, ...]) -> list[tuple[str, str]]:
    """1 軽微, 2 限定的, …"""
    return [(str(n), f"{n} {wording.words(text)}") for n, text in enumerate(words, 1)]


class RatingsForm(PartForm):
    """The risks of one principle; four questions a risk, the fields named ``<risk id>-<what>``."""

    def __init__(self, *args: Any, risks: list[Risk], ratings: dict[str, Rating], **kwargs: Any) -> None:
        self.risks, self.ratings = risks, ratings
        super().__init__(*args, **kwargs)
        self.sometimes_required = [
            f"{risk.id}-{part}" for risk in risks for part in ("harm", "likelihood", "reason")
        ]
        row = {"class": "choice-row"}
        for risk in risks:
            self.fields[f"{risk.id}-applies"] = forms.ChoiceField(
                label=_("このAIにあてはまりますか"),
                choices=[("yes", _("あてはまる")), ("no", _("あてはまらない"))],
                widget=forms.RadioSelect(attrs=row),
                required=not self.partial,
                error_messages={
                    "required": _("%(risk)s：このAIにあてはまるかどうかを選んでください。")
                    % {"risk": risk.id}
                },
            )
            self.fields[f"{risk.id}-harm"] = forms.TypedChoiceField(
                label=_("起きたときの害の大きさ"),
                help_text=wording.words(risk.harm_hint),
                choices=numbered(rule.HARM),
                coerce=int,
                empty_value=None,
                widget=forms.RadioSelect(attrs=row),
                required=self._asked(risk),
                error_messages={"required": _("%(risk)s：害の大きさを選んでください。") % {"risk": risk.id}},
            )
            self.fields[f"{risk.id}-likelihood"] = forms.TypedChoiceField(
                label=_("起こりやすさ"),
                help_text=wording.words(risk.likelihood_hint),
                choices=numbered(rule.LIKELIHOOD),
                coerce=int,
                empty_value=None,
                widget=forms.RadioSelect(attrs=row),
                required=self._asked(risk),
                error_messages={
                    "required": _("%(risk)s：起こりやすさを選んでください。") % {"risk": risk.id}
                },
            )
            self.fields[f"{risk.id}-reason"] = forms.CharField(
                label=_("理由"),
                help_text=_("そう見積もった根拠です。あてはまらないときは必ず書きます。"),
                max_length=2000,
                required=False,
                widget=lines(2),
            )

    def _asked(self, risk: Risk) -> bool:
        """Both figures are asked for unless the risk is set aside, or the draft is left halfway."""
        return not self.partial and self.data.get(f"{risk.id}-applies") != "no"

    def stored(self, assessment: RiskAssessment) -> dict[str, Any]:
        """What was answered; a risk of this list concerns the system until somebody sets it aside."""
        found: dict[str, Any] = {f"{risk.id}-applies": "yes" for risk in self.risks}
        for risk in self.risks:
            one = self.ratings.get(risk.id)
            if one is not None:
                found |= {
                    f"{risk.id}-applies": "yes" if one.applies else "no",
                    f"{risk.id}-harm": one.harm,
                    f"{risk.id}-likelihood": one.likelihood,
                    f"{risk.id}-reason": one.reason,
                }
        return found

    def groups(self) -> list[tuple[Risk, list[forms.BoundField]]]:
        """Each risk with its fields, for the template."""
        return [
            (risk, [self[f"{risk.id}-{what}"] for what in ("applies", "harm", "likelihood", "reason")])
            for risk in self.risks
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if self.partial:
            return values
        for risk in self.risks:
            applies = values.get(f"{risk.id}-applies")
            if applies == "no" and not values.get(f"{risk.id}-reason", "").strip():
                self.add_error(
                    f"{risk.id}-reason",
                    _("%(risk)s：あてはまらない理由を入力してください。") % {"risk": risk.id},
                )
        return values

    def values(self) -> dict[str, Any]:
        found = {}
        for risk in self.risks:
            applies = self.cleaned_data.get(f"{risk.id}-applies")
            if not applies:
                continue
            found[risk.id] = {
                "applies": applies == "yes",
                "harm": self.cleaned_data.get(f"{risk.id}-harm"),
                "likelihood": self.cleaned_data.get(f"{risk.id}-likelihood"),
                "reason": self.cleaned_data.get(f"{risk.id}-reason", ""),
            }
        return found


class ResultForm(Form, RevisionMixin):
    """The end: what remains, the next review, and (folded) another tier with a reason."""

    sometimes_required = ("residual_note",)

    residual_note = forms.CharField(
        label=_("対策をしても残るリスク"),
        widget=lines(3),
        max_length=4000,
        required=False,
        help_text=_(
            "区分が「高」以上のときは必ず書きます。例：方言の聞き取りの誤りは残る。会議の決定事項は必ず録音と照らす。"
        ),
    )
    next_review_on = DateField(label=_("次に見直す日"))
    overruled_tier = forms.ChoiceField(label=_("リスク区分を変える"), required=False)
    overrule_reason = forms.CharField(
        label=_("変える理由"),
        widget=lines(3),
        max_length=2000,
        required=False,
        help_text=_("区分を表示するところには、いつも一緒に表示されます。下げるときは20文字以上で書きます。"),
    )

    def __init__(
        self,
        *args: Any,
        assessment: RiskAssessment,
        computed: str,
        review: datetime.date,
        may_lower: bool,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {
            "residual_note": assessment.residual_note,
            "next_review_on": review,
            "revision": assessment.revision,
        }
        super().__init__(*args, **kwargs)
        ranks = Tier.values
        offered = [
            (value, label)
            for value, label in Tier.choices
            if value != computed and (may_lower or ranks.index(value) > ranks.index(computed))
        ]
        field = self.fields["overruled_tier"]
        field.choices = [("", _("変えない")), *offered]  # type: ignore[attr-defined]  # a choice field, not the base class


class AcceptForm(Form, RevisionMixin):
    note = forms.CharField(
        label=_("受け入れる理由と条件"),
        widget=lines(4),
        max_length=4000,
        help_text=_("得られる便益、影響を受ける人、受け入れる条件を書きます。次の評価まで有効です。"),
    )
