"""What stands around a value, as features: short words that weights are learnt for.

A feature never holds the value itself except for single characters at its edges and words of our own lists, so that
weights cannot give away the texts they were learnt from.
"""

from __future__ import annotations

from kijun.inspection.scene import Label, Scene

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
        f"L={_class(left[-1:])}",
        f"R={_class(right[:1])}",
    ]
    if label is None:
        features.append("label=")
    else:
        how = "tight" if label.strength == 1.0 else "head" if label.strength == 0.9 else "loose"
        features += (f"label={label.type}", f"{how}={label.type}", how)
    features += cues(scene, start, end, line_start, line_end)
    return features


def cues(scene: Scene, start: int, end: int, line_start: int, line_end: int) -> list[str]:
    """Whose the value seems to be: the nearest words on the left and how many there are in the line and near it."""
    features = []
    for group in ("office", "personal", "generic"):
        before = scene.near(group, max(0, start - 40), start)
        if before:
            distance = start - before[-1].end
            features.append(
                f"{group}<{0 if distance < 2 else 1 if distance < 6 else 2 if distance < 15 else 3}"
            )
            features.append(f"{group}<={before[-1].value}")
        in_line = len(scene.near(group, line_start, line_end))
        features.append(f"{group}#{min(3, in_line)}")
        after = scene.near(group, end, min(len(scene.text), end + 12))
        if after:
            features.append(f"{group}>{after[0].value}")
    people = sum(one.type == "PERSON" and line_start <= one.start < line_end for one in scene.found)
    features.append(f"people#{min(2, people)}")
    features.append(
        f"people/{min(2, sum(one.type == 'PERSON' and abs(one.start - start) < 120 for one in scene.found))}"
    )
    return features


def _class(char: str) -> str:
    if not char:
        return "edge"
    if char in " \n\t":
        return "space"
    if char.isdigit():
        return "digit"
    if char.isascii():
        return "letter" if char.isalpha() else char
    code = ord(char)
    if 0x3041 <= code <= 0x309F:
        return "hira"
    if 0x30A0 <= code <= 0x30FF:
        return "kata"
    if 0x3400 <= code <= 0x9FFF or code >= 0x20000 or char == "々":
        return "kanji"
    return "mark"


#: The class of a character: edge, space, digit, letter, hira, kata, kanji, mark or an ASCII mark itself.
char_class = _class
