"""Addresses that are a town without a number: 青空市東山在住, 住所は川口市芝富士; where they end, and what says that somebody lives there."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

from kijun.inspection.scene import Scene
from kijun.inspection.tokens import PLACE

#: Behind a municipality: 大字 and its name, or a town of which it is said that somebody lives there
_SECTION_NAME: Final = re.compile(r"(?:大字|字)[一-龥々ヶケノ]{1,6}")
_LIVES: Final = re.compile(
    r"[一-龥々ヶケノァ-ヴー]{1,8}(?=在住|に(?:お)?住|に居住|から転入|から転居|へ転居|に転居|へ転出)"
)
_LIVED_IN: Final = re.compile(r"に?在住|に(?:お)?住|に居住")
_HOME: Final = re.compile("(?:[現新旧]住所|住所|住まい|自宅|実家|本籍地?|居所|転居先)(?:は|が|: ?)$")
#: Before that word it is not somebody's: 店の住所は, 会場の住所は
_ELSEWHERE: Final = re.compile(
    "(?:[店庁署館園校院社]|会場|施設|[事業務]所|窓口|先|法人|団体|組合|局|センター|クリニック|ホテル)の?(?:[現新旧]住所|住所|居所)(?:は|が|: ?)$"
)
_AND_NO_MORE: Final = re.compile("(?:です|でした|だ(?!け)|になりました|に変わりました)")
#: The rest of a town up to where the clause ends, behind 住所は and a municipality
_TOWN: Final = re.compile(r"[一-龥々ヶケノァ-ヴー]{1,8}(?=[、。,)\n]|$)")
_CLAUSE_ENDS: Final = re.compile(r"[、。,)\n]|\Z")
#: A town within a city; 立山町 within a county is a municipality
_WITHIN: Final = re.compile(r"[市区][^市区郡]{1,10}$")


def told_of_town(scene: Scene, start: int, place: int, end: int) -> str:
    """What says of a town without a number, whose municipality ends at `place`, that it is an address: that somebody lives there, or 大字."""
    text = scene.digits
    if _LIVED_IN.match(text, end):
        return "lives"
    within = _is_home(scene, start) and (end > place or _WITHIN.search(text, start, end) is not None)
    if within and _CLAUSE_ENDS.match(text, end):
        return "lives"  # 住所は川口市芝富士、
    label = scene.label(start) if _AND_NO_MORE.match(text, end) else None
    if (
        label is not None
        and label.type == "ADDRESS"
        and label.strength > 0.8
        and _HOME.search(text, max(0, start - 10), start)
    ):
        return "lives"  # 現住所は…です
    return "section" if _SECTION_NAME.search(text, start, end) else "no"


def town_end(scene: Scene, start: int, place: int) -> int:
    """The end of a town name without a number: where the place names end, as the dictionary sees it."""
    tokens = scene.tokens
    end = start
    for number in range(bisect_left(tokens.starts, start), len(tokens)):
        begins = tokens.starts[number]
        if tokens.kinds[number] == PLACE and begins - end <= 2 and scene.text[end:begins].strip(" \n") == "":
            end = tokens.ends[number]
        elif begins < place:
            end = max(end, min(tokens.ends[number], place))
        else:
            break
    end = max(end, start, place)
    section = _SECTION_NAME.match(scene.text, end) or _LIVES.match(scene.text, end)
    if section is None and place > start and _is_home(scene, start):
        section = _TOWN.match(scene.text, end)
    return section.end() if section and end > start else end


def _is_home(scene: Scene, start: int) -> bool:
    """Whether 住所は or the like stands right before a place, and not an office's."""
    text = scene.digits
    return (
        _HOME.search(text, max(0, start - 10), start) is not None
        and _ELSEWHERE.search(text, max(0, start - 16), start) is None
    )
