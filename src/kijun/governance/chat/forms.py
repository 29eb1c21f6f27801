"""Forms of the chat."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kijun.governance.access import queries as access
from kijun.governance.access.form_fields import PurposeChoice
from kijun.governance.access.models import Grant, Purpose
from kijun.governance.accounts.forms import DepartmentField
from kijun.governance.accounts.models import Person
from kijun.governance.chat import queries
from kijun.governance.chat.actions.attachments import KINDS, kind_of
from kijun.governance.chat.models import Prompt
from kijun.governance.organisation.models import Department, Municipality
from kijun.web.forms import DateField, Form, RevisionMixin

LONGEST: Final = 50_000
PLACES: Final = "〔", "〕"


class AskForm(Form):
    """A question. Where its input comes from is asked where the purpose is checked: always for a strict one (U1.3.1, U3.1.1, U4.1.1)."""

    text = forms.CharField(
        label=_("AIへの指示・質問"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": LONGEST}),
    )
    model = forms.ChoiceField(label=_("回答するモデル"), required=False)
    input_source = forms.CharField(
        label=_("入力する情報の出どころ"),
        required=False,
        max_length=200,
        help_text=_("例：住民課の統計、条例の原文、窓口での申出。分からない情報は入力しないでください。"),
    )
    input_date = DateField(label=_("いつの情報か"), required=False, help_text=_("例：令和8年4月1日"))

    def __init__(self, *args: Any, grant: Grant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = queries.models_of(grant)
        self.names = names
        self.fields["model"].choices = [(one, one) for one in names]  # type: ignore[attr-defined]  # a ChoiceField
        if len(names) < 2:
            del self.fields["model"]
        review = grant.purpose.review
        self.asks_source = review != Purpose.Review.LIGHT
        if not self.asks_source:
            del self.fields["input_source"], self.fields["input_date"]
        elif review == Purpose.Review.STRICT:
            self.fields["input_source"].required = self.fields["input_date"].required = True
        self.fields["text"].error_messages["required"] = _("AIに伝えることを入力してください。")

    def clean_text(self) -> str:
        """Line breaks as one character: places of findings count in this text."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n").replace("\r", "\n")

    def clean_input_date(self) -> Any:
        """A day in the future is a slip."""
        day = self.cleaned_data["input_date"]
        if day is not None and day > timezone.localdate():
            raise ValidationError(_("まだ来ていない日です。いつの時点の情報かを入力してください。"))
        return day

    @property
    def model_name(self) -> str:
        """The chosen model, else the first."""
        return str(self.cleaned_data.get("model") or (self.names[0] if self.names else ""))

    @property
    def small_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name != "text"]


class AttachForm(Form):
    """A file, and where its data comes from: asked once a file (P7.1, U7.1.1)."""

    file = forms.FileField(
        label=_("ファイル"),
        help_text=_(
            "txt、csv、xlsx、docx、pptx、pdf、eml。20MBまで。文章を取り出して検査し、AIに渡します。ファイル名とファイルそのものは残しません。"
        ),
        widget=forms.FileInput(attrs={"accept": ",".join(f".{one}" for one in KINDS)}),
    )
    collected_where = forms.CharField(
        label=_("どこから集めた情報か"), max_length=200, help_text=_("例：住民課が受け付けた申請書")
    )
    collected_when = forms.CharField(
        label=_("いつの情報か"), max_length=60, help_text=_("例：令和7年度、2026年4月")
    )
    collected_why = forms.CharField(
        label=_("何のために集めた情報か"), max_length=200, help_text=_("例：保育所の入所審査のため")
    )

    def clean_file(self) -> Any:
        """What cannot be sent is said at once, not after the rest was filled in."""
        file = self.cleaned_data["file"]
        try:
            kind_of(file.name)
        except ValidationError as error:
            raise ValidationError(error.message_dict["file"]) from None
        return file


class TitleForm(RevisionMixin, Form):
    title = forms.CharField(
        label=_("対話の名前"),
        max_length=80,
        required=False,
        help_text=_("空にすると、利用目的と日付になります。"),
    )


class DeleteForm(RevisionMixin, Form):
    """Nothing but the revision."""


class PromptForm(RevisionMixin, Form):
    title = forms.CharField(label=_("名前"), max_length=80, help_text=_("例：会議録の要約"))
    department = forms.ModelChoiceField(label=_("共有する部署"), queryset=Department.objects.none())
    purpose = PurposeChoice(
        label=pgettext_lazy("one", "利用目的"), required=False, empty_label=_("どの利用目的でも")
    )
    text = forms.CharField(
        label=_("文章"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "使う人が書き入れるところは〔〕で囲みます。例：次の〔会議の名前〕の記録を、〔字数〕字で要約してください。"
        ),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        near = [one.department_id for one in person.postings_today()]
        self.fields["department"].queryset = Department.objects.of(person.municipality).filter(pk__in=near)  # type: ignore[attr-defined]
        used = access.purposes_of(person)
        self.fields["purpose"].queryset = used.order_by("name")  # type: ignore[attr-defined]
        if len(near) == 1:
            self.fields["department"].initial = near[0]


class MoveForm(RevisionMixin, Form):
    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"] = DepartmentField(municipality, planned=False, label=_("移す先の部署"))


class DecideForm(RevisionMixin, Form):
    comment = forms.CharField(
        label=_("言葉"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("差し戻すときは、どこを直すかを書いてください。"),
    )


class FillForm(Form):
    """One field for each place of a prompt, in the order in which they stand."""

    def __init__(self, *args: Any, prompt: Prompt, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places(prompt.text)
        for number, name in enumerate(self.places):
            self.fields[f"place_{number}"] = forms.CharField(
                label=name, max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
            )

    def filled(self, text: str) -> str:
        """The text with what was written; a place left empty stays to be seen."""
        for number, name in enumerate(self.places):
            value = self.cleaned_data.get(f"place_{number}", "").replace("\r\n", "\n").strip()
            if value:
                text = text.replace(f"{PLACES[0]}{name}{PLACES[1]}", value)
        return text


def places(text: str) -> list[str]:
    """The names between 〔 and 〕, each once, at most twenty."""
    found = [part.partition(PLACES[1])[0] for part in text.split(PLACES[0])[1:] if PLACES[1] in part]
    return list(dict.fromkeys(one.strip() for one in found if one.strip() and len(one) <= 60))[:20]


class NoticeForm(RevisionMixin, Form):
    text = forms.CharField(
        label=_("入力欄のそばに出す言葉"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("例：回答は下書きです。数字と法令は、必ず元の資料で確かめてください。"),
    )
    text_en = forms.CharField(
        label=_("英語の言葉"), max_length=900, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    url = forms.URLField(
        label=_("決まりの全文（URL）"), max_length=300, required=False, assume_scheme="https"
    )
