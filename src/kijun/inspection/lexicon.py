"""All words that recognisers look for, found in one pass over the text (Aho-Corasick), whatever their number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from kijun.inspection.scene import Hit


class LexiconBuilder:
    """Collects words in groups; `build` makes the lexicon."""

    def __init__(self) -> None:
        self._words: dict[str, list[tuple[str, str]]] = {}

    def add(self, group: str, words: Iterable[str], value: str = "") -> None:
        """Add words to a group; `value` comes back with each hit, the word itself where it is empty."""
        for word in words:
            entry = (group, value or word)
            entries = self._words.setdefault(lower(word), [])
            if entry not in entries:
                entries.append(entry)

    def build(self) -> Lexicon:
        """The lexicon of everything that was added."""
        return Lexicon(self._words)


class Meaning(NamedTuple):
    """That a word belongs to a group, and what the group says of it."""

    group: str
    value: str


class Lexicon:
    """Finds words of all groups. Immutable, so threads may share it."""

    def __init__(self, words: dict[str, list[tuple[str, str]]]) -> None:
        self._meanings = [
            tuple(Meaning(group, value) for group, value in meanings) for meanings in words.values()
        ]
        self._automaton = AhoCorasick(
            list(words),
            matchkind=MatchKind.Standard,
            store_patterns=False,
            implementation=Implementation.ContiguousNFA,
        )

    def find(self, text: str) -> dict[str, list[Hit]]:
        """Hits by group, each group by the hits' ends; of those with one end the longest comes first."""
        hits: dict[str, list[Hit]] = {}
        meanings, make = (
            self._meanings,
            tuple.__new__,
        )  # a third quicker than to call `Hit`, for a hundred in a text
        for number, start, end in self._automaton.find_matches_as_indexes(lower(text), overlapping=True):
            for group, value in meanings[number]:
                if group in hits:
                    hits[group].append(make(Hit, (start, end, value)))
                else:
                    hits[group] = [make(Hit, (start, end, value))]
        return hits


_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def lower(text: str) -> str:
    """Small letters without a change of length (``str.lower`` makes two characters of İ)."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text.translate(_ASCII_LOWER)
