"""What upper apps show beside a record: registered when Django starts, drawn at the end of the record's page.

>>> beside.register(beside.Beside("feedback", "feedback/_beside.html", context))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kijun.governance.interactions.searching import Interaction
from kijun.governance.organisation.tenancy import StaffRequest


@dataclass(frozen=True, slots=True)
class Beside:
    """``context(request, interaction, own)`` fills ``template``; None shows nothing."""

    key: str
    template: str
    context: Callable[[StaffRequest, Interaction, bool], dict[str, Any] | None]


_known: dict[str, Beside] = {}


def register(one: Beside) -> None:
    """Called in ``AppConfig.ready``."""
    _known[one.key] = one


def beside(request: StaffRequest, one: Interaction, own: bool) -> list[tuple[str, dict[str, Any]]]:
    """Template and context of all that stands beside this record."""
    found = [(each.template, each.context(request, one, own)) for each in _known.values()]
    return [(template, context) for template, context in found if context is not None]
