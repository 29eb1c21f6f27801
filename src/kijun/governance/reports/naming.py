"""Names in the reader's language, and days of frozen copies."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.translation import get_language

from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Municipality


def language() -> str:
    return "en" if (get_language() or "ja").startswith("en") else "ja"


def town_name(town: Municipality) -> str:
    return (town.name_en if language() == "en" else "") or town.name


def system_name(system: AISystem) -> str:
    return (system.name_en if language() == "en" else "") or system.name


def day_of(text: str | None) -> datetime.date | None:
    """The day of an ISO date or moment in a frozen copy, in the town's time zone."""
    if not text:
        return None
    if len(text) > len("2026-11-23"):
        return timezone.localtime(datetime.datetime.fromisoformat(text)).date()
    return datetime.date.fromisoformat(text)
