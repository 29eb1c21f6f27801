"""Forms as the design wants them: label, hint, error beside the field and in a summary on top."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.forms.utils import pretty_name
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.web import codes, dates, kana, merging
from kijun.web.versions import Stale


class Renderer(TemplatesSetting):
    """Draws every form and field with the kit's parts."""

    form_template_name = "web/parts/form.html"
    field_template_name = "web/parts/field.html"


class DateField(forms.CharField):
    """A date as people write it: 令和8年11月23日, R8.11.23, 2026/11/23. Cleans to ``datetime.date`` or None."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("例：令和8年11月23日、R8.11.23、2026/11/23"))
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)
        self.validators = []  # those of a text field measure text; here the value is a date by then
        self.widget.attrs.setdefault("autocomplete", "off")
        self.widget.attrs.setdefault("class", "narrow")

    def to_python(self, value: Any) -> Any:
        if isinstance(value, datetime.date):
            return value
        text = super().to_python(value)
        if not text:
            return None
        try:
            return dates.parse_date(text)
        except dates.DateError as error:
            raise ValidationError(str(error), code="date") from error

    def prepare_value(self, value: Any) -> Any:
        return dates.format_input(value) if isinstance(value, datetime.date) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class IntegerField(forms.IntegerField):
    """A whole number; full-width digits and thousands commas are understood."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.update({"inputmode": "numeric", "class": "narrow"})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.translate(str.maketrans("０１２３４５６７８９－，", "0123456789-,")).replace(
                ",", ""
            )
        return super().to_python(value)


