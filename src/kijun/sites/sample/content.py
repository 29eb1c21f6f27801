"""The sample's content, read from ``content.yaml``; days are counted from today, so that it never looks stale."""

from __future__ import annotations

import datetime
import functools
from pathlib import Path
from typing import Any

from django.utils import timezone

from kijun.web.dates import fiscal_year, fiscal_year_days, format_wareki

CODE = "479993"
"""No municipality has this code; its check digit fits."""


def content() -> dict[str, Any]:
    """What ``content.yaml`` says, with the fiscal years of today."""
    return _of(fiscal_year(timezone.localdate()))


@functools.cache
def _of(year: int) -> dict[str, Any]:
    import yaml

    text = Path(__file__).with_name("content.yaml").read_text(encoding="utf-8")
    for blank, value in _years(year).items():
        text = text.replace(f"<{blank}>", value)
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def _years(year: int) -> dict[str, str]:
    """The blanks of the file: 令和8年度 and the like."""
    first = fiscal_year_days(year)[0]
    return {
        "this year": f"{format_wareki(first).partition('年')[0]}年度",
        "last year": f"{format_wareki(fiscal_year_days(year - 1)[0]).partition('年')[0]}年度",
        "this year number": str(year),
        "last year number": str(year - 1),
        "first day": format_wareki(first),
    }


def first_day() -> datetime.date:
    """1 April of this fiscal year, when a town hall appoints people."""
    return fiscal_year_days(fiscal_year(timezone.localdate()))[0]


def ago(days: int) -> datetime.date:
    return timezone.localdate() - datetime.timedelta(days=days)


def ahead(days: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=days)
