"""How a house number is written: figures and their units one behind the other, up to the flat, and where it ends before what comes next.

A number goes on over a gap or a line only where what follows can be nothing but a part of it: 五 of 五十嵐, 090 of a telephone, 2 of the next row are none.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

SPACE: Final = r"[ ]{0,2}\n?[ ]{0,2}"
_FIGURE: Final = r"(?:[0-9OlIS]{1,5}|[〇一二三四五六七八九十百千]{1,6})"
KANJI_FIGURES: Final = "〇一二三四五六七八九十百千"
_TURN: Final = r"(?:東|西|南|北|甲|乙|丙|丁|[イロハニホヘトチリヌルヲワムウ]|[A-Z])"
_NEXT_LINE: Final = r"[ ]{0,2}\n[ ]{0,2}"
_JOINT: Final = "(?:の|ノ|之|-|ー|~(?=[0-9]))"
#: Units behind which an address goes on, and those behind which nothing is left but a flat
_OPEN: Final = "(?:丁目|丁|番町|部(?=[0-9])|条|線|地割|街区)"
_CLOSED: Final = "(?:番地|番(?=号室)|号棟|号室|号地|号|区画|棟|階(?!堂)|F|組|班)"
_UNIT: Final = rf"(?:{_OPEN}|{_JOINT}|番(?!号)|{_CLOSED})"
#: Between a figure and its unit: no gap, or one and behind it no name or word that begins like a unit: 棟方, 番場, 組合
_TO_UNIT: Final = (
    rf"(?:(?<=[0-9OlIS{KANJI_FIGURES}])(?:[ ]{{1,2}}|{_NEXT_LINE})"
    rf"(?![棟組班線条階部][一-龥々]|番[場匠組号]|丁(?!目)[一-龥]|号[外令]|F[A-Za-z])|{SPACE}(?={_JOINT}[0-9{KANJI_FIGURES}])|)"
)
_FLAT: Final = "(?:号室|号棟|号(?!線)|室|棟(?!方)|階(?!堂)|F(?![A-Za-z]))"
_ENDS: Final = r"(?=[ \t\n、。,)）」】|・]|$|[のにでへはがをと様])"
_ENDS_LINE: Final = r"(?=[ ]{0,3}(?:\n|$)|[\t、。,)）」】])"
#: Not behind a figure of an address: what counts or dates, and the rest of a telephone number or a longer one
NO_PART: Final = r"(?!\d|[年月円人名件歳才%時分個回点台万億日級]|か[月所年国]|[/:.]\d|(?<=\d\d\d)-\d{4}(?![-\d])| [1-9]\d{3}(?!\d))"
_DIGITS: Final = rf"[1-9OlIS][0-9OlIS]{{0,4}}{NO_PART}"
#: Kanji as figures, where a unit or the end of the number follows: not the 五 of 五十嵐
_KANJI: Final = (
    rf"[{KANJI_FIGURES}]{{1,6}}+(?=丁目|丁|番|号|地割|街区|[棟組班線条F]|階(?!堂)|室|[-ーのノ之~][0-9{KANJI_FIGURES}]"
    r"|[^一-龥々ァ-ヴぁ-んー]|$|[のにでへはがをと])"
)
_KANJI_FLAT: Final = rf"[{KANJI_FIGURES}]{{1,6}}+(?={_FLAT}|[^一-龥々ァ-ヴぁ-んー]|$|[にでへはがを]|在住|の(?![{KANJI_FIGURES}]))"
_FLAT_FIGURE: Final = "(?=[OlIS]{0,3}[0-9])[1-9OlIS][0-9OlIS]"
#: A flat apart from its house number, in its line or on the next: 5号 302, 5号 A-101
_FLAT_APART: Final = (
    rf"(?:[{KANJI_FIGURES}]{{1,4}}+(?={_FLAT})|[A-Z]?-?{_FLAT_FIGURE}{{0,3}}(?={_FLAT})"
    rf"|{_FLAT_FIGURE}{{2,3}}{NO_PART}{_ENDS}|[A-Z]-?[0-9]{{1,4}}{_ENDS}|[1-9][0-9]?(?=-[1-9][0-9]{{2,3}}(?![-0-9]){_ENDS}))"
)
_FLAT_BELOW: Final = (
    rf"(?:[{KANJI_FIGURES}]{{1,4}}+(?={_FLAT})|[A-Z]?-?{_FLAT_FIGURE}{{0,3}}(?={_FLAT})"
    rf"|{_FLAT_FIGURE}{{2,3}}{NO_PART}{_ENDS}(?![ ]{{1,2}}[年月円人名件歳才%時分個回世])|[A-Z]-?[0-9]{{1,4}}{_ENDS_LINE}|[1-9][0-9]?(?=-[1-9][0-9]{{2,3}}{_ENDS_LINE}))"
)
_STEP: Final = (
    rf"{_TO_UNIT}(?:"
    rf"{_JOINT}(?:{_TURN}?(?:[0-9OlIS]{{1,5}}|{_KANJI})|(?:[ ]{{1,2}}|{_NEXT_LINE}){_TURN}?[ ]?(?:{_DIGITS}|{_KANJI}))?"
    rf"|{_OPEN}(?:{_TURN}?(?:[0-9OlIS]{{1,5}}|{_KANJI})|[ ]{{1,2}}{_TURN}?[ ]?(?:{_DIGITS}|{_KANJI})"
    rf"|{_NEXT_LINE}{_TURN}?[ ]?(?:{_DIGITS}(?![ ]{{1,2}}(?!{_UNIT}))|{_KANJI}))?"
    rf"|番(?!号|地|町)(?:{_TURN}?(?:[0-9OlIS]{{1,5}}|{_KANJI})|[ ]{{1,2}}(?:{_FLAT_APART}|[1-9][0-9]{{0,2}}{NO_PART}(?=[ ]?号|-|{_ENDS})|{_KANJI})"
    rf"|{_NEXT_LINE}(?:{_FLAT_BELOW}|[1-9][0-9]{{0,2}}{NO_PART}(?=[ ]?号|-[0-9]|{_ENDS_LINE})|{_KANJI}))?"
    rf"|番地{_NEXT_LINE}[1-9][0-9]{{0,2}}{NO_PART}{_ENDS_LINE}"
    rf"|{_CLOSED}(?:{_TURN}?(?:[0-9OlIS]{{1,5}}|{_KANJI_FLAT})|[ ]{{1,2}}{_FLAT_APART}|{_NEXT_LINE}{_FLAT_BELOW})?"
    r")"
)
#: 3-4-5 302, where two hyphens and more have told that nothing but the flat is left
_FLAT_OF_HYPHENS: Final = rf"(?:(?:(?<=-[0-9]-[0-9])|(?<=-[0-9][0-9]-[0-9])|(?<=-[0-9]-[0-9][0-9])|(?<=-[0-9][0-9]-[0-9][0-9]))[ ]{{1,2}}{_FLAT_APART}(?:{_STEP}){{0,2}})?"
_NUMBER: Final = rf"{_TURN}?[ ]?{_FIGURE}(?:{_STEP}){{0,8}}{_FLAT_OF_HYPHENS}(?:(?<=[番条線])(?:[東西南北]{SPACE}){_FIGURE}(?:{_UNIT}{_FIGURE}?){{0,3}})?"
HOUSE_NUMBER: Final = re.compile(_NUMBER)

#: A whole number of figures that stand one by one: 5 - 1 8 - 3
ONE_BY_ONE: Final = re.compile(
    rf"{_TURN}?[ ]?[1-9](?: [0-9]){{0,3}}(?: - [0-9](?: [0-9]){{0,3}}){{1,4}}(?! ?[0-9])(?![ ]?-){NO_PART}"
)

TOWN_CHAR: Final = re.compile(r"[一-龥々ヶケヵノツのァ-ヴーぁ-ゑん〇]")  # without を, which no town has
#: Behind a figure that counts or dates, and is no house number (2701番地の3から is one)
_COUNTER: Final = re.compile("[年月円人名件歳才%時分個回点台万億日級]|か[月所年国]")
#: A house number as it is said: 二百八の三, 千二十二の 四
_SAID: Final = re.compile(f"[{KANJI_FIGURES}]{{1,6}}[のノ之][ ]?[{KANJI_FIGURES}]")
_PLAINLY: Final = re.compile("丁目|番地|[0-9]号|[-ー][0-9]+[-ー]")  # a house number whatever follows
#: Figures that go on, as no house number does: 3,410, 1.5 (not the next cell of a row: 8-2,089-911-1819)
_MORE_FIGURES: Final = re.compile(r"\.[0-9]|,[0-9]{3}(?![-0-9])")
#: 同 and what is the same as in the address before: 同字1475番, 同所12番地, 同町3丁目4番, 同字西谷88番
_SAME: Final = re.compile(
    "同(?:大?字(?:[一-龥々ヶケノ]{1,6}?)?|所|地|町|番地の|[市町村]大字[一-龥々ヶケノ]{1,6}?)(?=[0-9第一二三四五六七八九])"
)
_PARCEL_UNIT: Final = re.compile("番(?!目|手|窓)|丁目|[0-9](?:-|の)[0-9]")
REACH: Final = 200
"""Characters before an address in which the item or the address before may stand."""


#: No house number begins with a nought and has three parts.
_TELEPHONE: Final = re.compile(r"0[0-9]{1,4}[-ー][0-9]{1,4}[-ー][0-9]{3,4}")


def is_house_number(text: str, number: re.Match[str]) -> bool:
    """Whether a match is a house number: figures, and where they are kanji, with a unit or more than one."""
    written = number[0]
    if written[0] in "OlIS" and not any(char.isdigit() for char in written):
        return False
    if any(char.isdigit() for char in written):
        if _TELEPHONE.match(written.lstrip()):
            return False  # 南町 外山清 0465-27-1180: a list of people
        if _MORE_FIGURES.match(text, number.end()):
            return False
        if written.endswith("号線"):
            return False  # 市道12号線
        joint = written[-1] in "のノ之"  # 1234番5の分筆
        return joint or bool(_PLAINLY.search(written)) or not _COUNTER.match(text, number.end())
    return (
        len(written) >= 3
        and (
            any(unit in written for unit in ("丁目", "番", "号", "番地", "条", "-"))
            or _SAID.match(written) is not None
        )
    ) or (
        len(written) >= 2
        and all(char in "〇一二三四五六七八九十百千" for char in written)
        and not TOWN_CHAR.match(text[number.end() : number.end() + 1] or " ")
    )


def trimmed(text: str, number: re.Match[str]) -> int:
    """The end without a unit that hangs on (``の`` before a word, a line break, a space)."""
    end = number.end()
    while end > number.start() and text[end - 1] in "のノ之-ー \n~組班":
        end -= 1
    return end


def continued(text: str, addresses: Sequence[int]) -> Iterator[tuple[int, int]]:
    """House numbers that go on from a full address before them: …那比字宮ノ洞1473番2、隣接地同字1475番.

    `addresses` are the places at which the addresses of the text end, in order.
    """
    if not addresses or "同" not in text:
        return
    for match in _SAME.finditer(text, addresses[0]):
        before = addresses[bisect_left(addresses, match.start() + 1) - 1]
        number = HOUSE_NUMBER.match(text, match.end())
        if number is None or match.start() - before > REACH:
            continue
        if is_house_number(text, number) and _PARCEL_UNIT.search(text, number.start(), number.end() + 1):
            yield match.start(), trimmed(text, number)


def is_continued(text: str, start: int, place: int) -> bool:
    """Whether the words from a place to a house number end with 同字 and the like, which begin an address of their own."""
    return "同" in text[start:place] and any(
        match.end() == place for match in _SAME.finditer(text, start, place + 1)
    )
