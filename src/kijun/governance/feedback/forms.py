"""Forms of reports, answers and requests to vendors. Whether everything was said is the actions' to tell."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.person_field import PersonField
from kijun.governance.feedback.models import (
    LINE,
    LONG,
    OF_ANSWERS,
    Doubt,
    Escalation,
    ImprovementRequest,
    Report,
)
from kijun.governance.organisation.models import Municipality
from kijun.web.forms import DateField, Form, RevisionMixin


def _area(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ReportForm(Form):
    """A doubt, told at length. Of an answer nobody is anonymous: the record says who asked."""

    kinds = forms.MultipleChoiceField(
        label=pgettext_lazy("doubt", "気になる点"), widget=forms.CheckboxSelectMultiple
    )
    text = forms.CharField(
        label=_("何が起きているか"),
        max_length=LINE,
        widget=_area(3),
        help_text=_("例：市の制度では3割なのに、2割と答える。氏名や番号は書かないでください。"),
    )
    people = forms.CharField(
        label=_("影響を受けた人々"),
        max_length=LINE,
        required=False,
        help_text=_("特定の年齢・地区・国籍などの人だけに外れが多いとき。例：75歳以上、北地区"),
    )
    anonymous = forms.BooleanField(
        label=_("名前を出さずに報告する（回答する人にも見えません）"), required=False
    )

    def __init__(self, *args: Any, of_answer: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = OF_ANSWERS if of_answer else tuple(Doubt)
        self.fields["kinds"].choices = [(one.value, one.label) for one in choices]  # type: ignore[attr-defined]  # a choice field
        if of_answer:
            del self.fields["anonymous"]
            self.fields["text"].required = False
        else:
            self.fields["text"].max_length = LONG  # type: ignore[attr-defined]  # a text field


class AnswerForm(Form, RevisionMixin):
    finding = forms.ChoiceField(
        label=_("調べた結果"), choices=Report.Finding.choices, widget=forms.RadioSelect
    )
    answer = forms.CharField(
        label=_("報告した人への回答"),
        max_length=LONG,
        widget=_area(5),
        help_text=_(
            "調べたこと、直したこと、直るまでどう使うかを書きます。例：参照する要綱が古かったため差し替えました。"
        ),
    )


class HandlerForm(Form, RevisionMixin):
    handler = PersonField(label=_("回答する人"))

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["handler"].offer(municipality)  # type: ignore[attr-defined]  # a choice of people, not the base class


class EscalateForm(Form, RevisionMixin):
    why = forms.CharField(
        label=_("上げる理由"),
        max_length=LONG,
        widget=_area(),
        help_text=_("例：同じ誤りが住民への通知に使われた恐れがある。"),
    )


class SettleForm(Form, RevisionMixin):
    decision = forms.CharField(
        label=Escalation._meta.get_field("decision").verbose_name, max_length=LONG, widget=_area()
    )


class RequestForm(Form, RevisionMixin):
    """The request as the vendor reads it. What inspection finds in it is shown once; sent again as it is, it is taken."""

    vendor = forms.CharField(label=_("事業者"), max_length=120)
    contact = forms.CharField(
        label=_("連絡先"), max_length=200, required=False, help_text=_("担当者のメールアドレスや電話番号")
    )
    title = forms.CharField(
        label=_("件名"), max_length=120, help_text=_("例：介護保険の負担割合を誤って答える件")
    )
    body = forms.CharField(
        label=_("求めること・事例"),
        max_length=LONG,
        widget=_area(8),
        help_text=_("事例は、個人が分からない形に直して書きます。下書きには報告の説明が入っています。"),
    )
    measured = forms.CharField(
        label=_("測った結果"),
        max_length=LONG,
        required=False,
        widget=_area(3),
        help_text=_("例：試験質問50問のうち正答 41（前回 48）。北地区だけでは 60 %"),
    )
    meanwhile = forms.ChoiceField(
        label=_("直るまでの使い方"),
        choices=ImprovementRequest.Meanwhile.choices,
        widget=forms.RadioSelect,
    )
    meanwhile_note = forms.CharField(label=_("直るまでの使い方の説明"), max_length=LINE, required=False)
    nobody_named = forms.BooleanField(label=_("事例に、個人が分かる情報がないことを確かめた"), required=False)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        from kijun.governance.feedback.drafting import personal

        found = personal(" ".join(str(data.get(one, "")) for one in ("body", "measured")))
        if found and data.get("shown") != found:
            self.data = self.data.copy()
            self.data["shown"] = found
            words = gettext(
                "個人情報とみられるものがあります：%(found)s。直すか、誤って見つかったものなら、そのまま、もう一度保存してください。"
            )
            self.add_error("body", words % {"found": found})
        return data


class AskForm(Form, RevisionMixin):
    asked_on = DateField(label=_("送った日"))
    due_on = DateField(label=_("回答の期限"), required=False)


class ReplyForm(Form, RevisionMixin):
    reply = forms.ChoiceField(
        label=_("事業者の判断"), choices=ImprovementRequest.Reply.choices, widget=forms.RadioSelect
    )
    answer = forms.CharField(label=_("事業者の回答"), max_length=LONG, widget=_area())
    answered_on = DateField(label=_("回答の日"))
    due_on = DateField(label=_("直すと約束された日"), required=False)
    sometimes_required = ("due_on",)


class VerifyForm(Form, RevisionMixin):
    result = forms.ChoiceField(
        label=_("直っていたか"),
        choices=(("yes", _("直っていた")), ("no", _("直っていない（もう一度求める）"))),
        widget=forms.RadioSelect,
    )
    verification = forms.CharField(
        label=_("試した結果"),
        max_length=LONG,
        widget=_area(),
        help_text=_(
            "同じ事例で試した日、試した質問、結果。例：報告のあった3問と試験質問50問で試し、すべて正しく答えた。"
        ),
    )
    verified_on = DateField(label=_("試した日"))
