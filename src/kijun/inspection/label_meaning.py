"""What 記号 and 番号 alone mean: the number of what is spoken of, or of some other thing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kijun.inspection.scene import Hit, Scene

#: The labels that say that a value is a number or a symbol, and not of what.
GENERAL: Final = frozenset({"SYMBOL"})
#: The labels that say of what kind a number is.
ITSELF: Final = frozenset(
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
_SYMBOL_WORDS: Final = frozenset({"記号", "きごう", "キゴウ", "kigou", "kigo", "symbol"})
#: The 記号 of a postal savings account: five figures, the first 1 and the last 0.
_POSTAL_SYMBOL: Final = re.compile(r"[ :はが|]{0,3}1[0-9]{3}0(?![0-9-])")
_POSTAL_BOTH: Final = re.compile(r"[ :はが|]{0,3}1[0-9]{3}0 ?- ?[0-9]{6,8}(?![0-9-])")
#: A 記号 with a 番号 of eight figures that ends in 1: nothing but postal savings has them
_POSTAL_FULL: Final = re.compile(r"(?:記号)?・?(?:番号)?[ :はが|]{0,3}1[0-9]{3}0 ?- ?[0-9]{7}1(?![0-9-])")
_PAIRED: Final = 16  # how far 番号 may stand from 記号
_BACK: Final = 40  # how far a word that says what 記号 or 番号 belongs to may stand
#: Before 番号 these do not make it the number of some other thing: 新番号, 同番号, 上記番号; figures that end there: 記号が二二〇一番号が…
#: The number behind a symbol in English, which is no label: symbol 2207, number 118
_AND_NUMBER: Final = re.compile(r"(?i)[ :]{0,2}[^\s,]{1,12},? (?:and )?(?:the )?(?:number|no)\b")
_WHICH: Final = frozenset("新旧現同正記該〇零一二三四五六七八九")


def meant(scene: Scene, hits: Sequence[Hit], number: int) -> str:
    """The type of a label; that of 記号 and 番号 alone by the words before them."""
    hit = hits[number]
    if hit.value not in GENERAL:
        postal = scene.text.startswith("記号", hit.start) and (
            (not scene.words("insured") and _POSTAL_FULL.match(scene.digits, hit.end))
            or (scene.words("postal-savings") and _POSTAL_BOTH.match(scene.digits, hit.end))
        )
        return "BANK_ACCOUNT" if postal else hit.value
    if _is_of_something(scene, hits, number):
        return "OTHER"
    insured = scene.last("insured", hit.start, _BACK)
    for place in range(number - 1, max(-1, number - 13), -1):
        earlier = hits[place]
        if place and hits[place - 1].end == earlier.end:  # 証番号 of 暗証番号
            continue
        if hit.start - earlier.end > _BACK or (insured and insured.end > earlier.end):
            break
        if earlier.value in ITSELF and "。" not in scene.text[earlier.end : hit.start]:
            return earlier.value
    if scene.words("insured") and not scene.words("postal-savings") and _is_paired(scene, hits, number):
        return "HEALTH_INSURANCE"
    pair = (hit, *hits[max(0, number - 3) : number])
    if any(
        _POSTAL_SYMBOL.match(scene.digits, other.end)
        for other in pair
        if scene.text[other.start : other.end] in _SYMBOL_WORDS
    ):
        return "BANK_ACCOUNT"
    return "SYMBOL"


def _is_of_something(scene: Scene, hits: Sequence[Hit], number: int) -> bool:
    """Whether 番号 ends a longer word that no list holds, so that its number is some other thing's: 様式番号, 検査番号."""
    hit = hits[number]
    if scene.text[hit.start : hit.end] != "番号" or not hit.start:
        return False
    before = hit.start - 1
    return (
        scene.kinds[before] in "jk"
        and scene.text[before] not in _WHICH
        and not any(other.end == hit.start for other in hits[max(0, number - 4) : number])
        and not any(other.end == hit.start for other in scene.near("insured", before - 8, hit.start))
    )


def _is_paired(scene: Scene, hits: Sequence[Hit], number: int) -> bool:
    """Whether 記号 or 番号 stands beside the other: 記号 浜11 番号 0482265."""
    hit = hits[number]
    symbol = scene.text[hit.start : hit.end] in _SYMBOL_WORDS
    if symbol and scene.text[hit.start].isascii() and _AND_NUMBER.match(scene.text, hit.end):
        return True
    beside = hits[number + 1 : number + 4] if symbol else hits[max(0, number - 3) : number]
    return any(
        other.value in GENERAL
        and (scene.text[other.start : other.end] in _SYMBOL_WORDS) != symbol
        and max(other.start - hit.end, hit.start - other.end) <= _PAIRED
        for other in beside
    )
