"""Words of residents and clerks beside those of documents, as data: ``data/synonyms.txt``.

A line ``a, b, c`` holds words that stand for each other; ``a, b = c, d`` says that who asks for a or b also means c or d, not the other way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from kijun.gateway.reference.words import Word, words

_PLACE: Final = Path(__file__).parent / "data" / "synonyms.txt"

Terms = tuple[str, ...]
Table = Mapping[str, Sequence[tuple[Terms, tuple[tuple[Word, ...], ...]]]]
"""First term → phrases that begin with it, the longest first, with what else they may be called."""


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a question that belong together, and what else they may be called."""

    words: tuple[Word, ...]
    others: tuple[tuple[Word, ...], ...] = ()
    inner: tuple[Span, ...] = ()
    """Shorter phrases in a phrase of several words."""


@cache
def table() -> Table:
    """The municipal words."""
    return read(_PLACE.read_text(encoding="utf-8"))


def read(text: str) -> Table:
    """Read a list; lines that begin with # are remarks. Raises ValueError with the number of a line that says nothing."""
    found: dict[Terms, dict[Terms, tuple[Word, ...]]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        left, directed, right = line.partition("=")
        asked, meant = _phrases(left), _phrases(right if directed else left)
        if not asked or not meant or (not directed and len(asked) < 2):
            raise ValueError(f"line {number} gives no other word")
        for one in asked:
            others = found.setdefault(_terms(one), {})
            others.update({_terms(other): other for other in meant if _terms(other) != _terms(one)})
    made: dict[str, list[tuple[Terms, tuple[tuple[Word, ...], ...]]]] = {}
    for terms, others in found.items():
        made.setdefault(terms[0], []).append((terms, tuple(others.values())))
    for phrases in made.values():
        phrases.sort(key=lambda one: -len(one[0]))
    return made


def _phrases(text: str) -> list[tuple[Word, ...]]:
    return [found for one in text.split(",") if (found := tuple(words(one)))]


def _terms(phrase: Sequence[Word]) -> Terms:
    return tuple(one.term for one in phrase)


def spans(asked: Sequence[Word], known: Table, longest: int = 99) -> list[Span]:
    """The words of a question, phrases of the list together, and in them those of fewer words."""
    found: list[Span] = []
    at = 0
    while at < len(asked):
        span = _phrase(asked, at, known, longest) or Span((asked[at],))
        found.append(span)
        at += len(span.words)
    return found


def _phrase(asked: Sequence[Word], at: int, known: Table, longest: int) -> Span | None:
    """The longest phrase of the list that begins at a word."""
    for terms, others in known.get(asked[at].term, ()):
        phrase = tuple(asked[at : at + len(terms)])
        if len(terms) <= longest and _terms(phrase) == terms:
            inner = spans(phrase, known, len(terms) - 1) if len(terms) > 1 else ()
            return Span(phrase, others, tuple(inner))
    return None
