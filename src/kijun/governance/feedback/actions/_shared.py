"""What the actions share."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max, Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.accounts.models import Person
from kijun.governance.organisation.calendar import due_date
from kijun.governance.organisation.models import Municipality
from kijun.web.versions import Versioned

FIRST_REPLY = 5
"""Opening days until a report is answered (U1.3.4)."""
VENDOR_REPLY = 20
"""Opening days until a vendor is to answer, where no other day is set."""


def allow(actor: Person, permission: str, thing: Model | None) -> None:
    """Raise PermissionDenied unless the person may."""
    if not actor.has_perm(permission, thing):
        raise PermissionDenied


def due(municipality: Municipality, days: int) -> datetime.date:
    """The day that is so many opening days from today."""
    return due_date(municipality, days, timezone.localdate())


def claim(row: Versioned, seen_revision: int | None) -> None:
    """As `Versioned.claim`; without a revision that the person saw, the one that the row was read with."""
    row.claim(row.revision if seen_revision is None else seen_revision)


def next_number(model: Any, municipality: Municipality) -> int:
    """The running number of the municipality's next row; the municipality's row is locked until the transaction ends."""
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    last = model.objects.filter(municipality=municipality).aggregate(last=Max("number"))["last"]
    return int(last or 0) + 1


def said(text: str, field: str, most: int) -> str:
    """A text that was given; ValidationError where it is empty or too long."""
    text = text.replace("\0", "").strip()
    if not text:
        raise ValidationError({field: [_("入力してください。")]})
    return at_most(text, field, most)


def at_most(text: str, field: str, most: int) -> str:
    """A text that may be empty; ValidationError where it is too long."""
    text = text.replace("\0", "").strip()
    if len(text) > most:
        told = ValidationError(_("%(most)s文字以内で入力してください。"), params={"most": f"{most:,}"})
        raise ValidationError({field: [told]})
    return text


def refuse(words: StrOrPromise, code: str) -> ValidationError:
    return ValidationError(words, code=code)


def past(day: datetime.date | None, field: str) -> datetime.date:
    """A day that was: today or before."""
    if day is None:
        raise ValidationError({field: [_("日付を入力してください。")]})
    if day > timezone.localdate():
        raise ValidationError({field: [_("今日までの日付を入力してください。")]})
    return day
