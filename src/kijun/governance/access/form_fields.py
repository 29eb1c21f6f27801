"""Form fields that the forms of access share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kijun.governance.access import limits
from kijun.governance.access.models import Purpose
from kijun.governance.inventory.models import AISystem

CHOOSE = _("選んでください")


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
