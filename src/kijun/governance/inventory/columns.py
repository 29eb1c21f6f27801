"""Columns of the list of systems that upper apps add: risks its tier, the register its entry's state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from kijun.governance.inventory.models import AISystem
from kijun.web.excel import SheetColumn
from kijun.web.tables import Column, Filter


@dataclass(frozen=True, slots=True)
class Extra:
    """One column of another app.

    ``annotate(rows)`` adds what ``column`` reads, so that the number of queries does not grow. ``sheet`` with
    ``sheet_value(row)`` puts it into the Excel file, where an import passes it over.
    """

    key: str
    column: Column
    annotate: Callable[[QuerySet[AISystem]], QuerySet[AISystem]]
    filter: Filter | None = None
    sheet: SheetColumn | None = None
    sheet_value: Callable[[Any], Any] | None = None
    order: int = 50


_extras: dict[str, Extra] = {}


def register(extra: Extra) -> None:
    """Called in ``AppConfig.ready``."""
    _extras[extra.key] = extra


def extras() -> list[Extra]:
    return sorted(_extras.values(), key=lambda one: (one.order, one.key))
