"""What stands right before honorifics, titles and ages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from kijun.inspection.name_lists import GIVEN
from kijun.inspection.name_view import Place, View, ordinary_kana
from kijun.inspection.scripts import KANJI, char_script, script

_KANJI_HEAD: Final = re.compile(rf"[{KANJI}]+")
#: Before these any word in kanji or katakana may be a name, however rare.
_SURE: Final = frozenset({"様", "さま", "さん", "氏", "殿", "くん", "君", "ちゃん"})


def before_honorifics(view: View, plausible: Callable[[View, int, int], bool]) -> Iterator[Place]:
    """Words before 様, さん, 課長 …, also two with a space between; `plausible` says of a place whether the lists allow a name there."""
    text = view.text
    for group in ("honorific", "title"):
        for place, word in view.after[group].items():
            end = place
            while end and place - end < 2 and text[end - 1] in " \n":
                end -= 1
            start = _word_before(text, end)
            if start == end or _is_plain_word(text, start, end, word):
                continue
            written_plain = text[start:end] in ordinary_kana() or text[start:end] in _SURE
            sure = word in _SURE and not written_plain and (end - start > 1 or _is_name_of_one(text, start))
            kata = script(text[start:end]) == "kata"
            if kata and not sure and end - start > 2 and text[start:end] not in ordinary_kana():
                yield start, end  # バルデス委員
            written = sure and (kata or (end - start < 5 and _KANJI_HEAD.fullmatch(text, start, end)))
            if written or plausible(view, start, end):
                yield start, end
            if (
                sure
                and 1 < end - start < 6
                and script(text[start:end]) == "hira"
                and view.scene.kinds[start - 1 : start] != "h"
            ):
                yield start, end  # 、すけがわさん
            if end - start > 3 and script(text[start:end]) == "hira":  # あのひろとくん
                for length in range(2, 5):
                    if view.names.kind(end - length, end) & GIVEN:
                        yield end - length, end
            gap = start
            while gap and start - gap < 3 and text[gap - 1] in " \n・":
                gap -= 1
            first = _word_before(text, gap) if gap < start else start
            if first < gap and plausible(view, first, end):
                yield first, end


def before_ages(view: View) -> Iterator[Place]:
    """Words in katakana right before an age: キャサリン（29歳）."""
    for place in view.aged:
        start = _word_before(view.text, place)
        if place - start > 2 and script(view.text[start:place]) == "kata":
            yield start, place


def _is_plain_word(text: str, start: int, end: int, word: str) -> bool:
    """Whether what looks like an honorific ends or begins a word of the language: ことから, 多様な, 模様."""
    if word == "ら":
        return end - start < 2 or "ぁ" <= text[end - 1] <= "ん"
    return word == "様" and end - start == 1 and text[start] in "多同異仕模有各別"


def _is_name_of_one(text: str, place: int) -> bool:
    """Whether a single kanji before an honorific may be a name: 番さん, not お客さん, 皆さん, 奥さん."""
    return (
        "一" <= text[place] <= "龥"
        and text[place] not in "皆客奥嫁婿姉兄父母娘孫弟妹爺婆仏神王患親先同各両諸団旦出"
        and text[place - 1 : place] not in ("お", "ご", "御")
    )


def _word_before(text: str, end: int) -> int:
    """Where the word that ends at a place begins: kanji with kana after them, or kana of one kind; at most ten characters."""
    start = end
    while start and end - start < 6 and "ぁ" <= text[start - 1] <= "ん":
        start -= 1
    if end - start > 2:
        return start  # in hiragana
    if (
        start
        and _is_katakana(text[start - 1])
        and not (text[start - 1] in "ノヶケ" and start > 1 and char_script(text[start - 2]) == "kanji")
    ):
        if start < end:
            return start
        while start and end - start < 20 and _is_katakana(text[start - 1]):
            start -= 1
        while start < end and text[start] in "・=":  # the mark of a list
            start += 1
        return start
    while (
        start and end - start < 8 and (char_script(text[start - 1]) == "kanji" or text[start - 1] in "ノヶケ")
    ):
        start -= 1
    while start < end and text[start] in "ノヶケ":
        start += 1
    return start


def _is_katakana(char: str) -> bool:
    return "ァ" <= char <= "ヴ" or char in "ー・="
