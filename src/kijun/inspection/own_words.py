"""A municipality's words in a text: in every spelling, with other white space inside, broken by the end of a line."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from kijun.inspection.fold import fold
from kijun.inspection.lexicon import lower
from kijun.inspection.rule import Rule

#: White space that is still inside of a word: blanks, and one line break with what indents the next line.
_GAP: Final = re.compile(r"[^\S\n]{0,12}\n?[^\S\n]{0,12}")
_SPACES: Final = re.compile(r"\s+")
_KATAKANA: Final = {code: code - 0x60 for code in range(0x30A1, 0x30F7)} | {0x30FD: 0x309D, 0x30FE: 0x309E}
#: Marks of voice: a word of nothing else is none, and behind a kana they become one with it.
MARKS: Final = "\u3099\u309a゛゜ﾞﾟ"


def plain(text: str) -> str:
    """One spelling for half and full width, capital and small letters, hiragana and katakana."""
    return same_kana(fold(text).text.strip())


def same_kana(folded: str) -> str:
    """A folded text in small letters and hiragana; as long as it was."""
    return lower(folded).translate(_KATAKANA)


class Word(NamedTuple):
    """A word of some rules at a place of a folded text."""

    start: int
    end: int
    rules: Sequence[Rule]


class OwnWords:
    """Finds the words of some rules. Immutable; threads may share it."""

    def __init__(self, words: Sequence[tuple[str, Rule]]) -> None:
        self._rules: dict[str, list[Rule]] = {}
        self._apart: dict[str, set[int]] = {}  # before which characters one of the spellings has a space
        for word, rule in words:
            parts = plain(word).split()
            joined = "".join(parts)
            if rule not in self._rules.setdefault(joined, []):
                self._rules[joined].append(rule)
            apart = self._apart.setdefault(joined, set())
            place = 0
            for part in parts[:-1]:
                place += len(part)
                apart.add(place)
        self._words = list(self._rules)
        self._sorted = sorted(self._words)
        self._begins = {word[:2] for word in self._words} | {word[:1] for word in self._words}
        self._longest = max(map(len, self._words), default=0)
        self._automaton = (
            AhoCorasick(
                self._words,
                matchkind=MatchKind.Standard,
                store_patterns=False,
                implementation=Implementation.ContiguousNFA,
            )
            if words
            else None
        )

    def __bool__(self) -> bool:
        return self._automaton is not None

    def find(self, folded: str) -> Iterator[Word]:
        """The words in a folded text, by their beginnings, of those that begin together the longest first."""
        if self._automaton is None:
            return
        text = same_kana(folded)
        joined, places = _joined(text)
        hits = self._automaton.find_matches_as_indexes(joined, overlapping=True)
        for number, first, last in sorted(hits, key=lambda hit: (hit[1], -hit[2])):
            start, end = (first, last) if places is None else (places[first], places[last - 1] + 1)
            if _inside_a_word(text, start, end):
                continue
            word = self._words[number]
            if places is None or end - start == last - first or self._fits(text, word, places[first:last]):
                yield Word(start, end, self._rules[word])

    def begins(self, folded: str) -> int:
        """Where, at the end of a folded text, one of the words may have begun; the text's length where none has."""
        if self._automaton is None:
            return len(folded)
        text, places = _joined(same_kana(folded))
        for place in range(max(0, len(text) - self._longest + 1), len(text)):
            rest = text[place:]
            if rest[:2] in self._begins and self._is_beginning(rest):
                return place if places is None else places[place]
        return len(folded)

    def _is_beginning(self, rest: str) -> bool:
        at = bisect_left(self._sorted, rest)
        if at < len(self._sorted) and self._sorted[at] == rest:  # whole: something longer may be
            at += 1
        return at < len(self._sorted) and self._sorted[at].startswith(rest)

    def _fits(self, text: str, word: str, places: Sequence[int]) -> bool:
        """Whether white space stands in a word only where it may: where the word has a space, at the end of a line, between letters and kana."""
        for number in range(1, len(places)):
            first, last = places[number - 1] + 1, places[number]
            if first == last:
                continue
            if not _GAP.fullmatch(text, first, last):
                return False
            latin = _is_latin(word[number - 1]) + _is_latin(word[number])
            broken = "\n" in text[first:last]
            if number not in self._apart[word] and latin != 1 and (latin == 2 or not broken):
                return False
        return True


def _joined(text: str) -> tuple[str, list[int] | None]:
    """A text without white space, and where its characters stood; None where it has none."""
    joined = _SPACES.sub("", text)
    if len(joined) == len(text):
        return text, None
    return joined, [place for place, char in enumerate(text) if not char.isspace()]


def _inside_a_word(text: str, start: int, end: int) -> bool:
    """Whether Latin letters or figures go on beyond a word's edges: AI is no word of MAIL."""
    return _goes_on(text, start - 1, start) or _goes_on(text, end, end - 1)


def _goes_on(text: str, beyond: int, edge: int) -> bool:
    return 0 <= beyond < len(text) and _is_latin(text[beyond]) and _is_latin(text[edge])


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
