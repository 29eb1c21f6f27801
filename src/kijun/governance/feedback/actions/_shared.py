"""What the actions share."""

from __future__ import annotations

import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone
from django_stubs_ext import StrOrPromise

from kijun.governance.organisation.calendar import due_date
from kijun.governance.organisation.models import Municipality

FIRST_REPLY = 5
"""Opening days until a report is answered (U1.3.4)."""
VENDOR_REPLY = 20
"""Opening days until a vendor is to answer, where no other day is set."""


def due(municipality: Municipality, days: int) -> datetime.date:
    """The day that is so many opening days from today."""
    return due_date(municipality, days, timezone.localdate())


def refuse(words: StrOrPromise, code: str) -> ValidationError:
    return ValidationError(words, code=code)
