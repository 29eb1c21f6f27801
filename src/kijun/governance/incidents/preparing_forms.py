"""Forms of the playbook, a system's own part, and drills."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kijun.governance.incidents.forms import area, system_field
from kijun.governance.incidents.models import LINE, LONG, Harm, Severity, Whom
from kijun.web.forms import DateField, Form, IntegerField, RevisionMixin


class PlaybookForm(Form, RevisionMixin):
    why = forms.CharField(label=_("作った・見直した理由"), max_length=LINE)
    stop = forms.CharField(
        label=_("止めることを決める人・止め方"),
        max_length=LONG,
        required=False,
        widget=area(),
        help_text=_(
            "例：責任者が決める。連絡がつかないときはデジタル推進課長。「AIの停止」で止め、紙の手引に切り替える。"
        ),
    )
    order = forms.CharField(label=_("連絡の順"), max_length=LONG, required=False, widget=area())
    correction = forms.CharField(
        label=_("訂正の出し方"),
        max_length=LONG,
        required=False,
        widget=area(),
        help_text=_("誤った情報が住民に伝わったとき、だれが、どこで、どう訂正するか。"),
    )
    night = forms.CharField(label=_("夜間・休日の連絡先"), max_length=LONG, required=False, widget=area(3))
    contacts = forms.CharField(
        label=_("連絡先の一覧"),
        max_length=LONG,
        required=False,
        widget=area(5),
        help_text=_("首長・CDO、事業者、個人情報保護委員会、広報など。職場の番号だけを書きます。"),
    )


class StepForm(Form):
    order = IntegerField(label=_("順"), min_value=0, max_value=9999, help_text=_("小さい数から並びます。"))
    text = forms.CharField(label=_("すること"), max_length=LINE, widget=area(2))
    who = forms.CharField(label=_("だれが・相手の名"), max_length=120, required=False)
    whom = forms.ChoiceField(
        label=_("連絡する相手"),
        choices=[("", _("（連絡ではない）")), *Whom.choices],
        required=False,
        help_text=_("選ぶと、チェックリストではなく、連絡の予定になります。"),
    )
    harms = forms.MultipleChoiceField(
        label=_("害の種類"),
        choices=Harm.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("選ばなければ、どの害のときも使います。"),
    )
    severity = forms.ChoiceField(
        label=_("この重さから"), choices=Severity.choices, initial=Severity.MINOR, widget=forms.RadioSelect
    )
    hours = IntegerField(
        label=_("期限（気づいてからの時間）"), required=False, min_value=1, max_value=24 * 365
    )


class PlanForm(Form, RevisionMixin):
    foreseen = forms.CharField(
        label=_("想定する害"),
        max_length=LONG,
        widget=area(),
        help_text=_("住民や第三者の生命・体・財産・心・環境に、どんなときに何が起こりうるか。"),
    )
    stop = forms.CharField(label=_("止める人・止め方"), max_length=LONG, widget=area(3))
    by_hand = forms.CharField(label=_("人手に切り替えた後の業務の流れ"), max_length=LONG, widget=area())
    find = forms.CharField(
        label=_("影響を受けた住民を割り出し、連絡する方法"), max_length=LONG, widget=area(3)
    )
    redress = forms.CharField(
        label=_("不当な扱いの申し出の受け口、人が判断し直す期限、説明する人"),
        max_length=LONG,
        required=False,
        widget=area(3),
        help_text=_("住民についての判断に使うAIで書きます。"),
    )


class DrillForm(Form):
    held_on = DateField(label=_("訓練の日"))
    scenario = forms.CharField(
        label=_("想定した事態"),
        max_length=LONG,
        widget=area(3),
        help_text=_("例：給付の対象を誤って答え、3日間で20人に案内した。"),
    )
    harms = forms.MultipleChoiceField(
        label=_("害の種類"), choices=Harm.choices, widget=forms.CheckboxSelectMultiple
    )
    system = system_field()
    people = forms.CharField(
        label=_("参加した人・部署"), max_length=LINE, help_text=_("例：介護保険課4人、デジタル推進課2人")
    )
    minutes = IntegerField(
        label=_("最初の措置までの時間（分）"),
        min_value=0,
        max_value=100_000,
        help_text=_("知らせを受けてから。"),
    )
    stop_minutes = IntegerField(
        label=_("止める操作にかかった時間（分）"),
        required=False,
        min_value=0,
        max_value=100_000,
        help_text=_("止める操作を試したときだけ入力します。"),
    )
    found_alike = forms.BooleanField(
        label=_("同じ扱いを受けた人を、利用の記録から探してみた"), required=False
    )
    learnt = forms.CharField(label=_("分かったこと・直すこと"), max_length=LONG, widget=area())
    next_on = DateField(label=_("次の訓練の予定日"), required=False)

    def __init__(self, *args: Any, systems: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["system"].queryset = systems  # type: ignore[attr-defined]  # a choice of rows
        self.fields["system"].empty_label = _("（特定しない）")  # type: ignore[attr-defined]  # as above
