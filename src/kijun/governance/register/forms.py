"""Forms of the register. They validate; the actions save."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.register import content, showing
from kijun.governance.register.content import Topic
from kijun.governance.register.fields import LANGUAGES, Field, spec
from kijun.governance.register.models import Entry, NotPublic
from kijun.governance.register.words import ui_language
from kijun.web.forms import DateField, Form, IntegerField, RevisionMixin

NAMES: dict[str, StrOrPromise] = {
    "ja": _("日本語"),
    "en": _("英語"),
    "ja-easy": _("やさしい日本語"),
}
LONG = 130


def input_name(key: str, language: str = "") -> str:
    return f"{key}__{language.replace('-', '_')}" if language else key


@dataclass(frozen=True, slots=True)
class Part:
    """One language of a field: its name, its input, and the same text of the example."""

    name: StrOrPromise
    bound: BoundField
    example: str
    lang: str


@dataclass(frozen=True, slots=True)
class Group:
    """One field on the page: what it asks, and one input or three."""

    field: Field
    label: str
    instruction: str
    parts: list[Part]

    @property
    def errors(self) -> bool:
        return any(part.bound.errors for part in self.parts)


class TopicForm(RevisionMixin, Form):
    """The typed fields of one topic. Nothing is required here, so that an unfinished page can be kept."""

    def __init__(self, *args: Any, topic: Topic, entry: Entry, **kwargs: Any) -> None:
        self.topic, self.entry = topic, entry
        kwargs["initial"] = self._initial() | {"revision": entry.revision}
        super().__init__(*args, **kwargs)
        for one in topic.typed:
            for language in LANGUAGES if one.translated else ("",):
                name = NAMES[language] if language else ""
                label = f"{one.label.get(ui_language())} {name}".strip()
                self.fields[input_name(one.key, language)] = _input(one, label, language)
        for one in self.optional:
            self.fields[f"hide__{one.key}"] = forms.BooleanField(required=False)

    @property
    def optional(self) -> list[Field]:
        """Automatic fields that may be left out."""
        return [one for one in self.topic.fields if one.automatic and not one.required]

    def _initial(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in self.topic.typed:
            value = self.entry.texts.get(one.key)
            if one.translated:
                for language in LANGUAGES:
                    found[input_name(one.key, language)] = (value or {}).get(language, "")
            elif one.kind == "date":
                found[one.key] = datetime.date.fromisoformat(value) if value else None
            elif one.kind == "list":
                found[one.key] = "\n".join(value or [])
            else:
                found[one.key] = value
        return found | {f"hide__{key}": True for key in self.entry.hidden}

    def groups(self) -> Iterator[Group]:
        for one in self.topic.typed:
            parts = [
                Part(
                    NAMES.get(language, ""),
                    self[input_name(one.key, language)],
                    one.example.get(language) if language != "ja-easy" else one.example.easy,
                    "en" if language == "en" else "ja",
                )
                for language in (LANGUAGES if one.translated else ("",))
            ]
            yield Group(one, one.label.get(ui_language()), one.instruction.get(ui_language()), parts)

    def facts(self) -> Iterator[tuple[Field, str, str, BoundField | None]]:
        """The automatic values of the topic: field, label, value in words, the box that leaves it out."""
        values = content.automatic(self.entry.system)
        for one in self.topic.fields:
            if one.automatic:
                box = None if one.required else self[f"hide__{one.key}"]
                yield (
                    one,
                    one.label.get(ui_language()),
                    showing.show(one, values.get(one.key), ui_language()).text,
                    box,
                )

    def data_for_action(self) -> dict[str, Any]:
        """What :func:`actions.save_entry` takes."""
        found: dict[str, Any] = {}
        for one in self.topic.typed:
            if one.translated:
                texts = {code: self.cleaned_data[input_name(one.key, code)] for code in LANGUAGES}
                found[one.key] = {code: text for code, text in texts.items() if text}
            elif one.kind == "list":
                found[one.key] = [line for line in self.cleaned_data[one.key].splitlines() if line.strip()]
            else:
                found[one.key] = self.cleaned_data[one.key]
        return found

    def hidden(self) -> dict[str, bool]:
        return {one.key: self.cleaned_data[f"hide__{one.key}"] for one in self.optional}


def _input(one: Field, label: str, language: str) -> forms.Field:
    if one.kind == "date":
        return DateField(label=label, required=False)
    if one.kind == "number":
        return IntegerField(label=label, required=False, min_value=0, max_value=10**15)
    if one.kind == "code":
        choices = [
            ("", _("選んでください")),
            *((code, words.get(ui_language())) for code, words in spec().codes[one.codes].items()),
        ]
        return forms.ChoiceField(label=label, required=False, choices=choices)
    long = one.max > LONG or one.kind == "list"
    widget = forms.Textarea(attrs={"rows": 5}) if long else forms.TextInput()
    found = forms.CharField(label=label, required=False, widget=widget)
    if language:
        found.widget.attrs["lang"] = "en" if language == "en" else "ja"
    found.validators.append(_shorter_than(one.max))
    return found


def _shorter_than(most: int) -> Any:
    def check(value: str) -> None:
        length = len(value.replace("\r\n", "\n"))
        if length > most:
            raise ValidationError(
                _("%(max)s文字までにしてください。今は%(length)s文字です。"),
                params={"max": most, "length": length},
            )

    return check


class SubmitForm(RevisionMixin, Form):
    comment = forms.CharField(
        label=_("起案理由"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        help_text=_("例：利用開始の前に、住民にお知らせするため"),
    )
    document_number = forms.CharField(
        label=_("文書番号"),
        required=False,
        max_length=60,
        help_text=_("決裁番号として公開されます。例：デ戦第120号"),
    )


class NotPublicForm(RevisionMixin, Form):
    category = forms.ChoiceField(
        label=_("公開しない理由の区分"),
        choices=NotPublic.choices,
        widget=forms.RadioSelect,
        help_text=_("住民には、この区分と件数だけが示されます。名前は示されません。"),
    )
    reason = forms.CharField(
        label=_("公開しない理由"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=2000,
        help_text=_(
            "決裁する人が読みます。公開すると何が起きるかを具体的に書いてください。この文章は公開されません。"
        ),
    )
    next_review_on = DateField(
        label=_("次に見直す日"), help_text=_("1年以内の日付にします。例：令和9年10月1日、R9.10.1、2027/10/1")
    )
    document_number = forms.CharField(label=_("文書番号"), required=False, max_length=60)

    def clean_next_review_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["next_review_on"]
        today = timezone.localdate()
        if not today < day <= today + content.LONGEST_REVIEW:
            raise ValidationError(_("明日から1年以内の日付を入力してください。"))
        return day


class WithdrawForm(RevisionMixin, Form):
    reason = forms.CharField(
        label=_("公開をやめる理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("記録に残ります。公開はされません。例：内容に誤りが見つかり、直すまで止めるため"),
    )
