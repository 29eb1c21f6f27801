"""Which sentences are worth cutting into words: those in which a name, a house number or a town may stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kijun.inspection.scene import Scene

_HOUSE_NUMBER: Final = re.compile(
    r"[0-9一二三四五六七八九十][ ]?(?:丁目|番地|番[0-9 地]|条(?![約例件文])|[-の][0-9])"
)
_YEAR: Final = re.compile("(?:19|20)[0-9]{2}")
#: What follows a label of one character where it is one: 住: …, not 住民.
_MARK: Final = re.compile(r"[ んみ:=\n」)】(\"'*|,>\t〒]")


def reasons(scene: Scene, asked: Iterable[int]) -> set[int]:
    """Places behind each of which a sentence is worth it, with those that were asked for."""
    marks = {*asked, *scene.names.reasons(), *scene.ends("prefecture")}
    marks.update(_house_numbers(scene.text))
    marks.update(hit.start + 1 for hit in scene.words("town") if _is_town(scene, hit.start))
    marks.update(
        hit.end + 1
        for hit in scene.words("label")
        if hit.value == "ADDRESS" and (hit.end - hit.start > 1 or _MARK.match(scene.text, hit.end))
    )
    return marks


def _is_town(scene: Scene, place: int) -> bool:
    """Whether 市, 区, 町 or 村 at a place ends a name, and not 市町村 or 本市."""
    return (
        scene.kinds[place - 1 : place] == "j"
        and scene.text[place - 1] not in "市区町村郡都道府県本当同各全他"
    )


def _house_numbers(text: str) -> Iterator[int]:
    """Where house numbers may end, as a reason to look at their sentence closely: not telephones, not days."""
    for match in _HOUSE_NUMBER.finditer(text):
        if match[0][-2] in "-の" or match[0][-1] == "条":
            first = match.start()
            while first and text[first - 1].isdigit():
                first -= 1
            figures = text[first : match.start() + 1]
            before = text[first - 1 : first]
            if figures[0] == "0" or (before and before in "-.(/第") or _YEAR.fullmatch(figures):
                continue
        yield match.end()
