"""A system's values as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from kijun.governance.inventory import sheet_cells, sheets, steps
from kijun.governance.inventory.models import AISystem, Training
from kijun.web.templatetags.kit import named


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: ``kind`` is text, date or list."""

    field: str
    label: StrOrPromise
    value: Any
    kind: str = "text"


def facts(system: AISystem, fields: Iterable[str]) -> list[Fact]:
    """The lines of some fields, in their order."""
    return [fact(system, name) for name in fields]


def fact(system: AISystem, name: str) -> Fact:
    """One field's line. An open question of a draft is empty, not いいえ."""
    value, label = steps.value_of(system, name), steps.label(name)
    open_question = system.is_draft and steps.step_of(name).number > steps.answered(system)
    if name in sheets.BOOLEANS:
        return Fact(name, label, "" if open_question else _("はい") if value else _("いいえ"))
    if name == "training" and open_question and value == Training.UNKNOWN:
        return Fact(name, label, "")
    if name in sheet_cells.LISTS:
        return Fact(name, label, [sheet_cells.LISTS[name](code).label for code in value], "list")
    if name in sheet_cells.CHOICES:
        return Fact(name, label, sheet_cells.CHOICES[name](value).label if value else "")
    if name == "user_departments":
        return Fact(name, label, [named(one) for one in value], "list")
    if name == "provider_department":
        return Fact(name, label, named(value) if value else "")
    if name == "contract_yen":
        return Fact(name, label, _("%(yen)s円") % {"yen": f"{value:,}"} if value is not None else "")
    if name == "training_checked_on":
        return Fact(name, label, value, "date")
    return Fact(name, label, value if value is not None else "")
