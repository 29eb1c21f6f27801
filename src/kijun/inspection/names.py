"""Names of persons: each place where one may stand is described by features, and weights decide.

What tells most is how the word is written and cut, what touches it, and whether other names of the text stand
alike (a list, a table). Whose telephone is near tells nothing of a name, so that is not asked.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from kijun.inspection.context import char_class
from kijun.inspection.name_certain import certain
from kijun.inspection.name_lists import ABROAD, COMMON, GIVEN, SURNAME, name_lists
from kijun.inspection.name_nobody import historical, without_nobody
from kijun.inspection.name_places import places
from kijun.inspection.name_view import Place, View, parts
from kijun.inspection.rule import Rule, read_yaml
from kijun.inspection.scene import Candidate, Label, Scene
from kijun.inspection.scripts import script
from kijun.inspection.tokens import NOUN, PLACE

_TOUCHING: Final = frozenset("の・: (「、はが/ =")
_WORD_BEFORE: Final = re.compile(r"(?<![A-Za-z])([A-Za-z]{1,10})[.:,]?\s{1,2}$")
_WORD_AFTER: Final = re.compile(r"[ ,]{1,2}([a-z]{1,10})(?![A-Za-z])")
_ADDRESSED: Final = frozenset({"honorific=様", "honorific=さん", "honorific=さま", "honorific=氏"})
_USUAL: Final = frozenset({"whole=S", "whole=Sg", "full=True"})
_USUAL_ALONE: Final = frozenset({"whole=S", "whole=Sg"})
_FULL: Final = frozenset({"kinds=SG", "kinds=SoG"})
_CALLED: Final = re.compile(r"(?:^|(?<![A-Za-z0-9._-]))@$|[課係室班]・$")
_PASSES_ON: Final = re.compile(
    r"(?:から|より)(?:の?引き?継|報告|連絡|相談|依頼|電話|申し送|聞い|受け)|家の(?:件|長|子|奥|ご)"
)
_OTHERWISE: Final = frozenset({"prefecture", "thing-in", "inside", "len=1"})  # 奥様
_INTRODUCED: Final = re.compile(r"(?i)(?<![a-z])(?:i am|i['’]m|my name is|name['’]s|called|this is) $")
_LETTERS: Final = "SGNPEnspo"  # one letter for each kind of word


class Names:
    """The recogniser of PERSON."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rule = rules[0].id if rules else ""
        self._lists = name_lists() if rules else None

    def __call__(self, scene: Scene) -> Iterator[Candidate]:
        """Propose names; many overlap."""
        if not self._rule or self._lists is None:
            return
        view = View(scene, self._lists)
        told = certain(view)
        scene.look_closely(told)
        proposed = {*places(view), *told}
        in_rows = sorted(place for place, why in told.items() if why == "row")
        for start, end in sorted(without_nobody(view, proposed, told)):
            if "\n\n" in scene.text[start:end]:
                continue  # nobody's name goes on after an empty line
            if in_rows and _joins(in_rows, start, end):
                continue
            features = _features(view, start, end)
            why = told.get((start, end))
            if why:
                features.append(f"told={why}")
            yield Candidate("PERSON", start, end, 0.5, self._rule, tuple(features))


def _joins(row: Sequence[Place], start: int, end: int) -> bool:
    """Whether a place holds more or less than one name of a row: 山田・田中."""
    number = bisect_left(row, (start, 0))
    if number < len(row) and row[number][0] < end:
        return row[number] != (start, end)
    return number > 0 and row[number - 1][1] > start


def _features(view: View, start: int, end: int) -> list[str]:
    """What the span itself is made of, and which words touch it."""
    text = view.text
    words = parts(text, start, end)
    lexical = _lexical(view, start, end, words)
    what = "|".join(lexical)
    left, right = char_class(text[start - 1 : start]), char_class(text[end : end + 1])
    features = [
        f"what={what}",
        f"{what}&{left}{right}",
        f"len={min(7, end - start)}",
        f"kinds={_kinds(view, start, end)}",
        *lexical,
        f"full={_is_full(view, start, end, words)}",
    ]
    touching, near = _touching(view, start, end)
    features += touching
    features += near
    features += [f"{what}&{one}" for one in near[:-2]]  # not with the kinds beside: that told nothing more
    if view.scene.has_half_width and lexical[0] == "kata":
        half = f"half={view.scene.half_width(start)}"
        features += (half, f"{what}&{half}")
    if lexical[0].startswith("latin"):
        features += _words_beside(text, start, end)
        features.append(f"caps={text[start : start + 2].isupper()}{text[end - 2 : end].isupper()}")
        if len(words) > 1 and _INTRODUCED.search(text, max(0, start - 14), start):
            features.append("told=introduced")
    label = view.scene.label(start)
    if label is not None:
        features.append(f"{what}&label={label.type}{label.strength}")
    return features


