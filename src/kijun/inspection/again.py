"""Values that were found in one place and stand elsewhere as well: in another sentence, message or document of the same request."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from kijun.inspection.addresses import PREFECTURES
from kijun.inspection.model import Finding, Inspection
from kijun.inspection.name_lists import name_lists
from kijun.inspection.scripts import char_script
from kijun.inspection.vocabulary import DataType

#: How long a value must be to be somebody's wherever it stands. Of the other types the same words are often nobody's: 35歳, 糖尿病.
_LEAST: Final[dict[str, int]] = {
    DataType.PERSON: 2,
    DataType.ADDRESS: 8,
    DataType.BIRTH_DATE: 8,
    DataType.PHONE: 9,
    DataType.EMAIL: 6,
    DataType.MY_NUMBER: 12,
    DataType.RESIDENT_CODE: 11,
    DataType.PENSION_NUMBER: 10,
    DataType.DRIVER_LICENSE: 12,
    DataType.PASSPORT: 8,
    DataType.RESIDENCE_CARD: 12,
    DataType.CREDIT_CARD: 14,
    DataType.BANK_ACCOUNT: 7,
    DataType.HEALTH_INSURANCE: 8,
    DataType.LOCAL_ID: 7,
    DataType.VEHICLE_NUMBER: 8,
    DataType.SECRET: 6,
    DataType.URL_TOKEN: 12,
}
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_APART: Final = re.compile(r"\S[\s・=＝]+\S")
_FULL: Final = 4  # characters from which a name may touch other characters of its kind: 昨日鈴木一郎と
_MOST: Final = 20_000  # values that are looked for
_LONGEST_NAME: Final = 8  # characters of a name without a space whose surname is looked for
#: Surnames that are read as a prefecture where they stand alone.
_PLACES: Final = frozenset(name[:-1] for name in PREFECTURES)


def found_again(inspections: Sequence[Inspection]) -> list[Inspection]:
    """The inspections of all texts of a request, with each value that one of them found also where it stands unfound.

    A name counts where it stands as a word of its own, or is a full one. Linear in the length of the texts; an inspection to which
    nothing comes is given back as it is.
    """
    known = Known()
    for inspection in inspections:
        for one in inspection.data:
            known.add(one, one.of(inspection.text))
    return [known.found_in(inspection) for inspection in inspections]


def found_everywhere(inspection: Inspection) -> Inspection:
    """The inspection of one text, with each value also where it stands unfound: what hides it in one place hides it in all.

    Of names the full ones only: what a shorter one is elsewhere, what stands around it there has said.
    """
    telling = [one for one in inspection.data if _is_whole(one.type, one.of(inspection.text))]
    if not telling:
        return inspection
    known = Known()
    for one in telling:
        known.add(one, one.of(inspection.text))
    return known.found_in(inspection)


class Known:
    """Values that were found, to be found again in what comes later. Holds `most` at most: the first ones.

    ``surnames``: of a name in kanji the surname alone counts as well (小川 of 小川 凛), as in a text of one piece.
    """

    def __init__(self, most: int = _MOST, *, surnames: bool = False) -> None:
        self._most, self._surnames = most, surnames
        self._values: dict[str, Finding] = {}
        self._automaton: AhoCorasick | None = None
        self._order: list[str] = []

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self._values)} values>"

    def add(self, one: Finding, written: str) -> None:
        """Keep what a finding's place says, where that is somebody's wherever it stands."""
        value = _whole(written)
        if value in self._values or not _is_telling(one.type, value) or len(self._values) >= self._most:
            return
        for form in (value, *_forms(one.type, value, surname=self._surnames)):
            self._values.setdefault(form, one)
        self._automaton = None

    def found_in(self, inspection: Inspection) -> Inspection:
        """An inspection with these values where they stand unfound."""
        if not self._values:
            return inspection
        if self._automaton is None:
            self._order = list(self._values)
            self._automaton = AhoCorasick(
                self._order,
                matchkind=MatchKind.LeftmostLongest,
                implementation=Implementation.ContiguousNFA,
            )
        return _with_more(inspection, self._automaton, self._order, self._values)


def _forms(type: str, value: str, *, surname: bool) -> Iterator[str]:
    """How a name is written elsewhere: without its space, and by the surname alone where that is plainly one."""
    if type != DataType.PERSON or value.isascii():
        return
    first, *rest = value.split()
    if rest and not first[0].isascii():
        yield "".join((first, *rest))
    if not rest:
        cut = name_lists().find(value).cut(0, len(value)) if len(value) <= _LONGEST_NAME else ""
        first = value[: int(cut[1:])] if cut.startswith("S") else ""
        if 0 < len(first) < len(value):
            yield from (f"{first}{space}{value[len(first) :]}" for space in " \u3000")
    if not surname:
        return
    if len(first) > 1 and first not in _PLACES and all(char_script(char) == "kanji" for char in first):
        yield first


def _is_whole(type: str, value: str) -> bool:
    """Whether a value is all of itself: of names one with its parts. April and ローズマリー are words as well."""
    if type != DataType.PERSON:
        return len(value) >= _LEAST.get(type, len(value) + 1)
    if len(value) < _FULL:
        return False
    return bool(_APART.search(value)) or (
        len(value) <= _LONGEST_NAME and bool(name_lists().find(value).cut(0, len(value)))
    )


def _is_telling(type: str, value: str) -> bool:
    """Whether a value is somebody's wherever it stands; of names in Latin letters the short ones are words as well: Mei, Ai, Will."""
    if type == DataType.PERSON and value.isascii() and " " not in value:
        return len(value) > _FULL
    return len(value) >= _LEAST.get(type, len(value) + 1)


