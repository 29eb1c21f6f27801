"""Names that the dictionary takes for other words, and that stand alone: 馬場が説明, 出：筒井、筧, 本名は「たかなし」."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from kijun.inspection.name_lists import GIVEN, PLACE_KEY, REASON, SURNAME
from kijun.inspection.name_view import Place, View
from kijun.inspection.scripts import KANJI

_QUOTED: Final = re.compile(r"「([ぁ-ん]{2,6}|[ァ-ヴー]{2,8})」")
#: What is read in brackets behind a word: 蒼空（そら）, 竹永 儀助（たけなが ぎすけ）.
_READING: Final = re.compile(
    rf"\((?<=[{KANJI}んま]\()([ぁ-んー]{{2,8}}(?: [ぁ-んー]{{2,8}})?|[ァ-ヴー]{{2,8}}(?: [ァ-ヴー]{{2,8}})?)(?=[)、])"
)
_KATAKANA: Final = re.compile(r"k(?<!kk)k{1,9}(?!k)")
#: Who speaks in a chat, as people call themselves there: nao: はい, <mori> 例の件
_CHAT: Final = re.compile(r"[<\[@]?([a-z]{3,12})(?=[>\]]? ?:|> )")


def standing_alone(view: View) -> Iterator[Place]:
    """Words of the lists of names between which and the words beside them the writing changes."""
    kinds, text = view.scene.kinds, view.text
    for key, kind in view.names.found.items():
        if kind & (REASON | GIVEN):
            start, end = key // PLACE_KEY, key // PLACE_KEY + key % PLACE_KEY
            if (
                kinds[start] == kinds[end - 1] == "j"
                and (start == 0 or kinds[start - 1] not in "jk")
                and kinds[end : end + 1] != "j"
            ):
                yield start, end
    for match in _QUOTED.finditer(text) if "「" in text else ():
        if view.names.kind(*match.span(1)) & (SURNAME | GIVEN):
            yield match.span(1)
    for match in _KATAKANA.finditer(kinds) if view.scene.has_half_width else ():
        if view.scene.half_width(match.start()) and (
            view.names.kind(*match.span()) & (SURNAME | GIVEN) or view.names.cut(*match.span())
        ):
            yield match.span()
    for start in view.scene.line_starts:
        named = _CHAT.match(text, start)
        if named and view.lists.is_romaji(named[1]):
            yield named.span(1)


def readings(view: View, found: Iterable[Place]) -> Iterator[Place]:
    """What stands in brackets behind a place where a name may stand, written as it is read."""
    ends = {end for _, end in found}
    for match in _READING.finditer(view.text):
        if match.start() in ends:
            yield match.span(1)