class DecimalField(forms.DecimalField):
    """A decimal number; full-width digits and thousands commas are understood."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.translate(str.maketrans("０１２３４５６７８９－．，", "0123456789-.,")).replace(
                ",", ""
            )
        return super().to_python(value)


class ModelMultipleChoiceField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Django's own; a forged number that no database can hold is a choice that does not exist, not a failure."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except OverflowError as error:
            message = self.error_messages["invalid_choice"]  # of the form by now: without the value
            raise ValidationError(message, code="invalid_choice", params={"value": "…"}) from error


class MunicipalityCodeField(forms.CharField):
    """全国地方公共団体コード: six digits with a check digit."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("全国地方公共団体コード"))
        kwargs.setdefault("help_text", _("6桁の数字です。例：131016"))
        super().__init__(**kwargs)
        self.widget.attrs.update({"inputmode": "numeric", "class": "narrow", "autocomplete": "off"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return text
        try:
            return codes.check_municipality_code(text)
        except codes.CodeError as error:
            raise ValidationError(str(error), code="code") from error


class KanaField(forms.CharField):
    """フリガナ: hiragana and half-width kana are turned into full-width katakana."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return text
        text = kana.normalise_kana(text)
        if not kana.is_kana(text):
            raise ValidationError(_("カタカナで入力してください。例：ヤマダ　ハナコ"), code="kana")
        return text


def _name_numbers(field: forms.IntegerField | forms.DecimalField, label: Any) -> None:
    """Say which number is wrong, and how it should be; what the form says by itself stays."""
    default = type(field).default_error_messages["invalid"]
    if field.error_messages.get("invalid") is not default:
        return
    whole = not isinstance(field, forms.DecimalField)  # which is an IntegerField to Django
    text = (
        _("「%(label)s」は、整数で入力してください。")
        if whole
        else _("「%(label)s」は、数字で入力してください。")
    )
    field.error_messages["invalid"] = text % {"label": label}
    for code, bound, words in (
        ("min_value", field.min_value, _("「%(label)s」は、%(bound)s以上の数にしてください。")),
        ("max_value", field.max_value, _("「%(label)s」は、%(bound)s以下の数にしてください。")),
    ):
        if bound is not None:
            shown = f"{bound:,}" if isinstance(bound, int) else bound
            field.error_messages.setdefault(
                code, str(words % {"label": label, "bound": shown}).replace("%", "%%")
            )


_SENTENCES: Final[Mapping[str, StrOrPromise]] = {
    "max_length": _(
        "「%(label)s」は、%%(limit_value)s文字以内にしてください（今は%%(show_value)s文字です）。"
    ),
    "min_length": _(
        "「%(label)s」は、%%(limit_value)s文字以上にしてください（今は%%(show_value)s文字です）。"
    ),
    "invalid_choice": _("「%(label)s」は、候補から選んでください。"),
    "invalid_list": _("「%(label)s」は、候補から選んでください。"),
    "invalid_pk_value": _("「%(label)s」は、候補から選んでください。"),
    "null_characters_not_allowed": _(
        "「%(label)s」に、使えない制御文字が入っています。入力し直してください。"
    ),
}
"""Django's own sentences, said with the field's name and what to do; what was sent is not repeated, for it may be long."""
_FILES: Final[Mapping[str, StrOrPromise]] = {
    "empty": _("選んだファイルは空です。内容のあるファイルを選んでください。"),
    "missing": _("「%(label)s」のファイルを選んでください。"),
    "invalid": _("「%(label)s」のファイルを受け取れませんでした。もう一度選んでください。"),
    "max_length": _("ファイルの名前は%%(max)s文字以内にしてください（今は%%(length)s文字です）。"),
}
_KINDS: Final[tuple[tuple[Any, StrOrPromise], ...]] = (
    (forms.EmailField, _("「%(label)s」は、メールアドレスの形で入力してください。例：taro@example.jp")),
    (forms.URLField, _("「%(label)s」は、https:// から始まるURLで入力してください。")),
)


def _is_djangos(field: forms.Field, code: str) -> bool:
    """Neither the field nor its class says it in words of their own."""
    said = field.error_messages.get(code)
    if said is None:
        return True
    defaults = (
        vars(one).get("default_error_messages", {}).get(code)
        for one in type(field).__mro__
        if one.__module__.startswith("django.")
    )
    return any(said is one for one in defaults)


def _say_plainly(field: forms.Field, label: Any) -> None:
    """What Django says of a wrong value, in the house's words."""
    sentences = dict(_FILES if isinstance(field, forms.FileField) else _SENTENCES)
    sentences.update(("invalid", words) for kind, words in _KINDS if isinstance(field, kind))
    for code, words in sentences.items():
        if _is_djangos(field, code):
            field.error_messages[code] = str(words) % {"label": str(label).replace("%", "%%")}


class Helpful:
    """Says which field is empty: in the summary on top, 「このフィールドは必須です。」 four times helps nobody."""

    fields: dict[str, forms.Field]
    data: Any
    sometimes_required: Collection[str] = ()
    """Fields that the form asks for depending on other answers: marked so, where others say 任意."""
    compares = True
    """Puts a stale form beside the row as it is now; False where the page does so by itself."""
    who_changed: merging.WhoChanged | None = None
    """Tells a stale form whose change it was; set by views whose readers may know that."""

    def full_clean(self) -> None:
        for name, field in self.fields.items():
            label = field.label if field.label is not None else pretty_name(name)
            if isinstance(field, forms.IntegerField | forms.DecimalField):
                _name_numbers(field, label)
            _say_plainly(field, label)
            if field.error_messages.get("required") is forms.Field.default_error_messages["required"]:
                chosen = isinstance(field, forms.ChoiceField | forms.FileField | forms.BooleanField)
                text = (
                    _("「%(label)s」を選んでください。") if chosen else _("「%(label)s」を入力してください。")
                )
                field.error_messages["required"] = text % {"label": label}
        super().full_clean()  # type: ignore[misc]  # of the form that this is mixed into

    def add_error(self, field: str | None, error: Any) -> None:
        """Also brings a stale form up to date, so that it can be sent once more: see :mod:`kijun.web.merging`."""
        if not isinstance(error, ValidationError):
            error = ValidationError(error)
        found = [one for one in getattr(error, "error_list", []) if isinstance(one, Stale)]
        differences = merging.merge(self, found[0]) if found and "revision" in self.fields else None
        if differences is None:
            super().add_error(field, error)  # type: ignore[misc]  # of the form that this is mixed into
            return
        who: Iterable[tuple[str, datetime.datetime]] = ()
        if self.who_changed is not None and found[0].row is not None and differences.since is not None:
            who = self.who_changed(found[0].row, differences.since)
        super().add_error(None, list(merging.sentences(differences, who)))  # type: ignore[misc]  # as above
        for name, theirs, mine in differences.open:
            super().add_error(name, merging.beside_field(str(self[name].label), theirs, mine))  # type: ignore[index,misc]  # as above

    def _watch_revision(self) -> None:
        if (
            self.compares
            and "revision" in self.fields
            and isinstance(self.fields["revision"].widget, merging.RevisionInput)
        ):
            self.fields["revision"].widget.form = self


class Form(Helpful, forms.Form):
    """Base of every form; ``revision`` guards against saving over somebody else's change."""

    required_css_class = "required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self._watch_revision()


class ModelForm(Helpful, forms.ModelForm):  # type: ignore[type-arg]  # subclasses name their model in Meta
    """Base of every model form. It only validates: saving is done by an action, never by ``save()``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self._watch_revision()

    def save(self, commit: bool = True) -> Any:
        raise TypeError("a form does not save: call the app's action with cleaned_data")


class RevisionMixin(forms.Form):
    """A hidden revision number, and what the fields held: the page as it was when the person opened it."""

    revision = forms.IntegerField(widget=merging.RevisionInput, required=False, min_value=0)


def add_errors(form: Any, error: ValidationError) -> None:
    """An action's refusal, beside the fields that it names where the form has them, else on top."""
    if hasattr(error, "error_dict"):
        for name, errors in error.error_dict.items():
            form.add_error(name if name in form.fields else None, errors)
    else:
        form.add_error(None, error)
