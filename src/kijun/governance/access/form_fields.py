"""Form fields that the forms of access share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kijun.governance.access import limits
from kijun.governance.access.models import Purpose
from kijun.governance.accounts.models import Posting
from kijun.governance.accounts.person_field import MANY, Choice, PersonField, people_choices
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Municipality

CHOOSE = _("選んでください")
FEW = 20
"""Up to this many people stand in a list."""


def lines(rows: int = 4, **attrs: Any) -> forms.Textarea:
    """A field of several lines."""
    return forms.Textarea(attrs={"rows": rows, **attrs})


class SystemChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """An AI system as AI-003 name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=AISystem.objects.none(), **{"empty_label": CHOOSE, **kwargs})

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {obj.shown_name}"

    def to_python(self, value: Any) -> Any:
        return _found(super().to_python, value)


class PurposeChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """A purpose by the name that the reader reads."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Purpose.objects.none(), **{"empty_label": CHOOSE, **kwargs})

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.shown_name)

    def to_python(self, value: Any) -> Any:
        return _found(super().to_python, value)


class Posted(Choice):
    """A person with where they work: two of the same name are told apart before a grant goes to the wrong one."""

    department: str = ""

    @property
    def label(self) -> str:
        return f"{super().label} {self.department}".strip()

    @property
    def offered(self) -> str:
        return f"{self.label} {self.kana}".replace("\u3000", " ").strip()


def posted(municipality: Municipality) -> list[Posted]:
    """Active people in 五十音 order with their main department of today; two queries."""
    english = (get_language() or "").startswith("en")
    rows = Posting.objects.on(timezone.localdate()).filter(person__municipality=municipality)
    places = rows.order_by("-concurrent", "-pk").values_list(
        "person", "department__name", "department__name_en"
    )
    names = {person: (english and name_en) or name for person, name, name_en in places}
    found = []
    for one in people_choices(municipality):
        person = Posted(*one)
        person.department = names.get(one.pk, "")
        found.append(person)
    return found


class StaffField(PersonField):
    """A person of the town by name, reading, 職員番号 or department; typed as soon as a list would be long. Needs no script."""

    def offer(self, municipality: Municipality, people: Sequence[Choice] | None = None) -> None:
        super().offer(municipality, posted(municipality) if people is None else people)
        if FEW < len(self.people) < MANY:
            self.widget.people = self.people
            hint = _("氏名、フリガナ、職員番号の一部を入力すると、候補が出ます。")
            self.help_text = f"{self.help_text}\n{hint}" if self.help_text else hint


def _found(look_up: Any, value: Any) -> Any:
    """A forged number that no database can hold is a choice that does not exist, not a failure."""
    try:
        return look_up(value)
    except OverflowError as error:
        raise ValidationError(_("一覧から選んでください。"), code="invalid_choice") from error


class LinesField(forms.CharField):
    """Texts, one a line; cleans to a list."""

    def clean(self, value: Any) -> Any:
        return [one.strip() for one in super().clean(value).splitlines() if one.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != [one.strip() for one in (data or "").splitlines() if one.strip()])


class NetworksField(forms.CharField):
    """CIDR ranges, one a line; cleans to a list."""

    def clean(self, value: Any) -> Any:
        return limits.networks(super().clean(value))

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class HoursField(forms.CharField):
    """Days and times, one a line; cleans to a list of (weekday, from minute, to minute)."""

    def clean(self, value: Any) -> Any:
        return [list(one) for one in limits.hours(super().clean(value))]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(limits.shown_hours(value)) if isinstance(value, list) else value


class HeadersField(forms.CharField):
    """``Name: value``, one a line; cleans to a mapping. What is there is never shown again."""

    def clean(self, value: Any) -> Any:
        found: dict[str, str] = {}
        for line in filter(None, map(str.strip, super().clean(value).splitlines())):
            name, colon, rest = line.partition(":")
            if not colon or not name.strip() or not rest.strip():
                raise ValidationError(
                    _("ヘッダーは1行に1つ、「名前: 値」の形で入力してください。例：X-Org-Id: 1234")
                )
            found[name.strip()] = rest.strip()
        return found


def only(values: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The values of these names that are there."""
    return {name: values[name] for name in names if name in values}
