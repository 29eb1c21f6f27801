"""The form of an answer before it is sent, drawn in one piece.

A principle's page has up to twenty of them, and Django draws each field and each of its choices by templates of their own: that
took longer than all the rest of the page. The HTML is that of :class:`~.forms.AnswerForm`; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from kijun.governance.assessments.forms import AnswerForm, initial_of
from kijun.governance.assessments.models import Answer, Status

CHOICE = (
    '<div><label for="{id}status_{n}"><input type="radio" name="status" value="{value}" class="choice-row" required'
    ' id="{id}status_{n}"{checked}> {label}</label></div>'
)
STATUS = (
    '<div class="field"><fieldset><legend>{label}</legend><div id="{id}status" class="choice-row">{choices}</div>'
    "</fieldset></div>"
)
FIELD = (
    '<div class="field"><label for="{id}{name}">{label}<span class="optional">{optional}</span></label>'
    '<p class="hint" id="{id}{name}_helptext">{hint}</p>{control}</div>'
)
TEXT = (
    '<textarea name="{name}" cols="40" rows="{rows}" maxlength="{most}" aria-describedby="{id}{name}_helptext"'
    ' id="{id}{name}">\n{value}</textarea>'
)
DAY = (
    '<input type="text" name="{name}"{value} maxlength="{most}" autocomplete="off" class="narrow"'
    ' aria-describedby="{id}{name}_helptext" id="{id}{name}">'
)
REVISION = '<input type="hidden" name="revision" value="{value}" id="{id}revision">'


class Words:
    """What every form of a page says, in the reader's language; made once a page."""

    def __init__(self) -> None:
        self.fields: dict[str, Any] = AnswerForm.base_fields
        self.sometimes = escape(_("場合により必須"))
        self.choices = [(value, escape(label)) for value, label in Status.choices]
        self.label = {name: escape(field.label) for name, field in self.fields.items()}
        self.hint = {name: escape(field.help_text) for name, field in self.fields.items()}


class OpenAnswerForm:
    """Stands in a template where an :class:`AnswerForm` stands that was sent."""

    is_bound = False
    non_field_errors: Sequence[str] = ()

    def __init__(self, answer: Answer, words: Words, *, proven: bool) -> None:
        self.answer, self.words, self.proven = answer, words, proven

    def __html__(self) -> SafeString:
        words, values, id = self.words, initial_of(self.answer), f"id_{self.answer.pk}_"
        choices = "".join(
            CHOICE.format(
                id=id, n=n, value=value, label=label, checked=" checked" if value == values["status"] else ""
            )
            for n, (value, label) in enumerate(words.choices)
        )
        day = words.fields["planned_on"].prepare_value(values["planned_on"])
        parts = [
            STATUS.format(id=id, label=words.label["status"], choices=choices),
            self._field(id, "reason", TEXT, escape(values["reason"])),
            self._field(id, "planned_on", DAY, f' value="{escape(day)}"' if day else ""),
        ]
        if not self.proven:
            parts.append(self._field(id, "attestation", TEXT, ""))
        parts.append(REVISION.format(id=id, value=int(values["revision"])))
        return mark_safe("".join(parts))  # noqa: S308  each value is escaped above

    def _field(self, id: str, name: str, control: str, value: str) -> str:
        field, words = self.words.fields[name], self.words
        rows = field.widget.attrs.get("rows", "")
        drawn = control.format(id=id, name=name, rows=rows, most=field.max_length, value=value)
        return FIELD.format(
            id=id,
            name=name,
            label=words.label[name],
            hint=words.hint[name],
            optional=words.sometimes,
            control=drawn,
        )

    __str__ = __html__
