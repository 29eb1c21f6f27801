"""The sample's content, read from ``content.yaml``; days are counted from today, so that it never looks stale."""

from __future__ import annotations

import datetime
import functools
from pathlib import Path
from typing import Any

from django.utils import timezone

CODE = "479993"
"""No municipality has this code; its check digit fits."""


@functools.cache
def content() -> dict[str, Any]:
    import yaml

    found: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("content.yaml").read_text(encoding="utf-8")
    )
    return found


def ago(days: int) -> datetime.date:
    return timezone.localdate() - datetime.timedelta(days=days)


def ahead(days: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=days)
