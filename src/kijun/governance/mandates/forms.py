"""Forms about responsibilities. They only validate; the actions save."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.person_field import PersonField, people_choices
from kijun.governance.mandates.models import Body, Mandate, Member, Plan
from kijun.governance.organisation.models import Municipality
from kijun.web.forms import DateField, Form, ModelMultipleChoiceField, RevisionMixin


class TownForm(Form):
    """A form whose people are the municipality's active staff."""

    def __init__(self, *args: Any, town: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = people_choices(town)
        for field in self.fields.values():
            if isinstance(field, PersonField):
                field.offer(town, people)


def _text(label: Any, hint: Any = "", *, required: bool = True, rows: int = 3) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=hint, required=required, widget=widget, max_length=4000)


class MandateForm(RevisionMixin, TownForm):
    """Who answers for what."""

    duty = forms.ChoiceField(label=_("責任"), choices=Mandate.Duty.choices, widget=forms.RadioSelect)
    person = PersonField(label=_("責任者"))
    post = forms.CharField(label=_("役職"), max_length=80, help_text=_("例：副市長、デジタル推進課長"))
    deputy = PersonField(label=_("不在のときに代わる人"), required=False)
    scope = _text(
        _("責任の範囲"), _("例：市が使うすべてのAIについて、住民への影響を見きわめ、利用の可否を判断する。")
    )
    powers = _text(
        _("権限"), _("例：利用の停止、改善の指示、予算の要求、外部の専門家への相談"), required=False
    )
    may_stop = forms.BooleanField(label=_("AIの利用を止める権限がある"), required=False)
    resources = _text(_("予算・人員"), _("例：担当職員2人、年間300万円"), required=False)
    decided_by = forms.CharField(
        label=_("任命の根拠"),
        max_length=200,
        required=False,
        help_text=_("例：令和8年4月1日 市長決裁（情第12号）"),
    )
    valid_from = DateField(label=_("任期の始まり"))
    valid_to = DateField(label=_("任期の終わり"), required=False)


class EndForm(Form):
    last_day = DateField(label=_("最後の日"))


class BodyForm(RevisionMixin, Form):
    """A review body."""

    name = forms.CharField(label=_("名称"), max_length=100, help_text=_("例：AI活用推進会議"))
    purpose = _text(
        _("目的"), _("例：AIの利用方針と、高リスクのAIを使うかどうかを検討する。"), required=False
    )
    rules = forms.CharField(
        label=_("設置の根拠"), max_length=200, required=False, help_text=_("例：AI活用推進会議設置要綱")
    )
    valid_from = DateField(label=_("設置した日"))
    valid_to = DateField(label=_("終わりの日"), required=False)


class MemberForm(RevisionMixin, TownForm):
    """A member: from the town hall or from outside."""

    side = forms.ChoiceField(label=_("立場"), choices=Member.Side.choices, widget=forms.RadioSelect)
    person = PersonField(label=_("職員"), required=False, help_text=_("外部の人の場合は選びません。"))
    name = forms.CharField(
        label=_("外部の人の氏名"),
        max_length=80,
        required=False,
        help_text=_("例：山田　花子（〇〇大学教授）"),
    )
    chair = forms.BooleanField(label=_("この人が長（議長・委員長）"), required=False)
    valid_from = DateField(label=_("任期の始まり"))
    valid_to = DateField(label=_("任期の終わり"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("person") and not data.get("name"):
            self.add_error("person", _("職員を選ぶか、外部の人の氏名を入力してください。"))
        elif data.get("person") and data.get("name"):
            self.add_error("name", _("職員を選んだときは空欄にしてください。"))
        return data


class MeetingForm(RevisionMixin, Form):
    """A meeting and what it decided."""

    held_on = DateField(label=_("開催日"))
    title = forms.CharField(
        label=_("件名"), max_length=120, help_text=_("例：第3回　議事録作成AIの全庁展開について")
    )
    decisions = _text(_("決まったこと"), _("1行に1つずつ書くと読みやすくなります。"), required=False, rows=6)
    attendees = ModelMultipleChoiceField(
        Member.objects.none(), label=_("出席者"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, body: Body, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["attendees"]
        field.queryset = body.members.select_related("person").order_by("pk")


class AskForm(Form):
    """What is needed."""

    what = forms.CharField(label=_("求めるもの"), max_length=200, help_text=_("例：AI担当職員1人の増員"))
    reason = _text(_("理由"), _("例：高リスクのAIが3件に増え、監視に手が回らないため。"))
    mandate = forms.ModelChoiceField(
        Mandate.objects.none(),
        label=_("どの責任のためか"),
        required=False,
        empty_label=_("（決まっていない）"),
    )

    def __init__(self, *args: Any, town: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["mandate"]
        field.queryset = Mandate.objects.of(town).on().select_related("person")


class AnswerForm(RevisionMixin, Form):
    """The answer and the reason for it."""

    answer = forms.ChoiceField(
        label=_("回答"),
        choices=[("met", _("応じた")), ("partly", _("一部応じた")), ("refused", _("応じない"))],
        widget=forms.RadioSelect,
    )
    answer_note = _text(_("回答の内容と理由"))


class PlanForm(RevisionMixin, Form):
    """A plan that names AI."""

    name = forms.CharField(label=_("計画の名称"), max_length=120, help_text=_("例：第6次総合計画"))
    kind = forms.ChoiceField(
        label=_("種類"), choices=Plan._meta.get_field("kind").choices or [], widget=forms.RadioSelect
    )
    starts_on = DateField(label=_("計画期間の始まり"))
    ends_on = DateField(label=_("計画期間の終わり"))
    passage = _text(
        _("AIについて書かれている箇所"), _("章・節の番号と、書かれている文を写してください。"), rows=5
    )
    url = forms.URLField(label=_("掲載先"), max_length=400, required=False, assume_scheme="https")
