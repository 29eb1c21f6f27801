"""What an action was given, beside what its form checked: texts, days."""

from __future__ import annotations

import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def said(text: str, field: str, most: int) -> str:
    """A text that was given; ValidationError at the field where it is empty or has more characters than ``most``."""
    text = at_most(text, field, most)
    if not text:
        raise ValidationError({field: [_("入力してください。")]})
    return text


def at_most(text: str, field: str, most: int) -> str:
    """A text that may be empty; ValidationError at the field where it is too long."""
    text = text.replace("\0", "").strip()
    if len(text) > most:
        told = ValidationError(_("%(most)s文字以内で入力してください。"), params={"most": f"{most:,}"})
        raise ValidationError({field: [told]})
    return text


def past(day: datetime.date | None, field: str) -> datetime.date:
    """A day that was: today or before."""
    if day is None:
        raise ValidationError({field: [_("日付を入力してください。")]})
    if day > timezone.localdate():
        raise ValidationError({field: [_("今日までの日付を入力してください。")]})
    return day
