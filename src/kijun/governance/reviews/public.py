"""What residents may know of an AI system: `register` knows what was approved for publication; labels ask this registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kijun.governance.inventory.models import AISystem


@dataclass(frozen=True, slots=True)
class Public:
    """Approved words in the reader's language. ``lang`` is set where a text is in another language than the page."""

    name: str
    url: str
    what: str = ""
    decides: str = ""
    objection: str = ""
    contact: str = ""
    lang: str = ""


Find = Callable[[AISystem], Public | None]
_finders: list[Find] = []


def register(find: Find) -> None:
    """``find(system)`` in the language of the page; None for a system that is not public."""
    if find not in _finders:
        _finders.append(find)


def of(system: AISystem | None) -> Public | None:
    """The system's public facts, or None: then nothing of it is told."""
    if system is None:
        return None
    return next((one for one in (find(system) for find in _finders) if one is not None), None)