def is_addressed(features: tuple[str, ...]) -> bool:
    """Whether a usual surname, or a full name, stands right before 様, さん or 氏, and is no town, firm or part of a word."""
    if _ADDRESSED.isdisjoint(features) or _USUAL.isdisjoint(features):
        return False
    otherwise = _OTHERWISE.intersection(features)
    # 菊池 and 石橋 end in a word for a place, and are surnames as a whole
    return not otherwise or (otherwise == {"thing-in"} and "whole=S" in features)


def is_colleague(scene: Scene, one: Candidate) -> bool:
    """Whether a usual surname alone stands as people of one office write of each other: @佐藤, 福祉課・佐藤, 佐藤から引継ぎ."""
    features = set(one.features)
    if _USUAL_ALONE.isdisjoint(features) or not _OTHERWISE.isdisjoint(features) or "kinds=S" not in features:
        return False
    return bool(
        _CALLED.search(scene.text, max(0, one.start - 3), one.start) or _PASSES_ON.match(scene.text, one.end)
    )


def is_full_name(scene: Scene, one: Candidate) -> bool:
    """Whether it is a usual surname and a given name, to the lists and to the dictionary, and nothing near makes it a thing or a figure of history."""
    features = one.features
    return (
        "full=True" in features
        and not _FULL.isdisjoint(features)
        and _OTHERWISE.isdisjoint(features)
        and not any(feature.startswith("thing") for feature in features)
        and scene.text[one.start : one.end] not in historical()
    )


def _words_beside(text: str, start: int, end: int) -> Iterator[str]:
    """Words of a list right before and after a name in Latin letters."""
    before = _WORD_BEFORE.search(text, max(0, start - 16), start)
    if before and before[1].lower() in _plain_words():
        yield f"word<{before[1].lower()}"
    after = _WORD_AFTER.match(text, end, end + 16)
    if after and after[1] in _plain_words():
        yield f"word>{after[1]}"


@lru_cache(maxsize=1)
def _plain_words() -> frozenset[str]:
    return frozenset(map(str, read_yaml("names.yaml")["beside"]))


def around_name(scene: Scene, start: int, end: int, label: Label | None) -> list[str]:
    """What stands right before and after a name, and its label."""
    text = scene.text
    line_start = text.rfind("\n", max(0, start - 2), start) + 1
    left, right = text[max(line_start, start - 2) : start], text[end : end + 2].partition("\n")
    after = right[0] or right[1]
    features = [
        "b",
        f"l1={left[-1:]}",
        f"l2={left}",
        f"r1={after[:1]}",
        f"r2={after}",
        f"L={char_class(text[start - 1 : start])}",
        f"R={char_class(text[end : end + 1])}",
    ]
    if label is None:
        features.append("label=")
    else:
        how = "tight" if label.strength == 1.0 else "head" if label.strength == 0.9 else "loose"
        features += (f"label={label.type}", f"{how}={label.type}")
    return features


def _lexical(view: View, start: int, end: int, words: list[Place]) -> list[str]:
    """How it is written, and what its words are in the lists of names."""
    text, names = view.text, view.names
    if len(words) > 2 and all(last - first == 1 for first, last in words):
        joined = "".join(text[first] for first, _ in words)
        spaced = view.lists.find(joined)
        return ["spaced", f"cut={spaced.cut(0, len(joined))}{_what(spaced.kind(0, len(joined)))}"]
    written = "+".join(script(text[first:last]) for first, last in words[:3])
    if written.startswith("latin"):
        known = sum(view.lists.is_romaji(text[first:last].strip(",")) for first, last in words)
        return [f"latin{min(3, len(words))}", f"known={min(2, known)}"]
    if len(words) == 1:
        return [
            written,
            f"whole={_what(names.kind(start, end))}",
            f"cut={names.cut(start, end) if end - start > 2 else ''}",
        ]
    gap = text[words[0][1] : words[1][0]]
    return [
        written,
        f"first={_what(names.kind(*words[0]))}",
        f"last={_what(names.kind(*words[-1]))}",
        "line" if "\n" in gap else "dot" if "・" in gap else "gap",
    ]


