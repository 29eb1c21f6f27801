"""A text prepared once for all recognisers: folded, its words located, its digits readable, its lines and tables known."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from kijun.inspection.as_digits import as_digits
from kijun.inspection.fold import Folded, fold
from kijun.inspection.label_meaning import GENERAL, ITSELF, meant
from kijun.inspection.scripts import kinds_of
from kijun.inspection.taken import Taken

if TYPE_CHECKING:
    from kijun.inspection.lexicon import Lexicon
    from kijun.inspection.linear import TextModels
    from kijun.inspection.name_lists import Names
    from kijun.inspection.reading import Piece
    from kijun.inspection.tables import Tables
    from kijun.inspection.tokens import Tokens


class Hit(NamedTuple):
    """A word of the lexicon at a place of the folded text; `value` is what the lexicon says of it."""

    start: int
    end: int
    value: str


class Candidate(NamedTuple):
    """What a recogniser proposes, in places of the folded text.

    Where `features` is empty, `score` counts. Else a weigher decides by the features and what is around.
    """

    type: str
    start: int
    end: int
    score: float
    rule: str
    features: tuple[str, ...] = ()
    target: str = ""
    floor: float = 0.0
    """The least score, which what stands right beside it makes certain, whatever else the text holds."""


class Label(NamedTuple):
    """The word that says what the value after it is, and how plainly (1 = ``氏名：``, less = some words between)."""

    type: str
    strength: float


_FIGURES: Final = re.compile(r"[0-9+(][-0-9+()ー.・、 の\n_]{4,120}")
_TIGHT: Final = re.compile(
    r"(?:[\s:=「『(\[<【・/|,、;\"'は#→…_*`]|です|番号|第|(?i:no)\.?|欄|が|の|を|も|:|\)|】|」|』|>|\]|-(?=\s)|(?i:wa|is|ga|no)(?=[ :])|[0-9]{1,2}桁|</?[A-Za-z]{1,10}>){0,12}"
)
_PLAIN_GAPS: Final = frozenset({"", ":", " ", ": ", "\n", ","})  # what `_TIGHT` says of most
_HALF_WIDTH: Final = re.compile("[ｦ-ﾝ]")
_REACH: Final = 14
_LIKELY: Final = 0.6  # from this score on
_SENTENCE: Final = 300  # characters to each side
_ASIDE: Final = re.compile(r"[(（][^()（）\n]{1,14}[)）][ :\n|]{0,3}$")
#: Behind whose labels something may stand in brackets: 生年月日（西暦）
_WITH_ASIDE: Final = ITSELF | {"POSTAL_CODE", "BIRTH_DATE", "RESIDENT_CODE", "CORPORATE_NUMBER", "AGE"}
_POSTAL: Final = re.compile(r"〒?[ ]?[0-9]{3}-[0-9]{4}[ \n]{0,3}$")
_WITH_POSTAL: Final = frozenset({"ADDRESS", "FACILITY"})
_VALUES_TOO: Final = frozenset(
    {"FACILITY", "BANK_ACCOUNT", "BIRTH_DATE"}
)  # whose labels are values of other columns as well


def _goes_back(text: str, start: int) -> bool:
    """Whether a word in small Latin letters that goes on at a place began before it: age of message; not Phone of homePhone, nor name of user_name."""
    return start > 0 and "a" <= text[start - 1] <= "z"


class Scene:
    """One text under inspection. Made by `Inspector`, read by recognisers, thrown away; not shared by threads."""

    def __init__(self, given: str, lexicon: Lexicon) -> None:
        self.given = given
        self.lexicon = lexicon
        self.folded: Folded = fold(given)
        self.text: str = self.folded.text
        self.hits: dict[str, list[Hit]] = lexicon.find(self.text)
        if "label" in self.hits:
            text = self.text
            self.hits["label"] = [
                hit
                for hit in self.hits["label"]
                if not ("a" <= text[hit.start] <= "z" and _goes_back(text, hit.start))
            ]
        self.found: list[Candidate] = []
        self._closely: set[int] = set()
        self.taken = Taken()
        self._starts: dict[str, list[int]] = {}
        self._until: dict[str, list[int]] = {}
        self._likely: dict[str, list[int]] = {}
        self._pieces: list[Piece] | None = None
        self._ends: dict[str, list[int]] = {}
        self._labels: dict[int, Label | None] = {}

    def words(self, group: str) -> Sequence[Hit]:
        """The hits of one group of the lexicon, by their ends."""
        return self.hits.get(group, ())

    def ends(self, group: str) -> list[int]:
        """Where the hits of a group end, in order."""
        ends = self._ends.get(group)
        if ends is None:
            ends = self._ends[group] = [hit.end for hit in self.hits.get(group, ())]
        return ends

    @cached_property
    def cue_tracks(self) -> list[tuple[list[int], Sequence[Hit]]]:
        """For office, personal and generic words where they end, and the hits."""
        return [(self.ends(group), self.words(group)) for group in ("office", "personal", "generic")]

    @cached_property
    def digits(self) -> str:
        """The text with kanji numerals and misread letters in numbers written as digits; as long as `text`."""
        return as_digits(self.text)

    @cached_property
    def kinds(self) -> str:
        """For each character of `text` the letter of its kind (`scripts.kinds_of`)."""
        return kinds_of(self.text)

    @cached_property
    def has_half_width(self) -> bool:
        """Whether katakana of half width stands in the text as it was given: the hand of an old system."""
        return bool(_HALF_WIDTH.search(self.given))

    def half_width(self, place: int) -> bool:
        """Whether the character at a place was given as katakana of half width."""
        return self.has_half_width and "ｦ" <= self.given[self.folded.back(place, place + 1)[0]] <= "ﾝ"

    @cached_property
    def names(self) -> Names:
        """Where words of the lists of names stand."""
        from kijun.inspection.name_lists import name_lists

        return name_lists().find(self.text)

    @cached_property
    def tokens(self) -> Tokens:
        """The words of the sentences in which a name or a place may stand, as the dictionary cuts them."""
        from kijun.inspection.closely import reasons
        from kijun.inspection.tokens import Tokens

        marks = reasons(self, self._closely)
        places = sorted(mark for mark in marks if mark <= len(self.text))
        tokens = Tokens()
        text = self.text
        first = last = -1
        number = 0
        while number < len(places):
            start, end = self._piece(places[number] - 1, max(last, 0))
            if start == last:
                last = end
            else:
                if last > first:
                    tokens.add(text[first:last], first)
                first, last = start, end
            while number < len(places) and places[number] <= end:
                number += 1
        if last > first:
            tokens.add(text[first:last], first)
        return tokens

    def add(self, found: list[Candidate]) -> None:
        """Keep what one recogniser found, for what is looked for later."""
        self.found += found
        for type in {one.type for one in found}:
            places = sorted((one.start, one.end) for one in self.found if one.type == type)
            self._starts[type] = [start for start, _ in places]
            self._until[type] = [end for _, end in places]
            self._likely[type] = sorted(
                one.start for one in self.found if one.type == type and one.score > _LIKELY
            )

    def starts_of(self, type: str) -> list[int]:
        """Where the findings of a type begin, in order."""
        return self._starts.get(type, [])

    def ends_of(self, type: str) -> list[int]:
        """Where the findings of a type end, in the order of their beginnings."""
        return self._until.get(type, [])

    def found_within(self, type: str, start: int, end: int) -> int:
        """How many findings of a type begin in a range."""
        starts = self._starts.get(type)
        return bisect_left(starts, end) - bisect_left(starts, start) if starts else 0

    def is_likely_within(self, type: str, start: int, end: int) -> bool:
        """Whether a finding of a type that is likely one begins in a range."""
        starts = self._likely.get(type, [])
        return bisect_left(starts, end) > bisect_left(starts, start)

    def look_closely(self, places: Iterable[tuple[int, int]]) -> None:
        """Ask for the words of the sentences around some places; before `tokens` is read for the first time."""
        self._closely.update(end for _, end in places)

    @cached_property
    def runs(self) -> list[tuple[int, int]]:
        """Where figures stand, with what may stand between the figures of one value."""
        return [match.span() for match in _FIGURES.finditer(self.digits)]

    def _piece(self, place: int, least: int) -> tuple[int, int]:
        """The sentence or line around a place, from `least` on; at most some hundreds of characters."""
        start = (
            max(
                self.text.rfind("\n", least, place),
                self.text.rfind("。", least, place),
                least - 1,
                place - 200,
            )
            + 1
        )
        ends = [found for mark in "\n。" if (found := self.text.find(mark, place, place + 200)) >= 0]
        return start, min(ends) + 1 if ends else min(len(self.text), place + 200)

    @cached_property
    def line_starts(self) -> list[int]:
        """Where each line begins."""
        starts, place = [0], self.text.find("\n")
        while place >= 0:
            starts.append(place + 1)
            place = self.text.find("\n", place + 1)
        return starts

    def line(self, place: int) -> tuple[int, int]:
        """The line (without its break) around a place."""
        starts = self.line_starts
        number = bisect_right(starts, place)
        return starts[number - 1], starts[number] - 1 if number < len(starts) else len(self.text)

    def sentence(self, place: int) -> tuple[int, int]:
        """The sentence around a place: up to 。！？ or the ends of its line, at most some hundreds of characters."""
        start, end = self.line(place)
        start, end = max(start, place - _SENTENCE), min(end, place + _SENTENCE)
        for mark in "。!?！？":
            before = self.text.rfind(mark, start, place)
            start = max(start, before + 1)
            after = self.text.find(mark, place, end)
            if after >= 0:
                end = after + 1
        return start, end

    def near(self, group: str, start: int, end: int) -> list[Hit]:
        """The hits of a group that lie within a range."""
        hits = self.hits.get(group)
        if not hits:
            return []
        ends = self.ends(group)
        return [
            hit for hit in hits[bisect_right(ends, start) : bisect_right(ends, end)] if hit.start >= start
        ]

    def count(self, group: str, start: int, end: int) -> int:
        """How many hits of a group end within a range."""
        ends = self.ends(group)
        return bisect_right(ends, end) - bisect_right(ends, start) if ends else 0

    def last(self, group: str, place: int, reach: int) -> Hit | None:
        """The nearest hit of a group on the left of a place."""
        ends = self.ends(group)
        number = bisect_right(ends, place) - 1
        if number < 0 or place - ends[number] > reach:
            return None
        while (
            number and ends[number - 1] == ends[number]
        ):  # at one end the longest counts, and it comes first
            number -= 1
        return self.hits[group][number]

    def first(self, group: str, place: int, reach: int) -> Hit | None:
        """The nearest hit of a group on the right of a place."""
        hits = self.hits.get(group)
        if not hits:
            return None
        for hit in hits[bisect_right(self.ends(group), place) :]:
            if hit.start >= place:
                return hit if hit.end <= place + reach else None
        return None

    def label(self, place: int) -> Label | None:
        """What is said before a place to be there: the nearest label on the left, else the head of the column."""
        if place in self._labels:
            return self._labels[place]
        found = self._labels[place] = self._label(place)
        return found

    def _label(self, place: int) -> Label | None:
        hits = self.words("label")
        if not hits:
            return None
        last = self.text[place - 1 : place]
        aside = _ASIDE.search(self.text, max(0, place - 18), place) if last and last in ")） :\n|" else None
        if aside is not None:  # 年金番号（配偶者）1160-372845: what stands in brackets is not the label
            place_left = aside.start()
            known = self._label_before(hits, place_left)
            if known is not None and known.type in _WITH_ASIDE:
                return known
        coded = last in " \n" or self.digits[place - 1].isdigit() if last else False
        postal = _POSTAL.search(self.digits, max(0, place - 14), place) if coded else None
        if postal is not None:  # 送付先 〒761-8071 香川県…: the code is a part of what the label names
            known = self._label_before(hits, postal.start())
            if known is not None and known.type in _WITH_POSTAL:
                return known
        return self._label_before(hits, place) or self.head(place)

    def _label_before(self, hits: Sequence[Hit], place: int) -> Label | None:
        ends = self.ends("label")
        number = bisect_right(ends, place) - 1
        if number < 0 or place - ends[number] > _REACH:
            return None
        while number and ends[number - 1] == ends[number]:
            number -= 1
        hit = hits[number]
        if self.tables.rows and (hit.value in _VALUES_TOO or self.tables.ends_at_line(place)):
            begins, head = self.tables.cell(place)
            if head is not None and head.type not in GENERAL and hit.end <= begins:
                return head  # 本店 | 0482265; 山田 花子,5476877
        gap = self.text[hit.end : place]
        if "\n" in gap and self.tables.rows:
            head = self.head(place)
            if (
                head is not None
            ):  # the last head of a table stands right before the first cell below, and is not its
                return head
        if gap in _PLAIN_GAPS or _TIGHT.fullmatch(gap):
            return Label(meant(self, hits, number), 1.0)
        if "\n" in gap or "。" in gap or any(char.isdigit() for char in gap):
            return None
        return self.head(place) or Label(meant(self, hits, number), 0.6)

    def pieces(self, models: TextModels) -> list[Piece]:
        """The text as models see it, made once for all of them."""
        if self._pieces is None:
            from kijun.inspection.reading import pieces

            self._pieces = pieces(models, self.readable)
        return self._pieces

    @cached_property
    def readable(self) -> str:
        """The text with spaces for hashes and ids, as models of language read it."""
        from kijun.inspection.opaque import without_ids

        return without_ids(self.text)

    def mentions(self, type: str) -> bool:
        """Whether the text speaks of a type anywhere by one of its labels."""
        return type in self._mentioned

    @cached_property
    def _mentioned(self) -> frozenset[str]:
        return frozenset(hit.value for hit in self.words("label"))

    def head(self, place: int) -> Label | None:
        """The label in the head of the column in which a place lies, where its line is a row of a table."""
        return self.tables.head(place)

    @cached_property
    def tables(self) -> Tables:
        """The tables of the text: lines of which the first holds labels, and those below that are divided like it."""
        from kijun.inspection.tables import Tables

        return Tables(self)
