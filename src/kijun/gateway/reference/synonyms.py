"""Words of residents and clerks beside those of documents, as data: ``data/synonyms.txt`` by topic, ``data/everyday.txt`` by meaning.

A line ``a, b, c`` holds words that stand for each other; ``a, b = c, d`` says that who asks for a or b also means c or d, not the other way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from kijun.gateway.reference.words import Word, words

_DATA: Final = Path(__file__).parent / "data"
TOPICAL: Final = 0.85
"""What a name of ``synonyms.txt`` counts for, against the word that was asked."""
EVERYDAY: Final = 0.7
"""And one of ``everyday.txt``."""

Terms = tuple[str, ...]
Table = Mapping[str, Sequence[tuple[Terms, tuple["Name", ...]]]]
"""First term → phrases that begin with it, the longest first, with what else they may be called."""


class Name(NamedTuple):
    """What something may be called, and what that counts for."""

    words: tuple[Word, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a question that belong together, and what else they may be called."""

    words: tuple[Word, ...]
    others: tuple[Name, ...] = ()
    inner: tuple[Span, ...] = ()
    """Shorter phrases in a phrase of several words."""


@cache
def table() -> Table:
    """The municipal words."""
    return joined(read(_text("everyday.txt"), EVERYDAY), read(_text("synonyms.txt"), TOPICAL))


def phrases() -> list[str]:
    """Everything that stands in the lists, as it is written."""
    lines = (_text("synonyms.txt") + _text("everyday.txt")).splitlines()
    kept = (line.partition("#")[0].replace("=", ",") for line in lines)
    return list(dict.fromkeys(name for line in kept for one in line.split(",") if (name := one.strip())))


def _text(name: str) -> str:
    return (_DATA / name).read_text(encoding="utf-8")


Phrases = dict[Terms, dict[Terms, Name]]
"""What is asked → what it may be called."""


def read(text: str, weight: float = TOPICAL) -> Phrases:
    """Read a list; lines that begin with # are remarks. Raises ValueError with the number of a line that says nothing."""
    found: Phrases = {}
    for number, line in enumerate(text.splitlines(), 1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        left, directed, right = line.partition("=")
        asked, meant = _phrases(left), _phrases(right if directed else left)
        if not asked or not any(map(_telling, meant)) or (not directed and len(asked) < 2):
            raise ValueError(f"line {number} gives no other word")
        for one in asked:
            others = found.setdefault(_terms(one), {})
            for other in map(_telling, meant):
                if other and _terms(other) != _terms(one):
                    others[_terms(other)] = Name(other, weight)
    return found


def joined(*lists: Phrases) -> Table:
    """Several lists as one table; a later one says what a name counts for."""
    every: Phrases = {}
    for one in lists:
        for terms, others in one.items():
            every.setdefault(terms, {}).update(others)
    made: dict[str, list[tuple[Terms, tuple[Name, ...]]]] = {}
    for terms, others in every.items():
        made.setdefault(terms[0], []).append((terms, tuple(others.values())))
    for phrases in made.values():
        phrases.sort(key=lambda one: -len(one[0]))
    return made


def _phrases(text: str) -> list[tuple[Word, ...]]:
    """The phrases of a list, with words that say nothing alone: 学校に行けない is more than 学校."""
    return [found for one in text.split(",") if (found := tuple(words(one, all_=True)))]


def _telling(phrase: Sequence[Word]) -> tuple[Word, ...]:
    """What of a phrase can be searched."""
    return tuple(one for one in phrase if not one.empty)


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