def _is_full(view: View, start: int, end: int, words: list[Place]) -> bool:
    """Whether it is a surname and a given name, both of the lists."""
    names = view.names
    if len(words) == 1:
        return end - start > 2 and names.cut(start, end) != ""
    return bool(names.kind(*words[0]) & SURNAME and names.is_given(*words[-1]))


def _what(kind: int) -> str:
    surname = "S" if kind & COMMON else "s" if kind & SURNAME else ""
    return f"{surname}{'g' if kind & GIVEN else ''}{'a' if kind & ABROAD else ''}"


def _kinds(view: View, start: int, end: int) -> str:
    """The words of the span as the dictionary sees them; x where a word goes on past it, > where one began before."""
    tokens = view.tokens
    number = bisect_left(tokens.starts, start)
    kinds = "" if number < len(tokens) and tokens.starts[number] == start else ">"
    for word in range(number, min(number + 6, len(tokens))):
        if tokens.starts[word] >= end:
            break
        kinds += _LETTERS[tokens.kinds[word]] if tokens.ends[word] <= end else "x"
    return kinds


def _touching(view: View, start: int, end: int) -> tuple[list[str], list[str]]:
    """Words that touch the span, and the few of them that matter together with what the span is."""
    text = view.text
    features: list[str] = []
    near: list[str] = []
    gap_end = end
    while gap_end < len(text) and gap_end - end < 2 and text[gap_end] in " \n":
        gap_end += 1
    here = view.behind.get(end, ())
    for group, word in here:
        features.append(f"{group}={word}")
        near.append(group)
    if gap_end > end:
        for group, word in view.behind.get(gap_end, ()):
            if group != "thing" and all(group != other for other, _ in here):
                features.append(f"{group}_={word}")
                near.append(f"{group}_")
    mark = text[start - 1 : start]
    here = view.ahead.get(start, ())
    for group, word in here:
        features.append(f"<{group}={word}")
        near.append(f"<{group}")
    if mark and mark in _TOUCHING:
        for group, word in view.ahead.get(start - 1, ()):
            if all(group != other for other, _ in here):
                features.append(f"<{group}={word}")
                near.append(f"<{group}{mark}")
    if end in view.aged:
        near.append("aged")
    if end in view.thing_ends and view.thing_ends[end] > start:
        near.append("thing-in")  # 田中農園さん
    if text[start:end] in view.prefectures:
        near.append("prefecture")
    if view.in_no_name(start, end):
        near.append("inside")
    before, after = _neighbours(view, start, end)
    near += (f"tb={before}", f"ta={after}")
    features.append(f"tb={before},ta={after}")
    return features, near


def _neighbours(view: View, start: int, end: int) -> tuple[str, str]:
    """What the words beside the span are: their kinds, and whether they may be names themselves."""
    tokens, text = view.tokens, view.text
    before = after = "edge"
    place = bisect_left(tokens.starts, start) - 1
    if place >= 0:
        spaced = text[tokens.starts[place]].isspace()
        kind = tokens.kinds[place - 1 if spaced and place else place]
        before = f"{_LETTERS[kind]}{'_' if spaced else ''}"
    number = tokens.at.get(end)
    if number is not None:
        spaced = text[tokens.starts[number]].isspace()
        if spaced and number + 1 < len(tokens):
            number += 1
        kind = tokens.kinds[number]
        named = kind <= PLACE or (
            kind == NOUN and view.names.kind(tokens.starts[number], tokens.ends[number]) & GIVEN
        )
        after = f"{_LETTERS[kind]}{'_' if spaced else ''}{'g' if named else ''}"
    elif end < len(text):
        after = "inside"
    return before, after
