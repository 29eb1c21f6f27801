"""Which words are names: surnames and given names in kanji, kana and romaji (data/names.txt.gz, made by tools/inspection_names.py)."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from kijun.inspection.rule import read_yaml

#: What a name is; a name can be several of them. REASON: it is a reason to look at its sentence closely.
SURNAME, COMMON, GIVEN, ABROAD, REASON = 1, 2, 4, 8, 16
#: A place is kept as start × this + length.
PLACE_KEY: Final = 64
#: Given names of one character that the lists leave out, for they are words as well.
_GIVEN_OF_ONE: Final = frozenset(
    "健進実修学結歩望司守正明功護均信昭章彰岳要力充満操優舞雫空心和唯希温緑至貴順"
)
_HIRAGANA: Final = frozenset(map(chr, range(0x3041, 0x3097)))
_TO_KATAKANA: Final = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_LONG_VOWEL: Final = re.compile(r"(?<=[aeiou])h(?=[kstnhmyrwgzdbpfjc]|$)")


class NameLists:
    """Names of two characters and more in one automaton, those of one character and in romaji as sets. Immutable."""

    def __init__(self, groups: Mapping[str, Sequence[str]]) -> None:
        # by whole groups, for a quarter of a million names one by one would be a good part of the time to load
        kinds = dict.fromkeys(groups["s"], SURNAME | REASON)
        kinds |= dict.fromkeys(groups["S"], SURNAME | REASON | COMMON)
        for names, kind in (
            (in_both_kana(groups["k"]), SURNAME),  # readings of surnames
            (in_both_kana(groups["g"]), GIVEN),
            (read_yaml("names.yaml")["foreign_kana"], ABROAD),
        ):
            more = dict.fromkeys(names, kind)
            more |= {name: kinds[name] | kind for name in kinds.keys() & more.keys()}
            kinds |= more
        self._single = {name: kind for name, kind in kinds.items() if len(name) == 1}
        long = [name for name in kinds if len(name) > 1]
        self._kinds = bytes(map(kinds.__getitem__, long))
        self._automaton = AhoCorasick(
            long,
            matchkind=MatchKind.Standard,
            store_patterns=False,
            implementation=Implementation.ContiguousNFA,
        )
        self._romaji = frozenset((*groups["r"], *groups["t"]))
        self._foreign = frozenset(map(str, read_yaml("names.yaml")["foreign"]))

    def find(self, text: str) -> Names:
        """All names in a text."""
        kinds = self._kinds
        return Names(
            text,
            {
                start * PLACE_KEY + end - start: kinds[number]
                for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True)
            },
            self._single,
        )

    def is_romaji(self, word: str) -> bool:
        """Whether a word in Latin letters is a name of Japan or of people from abroad."""
        return self.is_abroad(word) or short_romaji(word.lower().strip(".,'-")) in self._romaji

    def is_abroad(self, word: str) -> bool:
        """Whether a word in Latin letters is a name of people from abroad."""
        return word.lower().strip(".,'-") in self._foreign


class Names:
    """Which places of one text are names, asked by place and without cutting the text."""

    __slots__ = ("_single", "_text", "found")

    def __init__(self, text: str, found: dict[int, int], single: Mapping[str, int]) -> None:
        self._text = text
        self.found = found
        self._single = single

    def kind(self, start: int, end: int) -> int:
        """What a place is, as a sum of `SURNAME`, `COMMON`, `GIVEN` and `ABROAD`; 0 where it is no name."""
        if end - start == 1:
            return self._single.get(self._text[start], 0)
        return self.found.get(start * PLACE_KEY + end - start, 0)

    def is_given(self, start: int, end: int) -> bool:
        """Whether a place is a given name, also one that is rather a word of the language unless a surname stands before it."""
        return bool(self.kind(start, end) & GIVEN) or (
            end - start == 1 and self._text[start] in _GIVEN_OF_ONE
        )

    def cut(self, start: int, end: int) -> str:
        """How a word without a space can be cut into a surname and a given name: S2, s1 …, nothing where it cannot."""
        best = ""
        for place in range(start + 1, min(end, start + 5)):
            left = self.kind(start, place)
            if left & SURNAME and self.is_given(place, end):
                if left & COMMON:
                    return f"S{place - start}"
                best = best or f"s{place - start}"
        return best

    def reasons(self) -> list[int]:
        """Where surnames end that are a reason to look at their sentence closely: not those inside longer words in kanji."""
        ends = []
        for key, kind in self.found.items():
            if kind & REASON:
                start = key // PLACE_KEY
                end = start + key % PLACE_KEY
                if not (_is_kanji(self._text, start - 1) and _is_kanji(self._text, end)) or any(
                    self.kind(end, end + length) & GIVEN
                    for length in (2, 3)
                    if end + length <= len(self._text)
                ):
                    ends.append(end)
        return ends


def _is_kanji(text: str, place: int) -> bool:
    return 0 <= place < len(text) and "一" <= text[place] <= "龥"


@cache
def name_lists() -> NameLists:
    """The lists, read once."""
    packed = files("kijun.inspection").joinpath("data", "names.txt.gz").read_bytes()
    groups = {}
    for group in gzip.decompress(packed).decode().split("\n\n"):
        mark, *names = group.split("\n")
        groups[mark] = names
    return NameLists(groups)


def in_both_kana(names: Sequence[str]) -> list[str]:
    """The names, and those in hiragana in katakana as well."""
    return [*names, *(katakana(name) for name in names if name[0] in _HIRAGANA)]


def katakana(written: str) -> str:
    """Hiragana as katakana, one character for one."""
    return written.translate(_TO_KATAKANA)


def short_romaji(word: str) -> str:
    """The spelling of a romaji word without its long vowels (``satou`` and ``satoh`` → ``sato``)."""
    return _LONG_VOWEL.sub("", word.replace("ou", "o").replace("uu", "u").replace("oo", "o"))
