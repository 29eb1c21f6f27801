"""A day with its time, as people write it: 2026/11/28 14:30, 令和8年11月28日 14時30分."""

from __future__ import annotations

import datetime
import re
import unicodedata
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.web import dates

_TIME: Final = re.compile(
    r"[\sT]*(午前|午後|AM|PM)?\s*(\d{1,2})\s*(?::|時)\s*(\d{1,2})?\s*分?(?::\d{1,2})?\s*$", re.I
)
_AFTERNOON: Final = frozenset({"午後", "PM"})


def parse(text: str, *, time_needed: bool) -> datetime.datetime:
    """In the town's time zone. Without a time the day's first moment, where none is needed. Raises `ValidationError`."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _TIME.search(plain)
    if found is None or found.start() == 0:
        if time_needed:
            raise ValidationError(_("日付と時刻を入力してください。例：2026/11/28 14:30"), code="time")
        hour = minute = 0
    else:
        half, hour, minute = found[1], int(found[2]), int(found[3] or 0)
        if half is not None:
            if hour > 12:
                raise ValidationError(_("時刻を確かめてください。例：14:30"), code="time")
            hour = hour % 12 + (12 if half.upper() in _AFTERNOON else 0)
        plain = plain[: found.start()]
    try:
        day = dates.parse_date(plain)
        return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour, minute)))
    except dates.DateError as error:
        raise ValidationError(str(error), code="date") from error
    except (ValueError, OverflowError) as error:
        raise ValidationError(_("時刻を確かめてください。例：14:30"), code="time") from error


def shown(at: datetime.datetime) -> str:
    """As the field takes it again."""
    local = timezone.localtime(at)
    return f"{dates.format_input(local.date())} {local:%H:%M}"


class MomentField(forms.CharField):
    """Cleans to an aware ``datetime`` or None. ``time_needed`` False: a day alone is its first moment."""

    def __init__(self, *, time_needed: bool = True, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("例：2026/11/28 14:30、令和8年11月28日 14時30分"))
        kwargs.setdefault("max_length", 60)
        super().__init__(**kwargs)
        self.time_needed = time_needed
        self.validators = []  # those of a text field measure text; here the value is a moment by then
        self.widget.attrs.setdefault("autocomplete", "off")
        self.widget.attrs.setdefault("class", "narrow")

    def to_python(self, value: Any) -> Any:
        if isinstance(value, datetime.datetime):
            return value
        text = super().to_python(value)
        if not text:
            return None
        if len(text) > 60:
            raise ValidationError(_("日付と時刻を入力してください。例：2026/11/28 14:30"), code="time")
        return parse(text, time_needed=self.time_needed)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """To the minute: that is what the page shows."""
        try:
            before, after = self.to_python(initial), self.to_python(data)
        except ValidationError:
            return True
        return (before and shown(before)) != (after and shown(after))

    def prepare_value(self, value: Any) -> Any:
        return shown(value) if isinstance(value, datetime.datetime) else value