def _whole(text: str) -> str:
    """A text without lone surrogates, which have no UTF-8; as long as it was."""
    return _SURROGATES.sub("\ufffd", text)


def _with_more(
    inspection: Inspection, automaton: AhoCorasick, values: Sequence[str], known: dict[str, Finding]
) -> Inspection:
    text = _whole(inspection.text)
    taken = _together(inspection)
    more = [
        replace(known[values[number]], start=start, end=end)
        for number, start, end in automaton.find_matches_as_indexes(text)
        if _is_free(taken, start, end) and _stands_alone(text, start, end, known[values[number]].type)
    ]
    if not more:
        return inspection
    findings = sorted((*inspection.findings, *more), key=lambda one: (one.start, one.end, one.kind, one.type))
    return replace(inspection, findings=tuple(findings))


def _together(inspection: Inspection) -> list[tuple[int, int]]:
    """The places of data in order, those that overlap as one."""
    places: list[tuple[int, int]] = []
    for one in inspection.data:
        if places and one.start < places[-1][1]:
            places[-1] = (places[-1][0], max(places[-1][1], one.end))
        else:
            places.append((one.start, one.end))
    return places


def _is_free(taken: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether no finding lies in a place."""
    number = bisect_right(taken, (start, end))
    before = number == 0 or taken[number - 1][1] <= start
    return before and (number == len(taken) or taken[number][0] >= end)


def _stands_alone(text: str, start: int, end: int, type: str) -> bool:
    """Whether a value is no part of a longer word or number."""
    first, last = text[start], text[end - 1]
    before, after = text[start - 1 : start], text[end : end + 1]
    if type == DataType.PERSON and end - start >= _FULL and not first.isascii():
        return True
    return not (_goes_on(before, first) or _goes_on(last, after))


def _goes_on(left: str, right: str) -> bool:
    """Whether two characters are of one word: both kanji, both katakana, both letters or figures."""
    if not left or not right:
        return False
    if left.isascii() and right.isascii():
        return left.isalnum() and right.isalnum()
    kinds = {char_script(left), char_script(right)}
    return len(kinds) == 1 and kinds <= {"kanji", "kata"}
