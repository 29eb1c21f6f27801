"""Forms of incidents. Whether everything was said, and may be said, is the actions' to tell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kijun.governance.access.models import Purpose
from kijun.governance.accounts.person_field import PersonField
from kijun.governance.feedback.drafting import personal
from kijun.governance.incidents.models import (
    LINE,
    LONG,
    Course,
    Harm,
    Residents,
    Severity,
    Source,
    Whom,
)
from kijun.governance.incidents.moments import MomentField
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Municipality
from kijun.web.forms import DateField, Form, IntegerField, RevisionMixin


def area(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ChoiceOfRows(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """A row by its key; a forged number that no database can hold is a choice that does not exist."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except OverflowError as error:
            raise forms.ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice"
            ) from error

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {obj.shown_name}" if isinstance(obj, AISystem) else str(obj.shown_name)


def system_field(required: bool = False) -> ChoiceOfRows:
    return ChoiceOfRows(
        label=pgettext_lazy("one", "AIシステム"),
        queryset=AISystem.objects.none(),
        required=required,
        empty_label=_("（分からない・ここにない）"),
    )


class PersonalMixin(forms.Form):
    """What inspection finds in the texts is shown once; sent again as it is, it is taken."""

    texts: Iterable[str] = ()
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        found = personal(" ".join(str(data.get(one) or "") for one in self.texts))
        if found and data.get("shown") != found:
            again: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
            again["shown"] = found
            self.data = again
            words = gettext(
                "個人情報とみられるものがあります：%(found)s。直すか、誤って見つかったものなら、そのまま、もう一度保存してください。"
            )
            self.add_error(next(iter(self.texts)), words % {"found": found})
        return data


