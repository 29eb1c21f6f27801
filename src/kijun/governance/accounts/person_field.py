"""One of the town's people in a form, whether the town has twenty of them or two thousand.

A few stand in a list. Many nobody wants to leaf through: there a line takes part of a name, a reading or a 職員番号, the
browser offers who fits, and what was typed is understood without a choice as well, as long as it means one person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.names import normalise_number
from kijun.governance.organisation.models import Municipality
from kijun.web.punctuation import bracketed
from kijun.web.search import folded

if TYPE_CHECKING:
    PersonChoice = forms.ModelChoiceField[Person]
else:
    PersonChoice = forms.ModelChoiceField

MANY = 50
"""From this many people on a name is typed."""


class Choice(NamedTuple):
    """A person as forms offer one."""

    pk: int
    name: str
    number: str
    kana: str

    @property
    def label(self) -> str:
        return bracketed(self.name, self.number)

    @property
    def offered(self) -> str:
        """What the browser searches: 山田 花子（001234） ヤマダ ハナコ."""
        return f"{self.label} {self.kana}".replace("\u3000", " ").strip()


class Typed(str):
    """What was typed into the line; a list sends a primary key."""

    __slots__ = ()


def people_choices(municipality: Municipality) -> list[Choice]:
    """Active people in 五十音 order; one query."""
    rows = Person.objects.of(municipality).filter(is_active=True).order_by("kana_sort", "staff_number")
    return [Choice(*row) for row in rows.values_list("pk", "name", "staff_number", "kana")]


def meant(people: Sequence[Choice], text: str) -> Choice:
    """The one person that was typed; ValidationError when it is nobody or several.

    A number in brackets, or in front, is the person's; else a whole name or reading, else a part that only one person has.
    """
    bracket, words = re.search(r"[(（]([^()（）]+)[)）]", text), folded(text).split()
    number = normalise_number(bracket.group(1) if bracket else text.split(maxsplit=1)[0])
    for one in people:
        if one.number == number:
            return one
    whole = [one for one in people if "".join(words) in {_joined(one.name), _joined(one.kana)}]
    found = whole or [
        one for one in people if all(word in folded(f"{one.name} {one.kana}") for word in words)
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise ValidationError(
            _(
                "「%(typed)s」に当てはまる職員がいません。氏名、フリガナ、職員番号の一部を入力し、候補から選んでください。"
            ),
            params={"typed": text[:40]},
            code="nobody",
        )
    raise ValidationError(
        _("「%(typed)s」に当てはまる職員が%(count)s人います。候補から1人を選んでください。例：%(example)s"),
        params={"typed": text[:40], "count": len(found), "example": found[0].label},
        code="several",
    )


def _joined(text: str) -> str:
    return "".join(folded(text).split())


class PersonWidget(forms.Select):
    """A list, or with :attr:`people` a line with what the browser offers below it.

    Django's own list draws each option by a template: a second for two thousand. Groups are not drawn.
    """

    people: Sequence[Choice] = ()

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        typed = data.get(f"{name}-typed")
        return super().value_from_datadict(data, files, name) if typed is None else Typed(typed.strip())

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-typed" not in data and super().value_omitted_from_data(data, files, name)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        if self.people:
            return self._line(name, value, attrs or {})
        chosen = set(self.format_value(value))
        options = [
            f'<option value="{escape(key)}"{" selected" if str(key) in chosen else ""}>{escape(label)}</option>'
            for key, label in self.choices
        ]
        final = self.build_attrs(self.attrs, {"name": name} | (attrs or {}))
        return mark_safe(f"<select{flatatt(final)}>{''.join(options)}</select>")  # noqa: S308  escaped above

    def _line(self, name: str, value: Any, attrs: dict[str, Any]) -> SafeString:
        shown = value
        if not isinstance(value, Typed):
            shown = next((one.offered for one in self.people if str(one.pk) == str(value)), "")
        final = {"type": "text", "name": f"{name}-typed", "list": f"{name}-people", "autocomplete": "off"}
        final |= {"value": shown} if shown else {}
        options = "".join(f'<option value="{escape(one.offered)}"></option>' for one in self.people)
        line = f"<input{flatatt(self.build_attrs(self.attrs, final | attrs))}>"
        return mark_safe(f'{line}<datalist id="{escape(name)}-people">{options}</datalist>')  # noqa: S308  escaped above


class PersonField(PersonChoice):
    """An active person of the town that was given to :meth:`offer`."""

    widget = PersonWidget

    def __init__(self, **kwargs: Any) -> None:
        empty = _("（選んでください）") if kwargs.get("required", True) else _("（なし）")
        kwargs.setdefault("empty_label", empty)
        super().__init__(queryset=Person.objects.none(), **kwargs)
        self.people: Sequence[Choice] = ()

    def offer(self, municipality: Municipality, people: Sequence[Choice] | None = None) -> None:
        """``people``: :func:`people_choices`, read once where a form has the list several times."""
        self.queryset = Person.objects.of(municipality).filter(is_active=True)
        self.people = people_choices(municipality) if people is None else people
        self.choices = [("", self.empty_label), *((one.pk, one.label) for one in self.people)]
        if len(self.people) >= MANY:
            self.widget.people = self.people
            hint = _("氏名、フリガナ、職員番号の一部を入力すると、候補が出ます。")
            self.help_text = f"{self.help_text}\n{hint}" if self.help_text else hint

    def to_python(self, value: Any) -> Any:
        if isinstance(value, Typed) and value:
            value = meant(self.people, value).pk
        return super().to_python(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        if isinstance(data, Typed):
            try:
                data = meant(self.people, data).pk if data else ""
            except ValidationError:
                return True
        return super().has_changed(initial, data)

    def label_from_instance(self, obj: Person) -> str:
        return bracketed(obj.name, obj.staff_number)
