"""One of the town's people in a form: a list that is drawn at once, whether it has twenty names or two thousand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.organisation.models import Municipality
from kijun.web.punctuation import bracketed

if TYPE_CHECKING:
    PersonChoice = forms.ModelChoiceField[Person]
else:
    PersonChoice = forms.ModelChoiceField

Choices = list[tuple[Any, Any]]


class LongSelect(forms.Select):
    """Django's own draws each option by a template: a second for two thousand. Groups are not drawn."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = set(self.format_value(value))
        options = [
            f'<option value="{escape(key)}"{" selected" if str(key) in chosen else ""}>{escape(label)}</option>'
            for key, label in self.choices
        ]
        final = self.build_attrs(self.attrs, {"name": name} | (attrs or {}))
        return mark_safe(f"<select{flatatt(final)}>{''.join(options)}</select>")  # noqa: S308  escaped above


def people_choices(municipality: Municipality) -> Choices:
    """(primary key, 氏名（職員番号）) of active people in 五十音 order; one query."""
    rows = Person.objects.of(municipality).filter(is_active=True).order_by("kana_sort", "staff_number")
    return [
        (pk, bracketed(name, number)) for pk, name, number in rows.values_list("pk", "name", "staff_number")
    ]


class PersonField(PersonChoice):
    """An active person of the town that was given to :meth:`offer`."""

    widget = LongSelect

    def __init__(self, **kwargs: Any) -> None:
        empty = _("（選んでください）") if kwargs.get("required", True) else _("（なし）")
        kwargs.setdefault("empty_label", empty)
        super().__init__(queryset=Person.objects.none(), **kwargs)

    def offer(self, municipality: Municipality, people: Choices | None = None) -> None:
        """``people``: :func:`people_choices`, read once where a form has the list several times."""
        self.queryset = Person.objects.of(municipality).filter(is_active=True)
        if people is None:
            people = people_choices(municipality)
        self.choices = [("", self.empty_label), *people]

    def label_from_instance(self, obj: Person) -> str:
        return bracketed(obj.name, obj.staff_number)