class FactsForm(Form, RevisionMixin):
    """What is known of an incident."""

    title = forms.CharField(
        label=_("件名"), max_length=120, help_text=_("例：給付金の対象でない人に、対象と案内した")
    )
    harms = forms.MultipleChoiceField(
        label=_("害の種類"), choices=Harm.choices, widget=forms.CheckboxSelectMultiple
    )
    severity = forms.ChoiceField(
        label=_("重さ"),
        choices=Severity.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "重大：人の生命・財産・権利に害が出た、出る恐れが大きい、または多くの住民に及ぶ。中：直せる範囲の誤りや停止。軽微：害が出ていない。あとで見直せます。"
        ),
    )
    residents = forms.ChoiceField(
        label=_("住民への影響"), choices=Residents.choices, widget=forms.RadioSelect
    )
    affected = forms.CharField(
        label=_("影響を受けた人々"),
        max_length=LINE,
        required=False,
        help_text=_("例：11月に窓口で案内を受けた75歳以上の方。氏名は書かないでください。"),
    )
    affected_count = IntegerField(
        label=_("影響を受けた人数"),
        required=False,
        min_value=0,
        max_value=100_000_000,
        help_text=_("分からなければ空のままにします。"),
    )
    system = system_field()
    noticed_at = MomentField(label=_("気づいた日時"))
    began_at = MomentField(
        label=_("いつから起きていたか"),
        required=False,
        time_needed=False,
        help_text=_("分かれば。日付だけでもかまいません。"),
    )

    def __init__(self, *args: Any, systems: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["system"].queryset = systems  # type: ignore[attr-defined]  # a choice of rows


class ReportForm(PersonalMixin, FactsForm):
    """A new incident; short enough for a counter."""

    what = forms.CharField(
        label=_("何が起きたか"),
        max_length=LONG,
        widget=area(5),
        help_text=_("分かっていることだけで構いません。氏名や番号は書かないでください。"),
    )
    source = forms.ChoiceField(
        label=_("きっかけ"),
        choices=[one for one in Source.choices if one[0] != Source.FEEDBACK],
        widget=forms.RadioSelect,
        initial=Source.STAFF,
    )
    field_order = (
        "what", "title", "harms", "residents", "severity", "noticed_at", "system", "affected",
        "affected_count", "began_at", "source",
    )  # fmt: skip
    texts = ("what", "title", "affected")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["noticed_at"].initial = timezone.now
        del self.fields["revision"]


class ReassessForm(PersonalMixin, FactsForm):
    """The same facts as they are known now."""

    purpose = ChoiceOfRows(
        label=pgettext_lazy("one", "利用目的"),
        queryset=Purpose.objects.none(),
        required=False,
        empty_label=_("（分からない・ここにない）"),
    )
    field_order = (
        "title", "harms", "residents", "severity", "affected", "affected_count", "system", "purpose",
        "noticed_at", "began_at",
    )  # fmt: skip
    texts = ("title", "affected")

    def __init__(self, *args: Any, purposes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].queryset = purposes  # type: ignore[attr-defined]  # a choice of rows


class MeasureForm(Form, RevisionMixin):
    text = forms.CharField(
        label=_("した措置"),
        max_length=LONG,
        widget=area(),
        help_text=_("例：窓口の端末でAIの画面を閉じ、紙の手引に切り替えた。"),
    )
    at = MomentField(label=_("措置をした日時"))


class StopForm(Form, RevisionMixin):
    target = forms.ChoiceField(label=_("止めるもの"), widget=forms.RadioSelect)
    why = forms.CharField(
        label=_("止める理由"),
        max_length=300,
        help_text=_("使おうとした職員にも表示されます。例：誤った案内をするため、直るまで止めています。"),
    )

    def __init__(self, *args: Any, targets: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].choices = targets  # type: ignore[attr-defined]  # a choice field


class CourseForm(Form, RevisionMixin):
    course = forms.ChoiceField(label=_("使い方の判断"), choices=Course.choices, widget=forms.RadioSelect)
    course_why = forms.CharField(label=_("判断の理由"), max_length=LINE, widget=area(3))


class LeaderForm(Form, RevisionMixin):
    leader = PersonField(label=_("指揮をとる人"), required=False)
    leader_why = forms.CharField(
        label=_("責任者以外が指揮をとる理由"),
        max_length=LINE,
        required=False,
        help_text=_("例：責任者が出張中のため、代理が指揮をとる。"),
    )
    sometimes_required = ("leader", "leader_why")

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leader"].offer(municipality)  # type: ignore[attr-defined]  # a choice of people


class DoneForm(Form, RevisionMixin):
    """A step of the list."""

    result = forms.ChoiceField(
        label=_("済みましたか"),
        choices=(("done", _("済んだ")), ("unneeded", _("この件では必要ない"))),
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("結果・必要ない理由"),
        max_length=LINE,
        required=False,
        help_text=_("必要ないときは、理由を書きます。"),
    )
    sometimes_required = ("note",)


class ToldForm(DoneForm):
    """Who was told: when, how."""

    at = MomentField(label=_("連絡した日時"))
    field_order = ("result", "at", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["result"].label = _("連絡しましたか")
        self.fields["result"].choices = (  # type: ignore[attr-defined]  # a choice field
            ("done", _("連絡した")),
            ("unneeded", _("この件では必要ない")),
        )
        self.fields["note"].label = _("連絡した方法・相手、必要ない理由")
        self.fields["note"].required = True
        self.fields["note"].help_text = _("例：委員会の報告フォームで提出。受付番号 123")


class NoticeForm(Form, RevisionMixin):
    whom = forms.ChoiceField(label=_("連絡する相手"), choices=Whom.choices)
    who = forms.CharField(label=_("相手の名・部署"), max_length=120, required=False)
    how = forms.CharField(
        label=_("方法"), max_length=120, required=False, help_text=_("例：電話、文書、ホームページ")
    )
    due_at = MomentField(label=_("期限"), required=False)
    text = forms.CharField(
        label=_("伝える文章"),
        max_length=LONG,
        required=False,
        widget=area(10),
        help_text=_(
            "下書きが入っています。Kijunからは送りません。空にすると、そのときの内容から下書きを作ります。"
        ),
    )


class WordsForm(Form, RevisionMixin):
    """One text and a button: contained, resumed, withdrawn, a version begun."""

    text = forms.CharField(max_length=LONG, widget=area())

    def __init__(self, *args: Any, label: Any, hint: Any = "", most: int = LONG, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label, self.fields["text"].help_text = label, hint
        self.fields["text"].max_length = most  # type: ignore[attr-defined]  # a text field


class CauseForm(Form, RevisionMixin):
    cause = forms.CharField(
        label=_("原因"),
        max_length=LONG,
        widget=area(5),
        help_text=_(
            "AI、データ、使い方、確認の手順のどこに原因があったか。人を責めるためのものではありません。"
        ),
    )
    redress = forms.CharField(
        label=_("住民への手当て"),
        max_length=LONG,
        required=False,
        widget=area(),
        help_text=_("訂正、判断のし直し、説明、返金など。同じ扱いを受けた人をどう探したか。"),
    )
    no_prevention_why = forms.CharField(
        label=_("再発防止を決めない理由"),
        max_length=LINE,
        required=False,
        help_text=_("決めるときは空のままにします。"),
    )
    no_lesson_why = forms.CharField(
        label=_("教訓を出さない理由"),
        max_length=LINE,
        required=False,
        help_text=_("公開するときは空のままにします。"),
    )
    sometimes_required = ("redress", "no_prevention_why", "no_lesson_why")


class PreventionForm(Form):
    what = forms.CharField(label=_("すること"), max_length=LINE, widget=area(3))
    person = PersonField(label=_("担当する人"))
    due_on = DateField(label=_("期限"))

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].offer(municipality)  # type: ignore[attr-defined]  # a choice of people


class PreventedForm(Form, RevisionMixin):
    result = forms.CharField(label=_("結果"), max_length=LINE, widget=area(3))
    done_on = DateField(label=_("済んだ日"))


class CloseForm(Form, RevisionMixin):
    closing_note = forms.CharField(
        label=_("完了の判断"),
        max_length=LONG,
        widget=area(),
        help_text=_("再発防止まで済んでいると判断した理由。"),
    )
    keep_holds = forms.BooleanField(
        label=_("入出力記録の保全を続ける（申し出や争いが続いているとき）"), required=False
    )


class LessonForm(PersonalMixin, Form, RevisionMixin):
    title = forms.CharField(
        label=_("題名"), max_length=120, help_text=_("例：制度の対象者は、要綱の原文で確かめる")
    )
    happened = forms.CharField(label=_("あったこと"), max_length=LONG, widget=area())
    learnt = forms.CharField(label=_("分かったこと"), max_length=LONG, widget=area())
    do = forms.CharField(
        label=_("防ぎ方"), max_length=LONG, widget=area(), help_text=_("明日から、だれが何をすればよいか。")
    )
    nobody_named = forms.BooleanField(label=_("個人が分かる情報がないことを確かめた"), required=False)
    texts = ("happened", "title", "learnt", "do")
