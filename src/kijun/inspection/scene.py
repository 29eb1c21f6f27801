"""A text prepared once for all recognisers: folded, its words located, its digits readable, its lines and tables known."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from kijun.inspection.fold import Folded, fold
from kijun.inspection.taken import Taken

if TYPE_CHECKING:
    from kijun.inspection.lexicon import Lexicon
    from kijun.inspection.linear import TextModels
    from kijun.inspection.name_lists import Names
    from kijun.inspection.reading import Piece
    from kijun.inspection.tokens import Tokens


class Hit(NamedTuple):
    """A word of the lexicon at a place of the folded text; `value` is what the lexicon says of it."""

    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Candidate:
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


class Label(NamedTuple):
    """The word that says what the value after it is, and how plainly (1 = ``氏名：``, less = some words between)."""

    type: str
    strength: float


_DIVIDERS: Final = ("\u3000", ",", "\t", "|", "｜", "，", "、", ";", " / ", "/", " - ", " ")
_KANJI_DIGITS: Final = str.maketrans("〇零一二三四五六七八九ー", "00123456789-")
_SLIPS: Final = str.maketrans("OoQDIlSsBZz", "00001155822")
_KANJI_RUN: Final = re.compile(
    r"[〇零一二三四五六七八九](?:[-ー ・.の()、]{0,2}[〇零一二三四五六七八九0-9]){5,}"
)
_SLIP_RUN: Final = re.compile(r"[0-9OoIlSB](?:[- ()]{0,2}[0-9OoIlSB]){6,}(?![A-Za-z0-9_/=&@])")
_HOUSE_NUMBER: Final = re.compile(r"[0-9一二三四五六七八九十][ ]?(?:丁目|番地|番[0-9 地]|-[0-9]|番[0-9])")
_FIGURES: Final = re.compile(r"[0-9+(][-0-9+()ー.・、 の\n_]{4,120}")
_CARD_RUN: Final = re.compile(r"([A-Z]{2})([0-9OlISB]{7,8})(?=[A-Z]{2}(?![A-Za-z0-9])|(?![A-Za-z0-9]))")
_TIGHT: Final = re.compile(
    r"(?:[\s:=「『(\[<【・/|,、;\"'は#→…_*`]|です|番号|第|(?i:no)\.?|欄|が|の|を|も|:|\)|】|」|』|>|\]|-(?=\s)|(?i:wa|is)(?=[ :])){0,12}"
)
_REACH: Final = 14
_SENTENCE: Final = 300  # characters to each side
_ASIDE: Final = re.compile(r"[(（][^()（）\n]{1,14}[)）][ :]{0,2}$")
_BACK: Final = 40  # how far a word that says what 記号 or 番号 belongs to may stand
_GENERAL: Final = frozenset({"SYMBOL"})
_ITSELF: Final = frozenset(
    {
        "HEALTH_INSURANCE",
        "BANK_ACCOUNT",
        "PENSION_NUMBER",
        "DRIVER_LICENSE",
        "PASSPORT",
        "RESIDENCE_CARD",
        "MY_NUMBER",
        "CREDIT_CARD",
        "LOCAL_ID",
        "OTHER",
        "PHONE",
        "SECRET",
    }
)


class Scene:
    """One text under inspection. Made by `Inspector`, read by recognisers, thrown away; not shared by threads."""

    def __init__(self, given: str, lexicon: Lexicon) -> None:
        self.given = given
        self.folded: Folded = fold(given)
        self.text: str = self.folded.text
        self.hits: dict[str, list[Hit]] = lexicon.find(self.text)
        self.found: list[Candidate] = []
        self._closely: set[int] = set()
        self.taken = Taken()
        self._starts: dict[str, list[int]] = {}
        self._until: dict[str, list[int]] = {}
        self._cells: dict[int, list[int]] = {}
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
        text = self.text
        if _KANJI_RUN.search(text):
            text = _KANJI_RUN.sub(_kanji_to_digits, text)
        if _SLIP_RUN.search(text):
            text = _SLIP_RUN.sub(_slips_to_digits, text)
        if _CARD_RUN.search(text):
            text = _CARD_RUN.sub(_card_to_digits, text)
        return text

    @cached_property
    def names(self) -> Names:
        """Where words of the lists of names stand."""
        from kijun.inspection.name_lists import name_lists

        return name_lists().find(self.text)

    @cached_property
    def tokens(self) -> Tokens:
        """The words of the sentences in which a name or a place may stand, as the dictionary cuts them."""
        from kijun.inspection.tokens import Tokens

        marks = {*self._closely, *self.names.reasons(), *self.ends("prefecture")}
        marks.update(match.end() for match in _HOUSE_NUMBER.finditer(self.text))
        marks.update(hit.end + 1 for hit in self.words("label") if hit.value == "ADDRESS")
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
        aside = _ASIDE.search(self.text, max(0, place - 18), place)
        if aside is not None:  # 年金番号（配偶者）1160-372845: what stands in brackets is not the label
            place_left = aside.start()
            known = self._label_before(hits, place_left)
            if known is not None and known.type in _ITSELF:
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
        gap = self.text[hit.end : place]
        if _TIGHT.fullmatch(gap):
            return Label(self._meant(hits, number), 1.0)
        if "\n" in gap or "。" in gap or any(char.isdigit() for char in gap):
            return None
        return self.head(place) or Label(self._meant(hits, number), 0.6)

    def _meant(self, hits: Sequence[Hit], number: int) -> str:
        """What 記号 or 番号 alone mean: what the words before them are about."""
        hit = hits[number]
        if hit.value not in _GENERAL:
            return hit.value
        for earlier in reversed(hits[max(0, number - 12) : number]):
            if hit.start - earlier.end > _BACK:
                break
            if earlier.value in _ITSELF and "。" not in self.text[earlier.end : hit.start]:
                return earlier.value
        return "SYMBOL"

    def pieces(self, models: TextModels) -> list[Piece]:
        """The text as models see it, made once for all of them."""
        if self._pieces is None:
            from kijun.inspection.reading import pieces

            self._pieces = pieces(models, self.text)
        return self._pieces

    def mentions(self, type: str) -> bool:
        """Whether the text speaks of a type anywhere by one of its labels."""
        return type in self._mentioned

    @cached_property
    def _mentioned(self) -> frozenset[str]:
        return frozenset(hit.value for hit in self.words("label"))

    def head(self, place: int) -> Label | None:
        """The label in the head of the column in which a place lies, where its line is a row of a table."""
        if not self.tables:
            return None
        number = bisect_right(self.line_starts, place) - 1
        table = self.tables.get(number)
        if table is None:
            return None
        mark, heads = table
        cells = self._cells.get(number)
        if cells is None:
            cells = self._cells[number] = self._cell_starts(number, mark)
        if len(cells) > len(heads) + (
            mark != " "
        ):  # more cells than heads: which is below which nobody knows
            return None
        column = bisect_right(cells, place) - 1
        return heads[column] if column < len(heads) else None

    def _cell_starts(self, number: int, mark: str) -> list[int]:
        start = self.line_starts[number]
        starts = [start]
        for cell in self.row(number).split(mark)[:-1]:
            start += len(cell) + len(mark)
            starts.append(start)
        return starts

    @cached_property
    def _ruled(self) -> str:
        """The text with full-width spaces as they were, for they divide columns whose cells hold ordinary spaces."""
        return self.given if self.folded.offsets is None and "\r" not in self.given else self.text

    def row(self, number: int) -> str:
        """A line of a table as it was ruled."""
        start = self.line_starts[number]
        return self._ruled[start : self.line(start)[1]]

    @cached_property
    def tables(self) -> dict[int, tuple[str, list[Label | None]]]:
        """For each line that is a table's row: what divides its columns and what their heads say."""
        if self.text.count("\n") < 1 or not self.words("label"):
            return {}
        lines = self._ruled.split("\n")
        tables: dict[int, tuple[str, list[Label | None]]] = {}
        current: tuple[str, list[Label | None]] | None = None
        busy = self._lines_with_labels()
        for number, line in enumerate(lines):
            if current is not None and abs(line.count(current[0]) - (len(current[1]) - 1)) <= 1:
                tables[number] = current
                continue
            current = None
            if number + 1 == len(lines) or number not in busy:
                continue
            for mark in _DIVIDERS:
                if line.count(mark) >= (2 if mark in " 、/-" else 1):
                    heads = self._heads(number, line, mark)
                    if sum(head is not None for head in heads) >= 2:
                        current = (mark, heads)
                        break
        return tables

    def _lines_with_labels(self) -> set[int]:
        """The lines that hold two labels and more, as heads of tables do."""
        counts: dict[int, int] = {}
        for end in self.ends("label"):
            number = bisect_left(self.line_starts, end) - 1
            counts[number] = counts.get(number, 0) + 1
        return {number for number, count in counts.items() if count > 1}

    def _heads(self, number: int, line: str, mark: str) -> list[Label | None]:
        heads: list[Label | None] = []
        place = self.line_starts[number]
        for cell in line.split(mark):
            words = self.near("label", place, place + len(cell))
            text = cell.strip(" \u3000\"'-*:")
            # of the words that end last the longest, which comes first: 郵便番号, not 番号
            last = next((word for word in words if word.end == words[-1].end), None)
            fits = last is not None and len(text) <= last.end - last.start + 8
            heads.append(Label(last.value, 0.9) if last is not None and fits else None)
            place += len(cell) + len(mark)
        return heads


def _kanji_to_digits(found: re.Match[str]) -> str:
    return found[0].translate(_KANJI_DIGITS).replace("の", "-")


def _slips_to_digits(found: re.Match[str]) -> str:
    run = found[0]
    before = found.string[found.start() - 1 : found.start()]
    if before and ((before.isascii() and before.isalnum()) or before in "_/=&?@."):
        return run
    digits = sum(char.isdigit() for char in run)
    slips = sum(char.isalpha() for char in run)
    return run.translate(_SLIPS) if slips and digits >= slips else run


def _card_to_digits(found: re.Match[str]) -> str:
    return found[1] + found[2].translate(_SLIPS)
