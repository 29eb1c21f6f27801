"""What stands around a value, as features: short words that weights are learnt for.

A feature never holds the value itself except for single characters at its edges and words of our own lists, so that
weights cannot give away the texts they were learnt from.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import Final

from kijun.inspection.scene import Label, Scene
from kijun.inspection.scripts import is_accented

_SIDES = 3


def around(scene: Scene, start: int, end: int, label: Label | None) -> list[str]:
    """The features that every type shares: characters beside the value, its label, its line, whose it seems to be."""
    text = scene.text
    line_start, line_end = scene.line(start)
    left = text[max(line_start, start - _SIDES) : start]
    right = text[end : min(len(text), end + _SIDES)]
    features = [
        "b",
        f"l1={left[-1:]}",
        f"l2={left[-2:]}",
        f"l3={left}",
        f"r1={right[:1]}",
        f"r2={right[:2]}",
        f"r3={right}",
        f"L={char_class(left[-1:])}",
        f"R={char_class(right[:1])}",
    ]
    if label is None:
        features.append("label=")
    else:
        how = "tight" if label.strength == 1.0 else "head" if label.strength == 0.9 else "loose"
        features += (f"label={label.type}", f"{how}={label.type}", how)
    features += cues(scene, start, end, line_start, line_end)
    return features


def cues(scene: Scene, start: int, end: int, line_start: int, line_end: int) -> list[str]:
    """Whose the value seems to be: the nearest words on both sides, and how many there are in the line."""
    features = []
    for group, (ends, hits) in zip(GROUPS, scene.cue_tracks, strict=True):
        number = bisect_right(ends, start)
        if number and start - ends[number - 1] <= 40:
            distance = start - ends[number - 1]
            features.append(
                _LEFT[group][0 if distance < 2 else 1 if distance < 6 else 2 if distance < 15 else 3]
            )
            features.append(f"{group}<={hits[number - 1].value}")
        number = bisect_right(ends, end)
        if number < len(ends) and ends[number] <= end + 12:
            features.append(f"{group}>{hits[number].value}")
        features.append(
            _IN_LINE[group][min(3, bisect_right(ends, line_end) - bisect_right(ends, line_start))]
        )
    people = scene.starts_of("PERSON")
    if people:
        features.append(f"people#{min(2, scene.found_within('PERSON', line_start, line_end))}")
        features.append(f"people/{min(2, scene.found_within('PERSON', start - 119, start + 120))}")
        features.append(f"after={_gap(scene, start)}")
    else:
        features += ("people#0", "people/0")
    return features


def _gap(scene: Scene, start: int) -> str:
    """How far the name before a value is, and whether only marks stand between."""
    number = bisect_right(scene.ends_of("PERSON"), start) - 1
    if number < 0:
        return "no"
    between = scene.text[max(scene.ends_of("PERSON")[number], start - 61) : start]
    if len(between) <= 4 and not any(char.isalnum() for char in between):
        return "beside"
    return "line" if "\n" not in between and len(between) < 25 else "near" if len(between) < 60 else "far"


GROUPS: Final = ("office", "personal", "generic")
_LEFT: Final = {group: tuple(f"{group}<{near}" for near in range(4)) for group in GROUPS}
_IN_LINE: Final = {group: tuple(f"{group}#{count}" for count in range(4)) for group in GROUPS}


@lru_cache(maxsize=4096)
def char_class(char: str) -> str:
    """edge, space, digit, letter, hira, kata, kanji, mark or an ASCII mark or ・ itself."""
    if not char:
        return "edge"
    if char in " \n\t":
        return "space"
    if char.isdigit():
        return "digit"
    if char.isascii() or char == "・":
        return "letter" if char.isalpha() else char
    code = ord(char)
    if 0x3041 <= code <= 0x309F:
        return "hira"
    if 0x30A0 <= code <= 0x30FF:
        return "kata"
    if 0x3400 <= code <= 0x9FFF or code >= 0x20000 or char == "々":
        return "kanji"
    return "letter" if is_accented(code) else "mark"
