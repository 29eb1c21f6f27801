"""From a request to the passages that belong to it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from kijun.gateway.reference.index import NEAR
from kijun.gateway.reference.model import Found
from kijun.gateway.reference.shelf import Shelf
from kijun.gateway.reference.words import words
from kijun.gateway.sample import turns
from kijun.gateway.snapshot import Purpose
from kijun.ledger.model import JAPAN

_PLACEHOLDER: Final = re.compile(r"⟦[^⟦⟧]{1,40}⟧")
_BEHIND: Final = 0.5  # share of the best one's score from which on a passage is quoted beside it
_LESS: Final = 0.6  # share of what the best one covers
_SHORT: Final = 2  # a question with fewer words goes on with the one before


def question_of(path: str, body: dict[str, Any]) -> str:
    """What is asked: the person's last words, and where they are few (「費用は？」) those before them. Without placeholders."""
    try:
        said = [text for role, text in turns(path, body) if role == "user" and text.strip()]
    except (KeyError, TypeError, AttributeError):
        return ""
    last = _PLACEHOLDER.sub(" ", said[-1]) if said else ""
    if len(said) > 1 and len(words(last[:200])) < _SHORT:
        return f"{last} {_PLACEHOLDER.sub(' ', said[-2])}"
    return last


def look_up(shelf: Shelf, purpose: Purpose, asked: str, *, most: int, for_model: bool, now: float) -> Found:
    """The passages that a purpose may read. Takes some milliseconds: to be called in a thread."""
    index = shelf.index(purpose.municipality)
    if index is None:
        return Found(ready=False)
    found = index.search(
        asked,
        today=datetime.fromtimestamp(now, JAPAN).date().isoformat(),
        collections=purpose.collections,
        most=most,
        with_overdue=purpose.overdue,
        for_model=for_model,
        fits=NEAR,
    )
    return found if for_model else worth_quoting(found)


def worth_quoting(found: Found) -> Found:
    """Without passages that are far behind the best: who reads quotations looks for one that answers."""
    if not found.hits:
        return found
    score, covers = found.hits[0].score, max(hit.covers for hit in found.hits)
    kept = [hit for hit in found.hits if hit.score >= _BEHIND * score and hit.covers >= _LESS * covers]
    return replace(found, hits=tuple(kept))
