"""Which entries of a call say something.

The gateway records a call as one input and one output. What others report of one (a span, its events) comes in entries of its own each: some
without what was said, some with what another says as well, some with one message of many.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kijun.governance.interactions.reading import texts
from kijun.ledger.model import Kind, Record

_QUESTIONS: Final = (Kind.INPUT, Kind.DECISION)
_ANSWERS: Final = (Kind.OUTPUT, Kind.OUTCOME)


def is_silent(entry: Record) -> bool:
    """Whoever reported this entry sent nothing of what was said."""
    return entry.content is not None and "without_content" in entry.content


def question(entries: Sequence[Record]) -> Record | None:
    """The entry with what was asked: of several the last in which a person speaks, else the first that says something."""
    asked = [one for one in entries if one.kind in _QUESTIONS]
    if len(asked) < 2:
        return asked[0] if asked else None
    saying = [one for one in asked if not is_silent(one)]
    persons = [one for one in saying if any(role == "user" for role, _text in _words(one))]
    return (persons[-1:] or saying or asked)[0]


def answer(entries: Sequence[Record]) -> Record | None:
    """The entry with what was answered: the last that says something, else the last."""
    answered = [one for one in entries if one.kind in _ANSWERS]
    saying = [one for one in answered if not is_silent(one)] or answered
    return saying[-1] if saying else None


def silent(entries: Sequence[Record]) -> list[int]:
    """The places of entries that say nothing where others of the same call do."""
    saying = {one.kind for one in entries if not is_silent(one)}
    return [one.seq for one in entries if one.kind in saying and is_silent(one)]


def repeated(entries: Sequence[Record]) -> list[int]:
    """The places of entries that say nothing but what an earlier one of the same call says."""
    said: dict[str, set[tuple[str, str]]] = {}
    found = []
    for one in entries:
        if one.kind not in (Kind.INPUT, Kind.OUTPUT) or not (words := _words(one)):
            continue
        known = said.setdefault(one.kind, set())
        if words <= known:
            found.append(one.seq)
        known |= words
    return found


def _words(entry: Record) -> set[tuple[str, str]]:
    """Who said what; what stands beside it (a trace's attributes) has no place."""
    if entry.content is None or is_silent(entry):
        return set()
    return {(role, text) for role, text, place in texts(entry.content) if place and text.strip()}
