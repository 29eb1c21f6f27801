"""Rolls of names with how they are read: 小鳥遊 湊　たかなし みなと, whatever the names are.

No list knows the names that parents invent. But two words in kanji with two words in kana behind them, line below line, are a roll where
some of them are surnames and given names to the lists, as written or as read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kijun.inspection.name_lists import ABROAD, GIVEN, SURNAME, katakana
from kijun.inspection.name_view import Place, View, elderly, ordinary_kana
from kijun.inspection.scripts import KANJI

_READ: Final = r"([ぁ-んー]{1,7}) ([ぁ-んー]{1,6})|([ァ-ヴー]{1,8}) ([ァ-ヴー]{1,7})"
#: A name in kanji or katakana and behind a gap, a comma or a bracket how it is read.
_ROW: Final = re.compile(
    rf"(?<![{KANJI}ァ-ヴー])(?:([{KANJI}]{{1,5}}) ([{KANJI}]{{1,3}}[ぁ-ん]{{0,2}})|([{KANJI}]{{3,7}})|([ァ-ヴー]{{2,9}}) ([ァ-ヴー]{{2,9}}))"
    rf"(?: ?[,\t|:/] ?| {{1,3}}| ?\()(?:{_READ})(?![ぁ-んァ-ヴー{KANJI}])"
)
#: How names are read, a line each.
_BULLET: Final = r"(?:\A|(?<=\n))(?:[・●○*-] ?|[0-9]{1,2}[.):]? ?)?"
_LINES: Final = (
    re.compile(rf"{_BULLET}(?:([ぁ-んー]{{2,7}}) ([ぁ-んー]{{2,6}}))(?= ?(?:\n|\Z))"),
    re.compile(rf"{_BULLET}(?:([ァ-ヴー]{{2,8}}) ([ァ-ヴー]{{2,7}}))(?= ?(?:\n|\Z))"),
)
#: Two words in kana, as kinds of characters: one of these stands in every roll.
_TWO_OF_KANA: Final = ("h h", "k k", "k h")
#: What the second word of a place or of a thing may be.
_OF_PLACES: Final = frozenset("町村市区郡県台丘下上中通条駅橋川山浜島校園館所店会線")
#: What a roll of people is headed by
_OF_PEOPLE: Final = re.compile(
    r"(?:名簿|出席|参加|受付|会員|利用者|入所者|対象者|児童|園児|氏名)[^\n]{0,16}\n[^\n]{0,6}\Z"
)
_OF_OTHERS: Final = re.compile(
    r"(?:地名|町名|駅名|校名|施設名|商品名|学名|和名|漢字の読み|熟語|難読|単語)[^\n]{0,20}\n"
)


def rolls(view: View) -> Iterator[Place]:
    """Each name and each reading of a roll."""
    text, kinds = view.text, view.scene.kinds
    if not any(two in kinds for two in _TWO_OF_KANA):
        return
    rows = [(match, *_evidence(view, match)) for match in _ROW.finditer(text)]
    rows = [row for row in rows if row[1] >= 0]
    sure = sum(strong for _, _, strong in rows)
    if sure and sure * 3 >= len(rows) and not _OF_OTHERS.search(text):
        for match, hints, strong in rows:
            if strong or hints or len(rows) > 1:
                yield match.start(), _end_of_name(match)
                yield _start_of_reading(match), match.end()
    for pattern in _LINES:
        yield from _of_readings(view, list(pattern.finditer(text)))


def _of_readings(view: View, lines: list[re.Match[str]]) -> Iterator[Place]:
    """The lines of a roll that holds nothing but how names are read: half of them are names to the lists, or the roll says that it is one of
    people and the lists know a part of each."""
    if len(lines) < 2 or _OF_OTHERS.search(view.text):
        return
    parts = [
        bool(view.names.kind(*line.span(1)) & SURNAME)
        + bool(view.names.kind(*line.span(2)) & GIVEN or line[2] in elderly())
        for line in lines
    ]
    both = parts.count(2)
    headed = both and 0 not in parts and _OF_PEOPLE.search(view.text, 0, lines[0].start(1))
    if not headed and (both < 2 or both * 2 < len(lines)):
        return
    for line in lines:
        if line[1] not in ordinary_kana() and line[2] not in ordinary_kana():
            yield line.start(1), line.end(2)


def _end_of_name(match: re.Match[str]) -> int:
    return max(match.end(2), match.end(3), match.end(5))


def _start_of_reading(match: re.Match[str]) -> int:
    return max(match.start(6), match.start(8))


def _evidence(view: View, match: re.Match[str]) -> tuple[int, bool]:
    """How many parts of a row the lists know, and whether that is a surname and a given name; -1 where it cannot be a row."""
    text, kind = view.text, view.names.kind
    if any(
        match.end(part) - match.start(part) > 1 and view.in_no_name(*match.span(part)) for part in range(1, 6)
    ):
        return -1, False  # 氏名 ナガオ ユウキ
    surname_read, given_read = (6, 7) if match[6] else (8, 9)
    surname = kind(*match.span(surname_read)) & SURNAME
    given = kind(*match.span(given_read)) & GIVEN
    if match[4]:  # in katakana, and read alike
        if katakana(match[surname_read]) != match[4] or katakana(match[given_read]) != match[5]:
            return -1, False
        surname |= kind(*match.span(4)) & (SURNAME | ABROAD)
        given |= kind(*match.span(5)) & (GIVEN | ABROAD)
    elif match[3]:  # without a space
        if not view.names.cut(*match.span(3)):
            return -1, False
    else:
        if match[2] in _OF_PLACES:
            return -1, False
        if text[match.end(1) - 1] in "市区町村県" and match.end(1) - match.start(1) > 2 and not surname:
            return -1, False
        surname |= kind(*match.span(1)) & SURNAME
        given |= GIVEN if view.names.is_given(*match.span(2)) else 0
    return bool(surname) + bool(given), bool(surname and given)
