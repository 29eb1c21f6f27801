"""Surnames side by side or one below the other: 山田・田中・中村の3名, 鈴木/佐藤/伊藤 出席.

Surnames are towns and firms as well, so that a row is one of persons where a word beside it says so, or where most of it
is hardly anything but surnames.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kijun.inspection.name_lists import COMMON, SURNAME
from kijun.inspection.name_view import Place, View, towns
from kijun.inspection.scripts import KANJI
from kijun.inspection.tokens import is_plain_noun

_MARKS: Final = frozenset("・/&、,と")
_NEXT: Final = re.compile(rf" ?([・/&、,と]) ?([{KANJI}]{{1,8}})")
#: What says behind a row that it is one of persons, whatever the words are.
_PERSONS: Final = re.compile(
    r" ?\((?:欠席?|出席?|不在|休み?|休暇|年休|代理|遅刻|早退|同席|新任|退職|異動)\)|両名|両氏|両(?:主[任事査幹]|委員|職員|係長|課長)|(?: ?の)? ?[2-9二三四五六七八九](?:名|人|氏)|の?(?:二人|ふたり|両人|三人)|(?:さん|様|さま|氏|くん|君|ちゃん)(?!式)|(?:課長|係長|主任|主事|主査|委員|議員|先生|教諭|巡査)(?:ら|が|は|に|から|の|、|。|$|\n)"
)
#: What persons do, and towns and firms sometimes do too.
_DONE: Final = re.compile(
    r" ?(?:欠席|出席|不在)(?:$|[\n。、)])|ペア|コンビ|[がは](?:欠席|出席|対応|担当|休[みむん暇]|不在|同席|訪問|来庁|説明|遅刻|早退|退職|異動|出張|年休|有休)|で(?:対応|担当|訪問|分担|面談|回[るり])|に(?:依頼|確認を|引き?継)|から(?:引き?継|申し送)"
)
#: Behind a row these make its words places or firms.
_PLACES: Final = re.compile(
    r"の?(?:各|両|計)?[0-9二三四五六七八九]?(?:地区|地内|地域|集落|方面|市|県|町|村|区|駅|線|校|小学|中学|店|社|川|橋|路線|区間|境|交差点|団地|間|沿線|ライン|バス|団体|組合|自治会|町内会|字|球場|工場|支店|支所|企業|グループ|工区|山|岳)"
)
#: Near a row these make it one of names as such, or of districts.
_OF_NAMES: Final = re.compile(
    r"苗字|名字|姓|字体|異体|外字|文字|漢字|地名|地区|ブロック|集落|行政区|町内|[大小]字|収集|沿線|路線|メーカー|車|銘柄|駅|校区|多い"
)
_HEAD: Final = re.compile(
    r"(?:出席|欠席|参加|当番|名簿|メンバー|委員|班員|担当|職員|氏名|不在|休暇)[^\n。]{0,4}$"
)
_ON_DUTY: Final = re.compile(
    r"(?:当番|日直|宿直|夜勤|日勤|担当者?|欠席者?|出席者?|参加者?|メンバー|班員|休み|不在者?)(?:は|が|: ?| ?\()$"
)
_BULLET: Final = re.compile(r"(?:\A|\n)(?:[・●○■□*-] ?|[0-9]{1,2}[.)] ?)?$")


def rows(view: View) -> Iterator[Place]:
    """Each surname of each row."""
    beside: list[Place] = []
    below: list[Place] = []
    text = view.text
    for start, end in view.common:
        if end - start < 2:
            continue
        after = text[end : end + 1]
        if after in _MARKS or (after == " " and text[end + 1 : end + 2] in _MARKS):
            beside.append((start, end))
        if (not after or after == "\n") and text[start - 1 : start] in ("", "\n", *"・●○■□*- .)"):
            below.append((start, end))
    if beside:
        yield from _beside(view, beside)
    if len(below) > 1:
        yield from _below(view, below)


def _beside(view: View, firsts: list[Place]) -> Iterator[Place]:
    done = -1
    for first in sorted(firsts, key=lambda place: (place[0], -place[1])):
        if first[0] < done:
            continue
        start = first[0]
        if (
            start
            and view.scene.kinds[start - 1] in "jk"
            and start not in view.ahead
            and not _labelled(view, start)
        ):
            continue
        row, marks, behind = _row(view, first)
        done = row[-1][1]
        if len(row) > 1 and _is_of_persons(view, row, marks, behind):
            yield from row


def _row(view: View, first: Place) -> tuple[list[Place], set[str], int]:
    """The surnames from the first on, what divides them, and where what stands behind them begins; -1 where a word goes on."""
    text, kind = view.text, view.names.kind
    row = [first]
    marks: set[str] = set()
    match = _NEXT.match(text, first[1])
    while match:
        start, end = match.span(2)
        if not kind(start, end) & SURNAME or (end - start == 1 and not kind(start, end) & COMMON):
            for length in (3, 2):
                last = start + length
                if (
                    last < end
                    and kind(start, last) & COMMON
                    and (_PERSONS.match(text, last) or _DONE.match(text, last))
                ):
                    return [*row, (start, last)], marks | {match[1]}, last
            return row, marks, -1
        row.append((start, end))
        marks.add(match[1])
        match = _NEXT.match(text, end)
    end = row[-1][1]
    goes_on = view.scene.kinds[end : end + 1] == "k" and not _DONE.match(text, end)
    return row, marks, -1 if goes_on else end


def _is_of_persons(view: View, row: list[Place], marks: set[str], behind: int) -> bool:
    text = view.text
    words = [text[start:end] for start, end in row]
    clear = sum(_is_clear(view, place) for place in row)
    start = row[0][0]
    labelled = _labelled(view, start)
    if labelled and behind >= 0:
        return clear > 0 or any(word not in view.prefectures for word in words)
    if behind < 0 or _PLACES.match(text, behind):
        return False
    if _PERSONS.match(text, behind):
        return clear > 0 or any(word not in view.prefectures for word in words) or text[behind] in "さ様氏両"
    if _DONE.match(text, behind):
        return clear > 0
    if text[start - 1 : start] in _MARKS and start > 1 and view.scene.kinds[start - 2] in "jk":
        return False  # 本町・山田・田中
    if marks & {"と", "、", ","} or _OF_NAMES.search(text, max(0, start - 60), behind + 60):
        return False
    if text[behind : behind + 1] in ("・", "/", "&"):
        return False
    return clear > 1 and clear * 2 > len(row)


def _is_clear(view: View, place: Place) -> bool:
    """Whether a surname is hardly anything else: no town, no word of the language."""
    start, end = place
    word = view.text[start:end]
    return (
        end - start > 1
        and bool(view.names.kind(start, end) & COMMON)
        and word not in view.prefectures
        and word not in towns()
        and not is_plain_noun(word)
    )


def _labelled(view: View, start: int) -> bool:
    """Whether a label or a word for those on duty stands right before a row."""
    if _ON_DUTY.search(view.text, max(0, start - 8), start):
        return True
    label = view.scene.label(start)
    return label is not None and label.type == "PERSON" and label.strength > 0.8


def _below(view: View, lines: list[Place]) -> Iterator[Place]:
    """Lines that are a surname each: two below a head that names persons, three of which most are hardly anything else."""
    text = view.text
    column: list[Place] = []
    for place in sorted(lines):
        if not _BULLET.search(text, max(0, place[0] - 5), place[0]):
            continue
        if column and "\n" in text[column[-1][1] + 1 : place[0]]:
            yield from _column(view, column)
            column = []
        if column and place[0] - column[-1][1] > 5:
            yield from _column(view, column)
            column = []
        column.append(place)
    yield from _column(view, column)


def _column(view: View, column: list[Place]) -> Iterator[Place]:
    if len(column) < 2:
        return
    clear = sum(_is_clear(view, place) for place in column)
    start = view.scene.line(column[0][0])[0]
    headed = bool(_HEAD.search(view.text, max(0, start - 16), max(0, start - 1)))
    if (headed and clear) or (len(column) > 2 and clear > 2 and clear * 3 >= len(column) * 2):
        yield from column
