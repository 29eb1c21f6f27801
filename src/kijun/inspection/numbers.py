"""Numbers made of digits: which rule's form they have, whether the check digit holds, what is said before them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from kijun.inspection.check_digits import CHECKS
from kijun.inspection.rule import Rule
from kijun.inspection.scene import Candidate, Label, Scene

_RUN: Final = re.compile(r"[0-9](?:(?:[-ー.・ _の]{0,2}|[ ]-[ ]|、)(?:\n[-ー]?)?[ ]{0,2}[0-9])*")
_GROUP: Final = re.compile(r"[0-9]+")
_ONE_PIECE: Final = re.compile(r"[0-9](?<![-0-9A-Za-z.].)[0-9]{7,19}(?![-0-9A-Za-z.])")
_FOURS: Final = frozenset({(4, 4, 4), (4, 4, 4, 4)})
_IN_PARTS: Final = re.compile(r"(?<![0-9])[0-9]{4}(?:[^0-9\n。]{1,12}[0-9]{4}){2,3}(?![0-9])")
#: 4556/7375/8689/9855: four groups with one and the same mark between that numbers seldom have
_DIVIDED: Final = re.compile(r"[0-9](?<![0-9].)[0-9]{3}( ?[*/|_~,=] ?)[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?![0-9])")
#: The first half of a card's number and more, as somebody begins to read it out: 上4桁は4532、次が1100
_BEGUN: Final = re.compile(
    r"(?:上|最初の|初めの|はじめの|頭の?|先頭の?)(?:4|四)(?:桁|けた|ケタ)[はがの、: ]{0,3}([0-9]{4}(?:[^0-9\n。]{1,12}[0-9]{4}){1,2})(?![0-9]|[^0-9\n。]{1,12}[0-9]{4}(?![0-9]))"
)
_HYPHENS: Final = frozenset("-ー")
_MOST_GROUPS: Final = 20


class Group(NamedTuple):
    """Digits without anything between them."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class NumberRule:
    """A rule of ``by: number`` made ready: lengths and shapes as sets."""

    rule: Rule
    shapes: frozenset[tuple[int, ...]]
    lengths: frozenset[int]
    alone: dict[tuple[int, ...], float]

    @classmethod
    def of(cls, rule: Rule) -> NumberRule:
        """Read a rule's settings."""
        shapes = frozenset(
            tuple(int(part) for part in shape.split()) for shape in rule.settings["shapes"] if shape != "any"
        )
        alone = {
            tuple(int(part) for part in shape.split()): float(score)
            for shape, score in (rule.settings.get("alone") or {}).items()
        }
        return cls(rule, shapes, frozenset(sum(shape) for shape in shapes), alone)


class Numbers:
    """The recogniser of all rules of ``by: number``."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = [NumberRule.of(rule) for rule in rules]
        self._by_length: dict[int, list[NumberRule]] = {}
        for one in self._rules:
            for length in one.lengths:
                self._by_length.setdefault(length, []).append(one)
        self._lengths = frozenset(length for rule in self._rules for length in rule.lengths)

    def __call__(self, scene: Scene) -> Iterator[Candidate]:
        """Propose numbers; several types may claim one place, and the better score wins later."""
        digits = scene.digits
        for run in (found for start, end in scene.runs for found in _RUN.finditer(digits, start, end)):
            if run.end() - run.start() < 3:
                continue
            groups = [Group(*group.span()) for group in _GROUP.finditer(digits, run.start(), run.end())]
            yield from self._in_run(scene, groups)
        yield from self._told_in_parts(scene)
        yield from self._listed(scene)

    def _listed(self, scene: Scene) -> Iterator[Candidate]:
        """Numbers in one piece of which a text holds several, with nothing said of them and every check digit right: that is no chance."""
        for one in self._rules:
            listed = one.rule.settings.get("listed")
            if not listed:
                continue
            length = max(size for shape in one.shapes if len(shape) == 1 for size in shape)
            found = [
                match for match in _ONE_PIECE.finditer(scene.digits) if match.end() - match.start() == length
            ]
            check, never = CHECKS[one.rule.settings["check"]], tuple(one.rule.settings.get("never", ()))
            if len({match[0] for match in found}) > 1 and all(
                check(match[0]) and not match[0].startswith(never) for match in found
            ):
                for match in found:
                    if scene.label(match.start()) is None:
                        yield Candidate(one.rule.type, *match.span(), float(listed), one.rule.id)

    def _told_in_parts(self, scene: Scene) -> Iterator[Candidate]:
        """Groups of four with words between, as somebody reads them out: 上4桁が4708、続いて0532、1062、最後が7523."""
        for one in self._rules:
            check = one.rule.settings.get("check")
            if not check or one.shapes.isdisjoint(_FOURS):
                continue
            said = scene.mentions(one.rule.type)
            strict = CHECKS[one.rule.settings.get("alone_check", check)]
            for match in (
                (_IN_PARTS if said else _DIVIDED).finditer(scene.digits) if said or one.alone else ()
            ):
                groups = _GROUP.findall(match[0])
                value = "".join(groups)
                holds = len(set(value)) > 1 and (CHECKS[check] if said else strict)(value)
                if holds and (4,) * len(groups) in one.shapes:
                    yield Candidate(one.rule.type, *match.span(), 0.85, one.rule.id)
            if said and "alone_check" in one.rule.settings:
                for match in _BEGUN.finditer(scene.digits):
                    yield Candidate(one.rule.type, *match.span(1), 0.8, one.rule.id)

    def _in_run(self, scene: Scene, groups: list[Group]) -> Iterator[Candidate]:
        for first in range(len(groups)):
            if first and (
                _joined(scene.digits, groups[first - 1], groups[first])
                or _one_by_one(groups[first - 1 : first + 2])
            ):
                continue
            label: Label | str | None = ""
            total = 0
            for last in range(first, min(len(groups), first + _MOST_GROUPS)):
                total += groups[last].end - groups[last].start
                if (
                    total not in self._lengths
                    or _goes_on(scene.digits, groups, first, last)
                    or (last > first and _is_counted(scene.digits, groups, last))
                    or (last + 1 < len(groups) and _joined(scene.digits, groups[last], groups[last + 1]))
                ):
                    continue
                if label == "":
                    label = scene.label(groups[first].start)
                assert not isinstance(label, str)
                yield from self._read(scene, groups[first : last + 1], total, label)

    def _read(
        self, scene: Scene, groups: list[Group], total: int, label: Label | None
    ) -> Iterator[Candidate]:
        shape = tuple(group.end - group.start for group in groups)
        start, end = groups[0].start, groups[-1].end
        text = scene.digits
        if _edge(text, end) or (_edge(text, start - 1) and scene.last("label", start, 0) is None):
            return
        value = "".join(text[group.start : group.end] for group in groups)
        if (label is None or label.strength < 1) and end < len(text) and text[end] in "が( ":
            label = _named(scene, end) or label
        for one in self._by_length[total]:
            own = label is not None and label.type == one.rule.type and label.strength > 0.8
            settings = one.rule.settings
            if "begins" in settings and not value.startswith(tuple(settings["begins"])):
                continue
            said = "spoken" in settings and bool(scene.words(f"spoken:{one.rule.id}"))
            mentioned = said or scene.mentions(one.rule.type)
            form = _form(one, shape, text, groups, own or (mentioned and "check" in one.rule.settings))
            if form is None or ("、" in text[start:end] and not own and "check" not in settings):
                continue  # a list of numbers, unless its label or its check digit says that it is one
            score = _score(one, form, value, label, mentioned)
            if said and label is None:
                score = max(score, float(settings.get("said", 0.0)))
            if mentioned and "spoken_of" in settings and re.match(settings["plausible"], value):
                spoken_of = _is_spoken_of(scene, one.rule.type, start, label)
                score = max(score, float(settings["spoken_of"]) if spoken_of else 0.0)
            weak = not mentioned or ("begins" in settings and not own)  # 受付コード 33010042
            if score and weak and _OF_THING.search(text, max(0, start - 8), start):
                score *= 0.6
            if label is None or label.type != one.rule.type:
                score = _beside(scene, one, value, (start, end), score)
            if score > 0:
                yield Candidate(one.rule.type, start, end, score, one.rule.id)


def _goes_on(text: str, groups: list[Group], first: int, last: int) -> bool:
    """Whether groups of four figures go on after a space, so that these are no number of their own: 4111 1111 1111 | 1112."""
    if last + 1 >= len(groups) or last == first or _is_counted(text, groups, last + 1):
        return False
    following = groups[last + 1]
    sizes = {group.end - group.start for group in groups[first : last + 2]}
    return (
        sizes == {4}
        and text[groups[last].end : following.start]
        == text[groups[first].end : groups[first + 1].start]
        == " "
    )


def _is_counted(text: str, groups: list[Group], number: int) -> bool:
    """Whether a group stands apart from the one before and counts, dates or numbers something of its own: 1928374 3月末."""
    group, apart = groups[number], text[groups[number - 1].end : groups[number].start]
    if not apart or apart.strip(" \n") or _all_apart(groups, number):
        return False
    if is_counted(text, group.end):
        return True
    return "\n" in apart and group.end - group.start <= _ITEM and bool(_ITEM_BEHIND.match(text, group.end))


def is_counted(text: str, place: int) -> bool:
    """Whether what stands at a place, behind figures, says that they count or date something."""
    return _COUNTED.match(text, place) is not None


def _all_apart(groups: list[Group], number: int) -> bool:
    """Whether the figures before a group stand one by one, so that it may well be the next of them."""
    return number > 1 and all(group.end - group.start == 1 for group in groups[:number])


def _one_by_one(groups: list[Group]) -> bool:
    """Whether figures stand one by one, so that none of them begins a number of its own."""
    return len(groups) > 2 and all(group.end - group.start == 1 for group in groups)


def _joined(text: str, left: Group, right: Group) -> bool:
    """Whether two groups are one number for sure: a hyphen stands between them."""
    return bool(_HYPHENS & set(text[left.end : right.start]))


def _edge(text: str, place: int) -> bool:
    """Whether a number goes on at a place in a way that makes it something else (a longer code, a decimal)."""
    if not 0 <= place < len(text):
        return False
    char = text[place]
    return (
        char == "_"
        or (char.isascii() and char.isalpha() and char not in "T")
        or char in "¥円"
        or (char in " 千百万億" and bool(_MONEY.match(text, place)))
    )


def _form(
    one: NumberRule, shape: tuple[int, ...], text: str, groups: list[Group], own: bool
) -> tuple[int, ...] | None:
    """The shape of the rule that the groups have, seen through digits one by one and a break inside."""
    if shape in one.shapes:
        return shape
    total = (sum(shape),)
    if own and total in one.shapes and len(groups) <= 5:
        return total  # its label stands before it: any grouping will do
    if len(shape) > 3 and max(shape) <= 2 and total in one.shapes:
        return total  # written digit by digit
    breaks = [
        number
        for number in range(1, len(groups))
        if "\n" in text[groups[number - 1].end : groups[number].start]
    ]
    if len(breaks) == 1:  # a line break inside a group
        at = breaks[0]
        healed = (*shape[: at - 1], shape[at - 1] + shape[at], *shape[at + 1 :])
        if healed in one.shapes:
            return healed
    return None


def _score(
    one: NumberRule, shape: tuple[int, ...], value: str, label: Label | None, mentioned: bool
) -> float:
    settings = one.rule.settings
    check, raises = settings.get("check"), settings.get("raises")
    if (check and not CHECKS[check](value)) or len(set(value)) == 1:
        return 0.0
    if value.startswith(tuple(settings.get("never", ()))):
        return 0.0
    score = one.alone.get(shape, 0.0)
    if "alone_check" in settings and not CHECKS[settings["alone_check"]](value):
        score = 0.0
    right = bool(raises) and CHECKS[raises](value) if raises else False
    agrees = mentioned and (bool(check) or right)
    if agrees:  # the text speaks of such numbers, and this one's digits agree
        score = max(score, 0.75)
    if label is not None:
        if label.type == one.rule.type:
            score = float(settings["labelled"]) if label.strength > 0.8 else max(score, 0.7)
        elif agrees and len(value) > _MOST.get(label.type, len(value)):
            pass  # 免許の種類 普通 番号 309012345620: no account has so many figures
        elif label.type == "OTHER" or (label.strength > 0.8 and label.type in _NUMBERS):
            score *= 0.4
    return min(0.99, score + 0.04) if right and score else score


def _named(scene: Scene, end: int) -> Label | None:
    """The label that says behind a number what it is: 2740304が口座番号です, 309012345620（免許証）."""
    opening = _OPENING.match(scene.digits, end)
    if opening is None:
        return None
    place = opening.end()
    hits = [hit for hit in scene.near("label", place, place + 12) if hit.start == place]
    if not hits or ("(" in opening[0] and not _CLOSING.match(scene.digits, hits[-1].end)):
        return None
    return Label(hits[-1].value, 1.0)


def _is_spoken_of(scene: Scene, type: str, start: int, label: Label | None) -> bool:
    """Whether a number without another label stands behind words that speak of such numbers: 免許証の写し　坂井様　309012345620."""
    if label is not None and label.type in _AS_LONG:
        return False
    hits = scene.near("label", max(0, start - _SPOKEN), start)
    return any(hit.value == type for hit in hits) and not any(hit.value == "OTHER" for hit in hits[-2:])


def _beside(scene: Scene, one: NumberRule, value: str, place: tuple[int, int], score: float) -> float:
    """The score of a number without its own label, by what stands right before and behind it."""
    text, settings = scene.digits, one.rule.settings
    start, end = place
    led = settings.get("led_by")  # the T of an invoice's number
    if led and text[max(0, start - 1) : start] == led and not _edge(text, start - 2):
        return max(score, float(settings["led"])) if CHECKS[settings["check"]](value) else 0.0
    numbered = settings.get("numbered")
    if numbered and _NUMBERED.search(text, max(0, start - 3), start) and _GO.match(text, end):
        return max(score, float(numbered)) if CHECKS[settings["raises"]](value) else score
    if not numbered and score and _NUMBERED.search(text, max(0, start - 3), start) and _GO.match(text, end):
        return score * 0.5  # 第8507-249153号 is a document's
    elsewhere = scene.last("elsewhere", start, _ELSEWHERE) if score else None
    if elsewhere is not None and not _STOPS.search(text, elsewhere.end, start):
        return score * 0.6
    return score


_OPENING: Final = re.compile(r"が|[ ]?\(")
_CLOSING: Final = re.compile(r"[^()\n]{0,6}\)")
_SPOKEN: Final = 60  # characters before a number in which it may be said what it is, with other words between
#: The number of a thing that no list knows, right before a number: 取引ID 123456789018
_OF_THING: Final = re.compile(r"(?:ID|Id|(?<![A-Za-z])id|コード|CD|キー|#)[ :はが=]{0,3}$")
#: Behind a group: what it counts, or which day it is
_COUNTED: Final = re.compile(
    "[ ]?[年月](?![一-龥]*番号)|[日時歳才円件階回枚丁条項]|個(?!人)|番(?!号)|部(?!署)|世(?!帯番)|人(?!番)|名(?!義)|か[月所年]|/[0-9]|,[0-9]{3}(?![0-9])"
)
_ITEM: Final = 2  # figures of the number of an item at most
_ITEM_BEHIND: Final = re.compile(r"[.)、]?[ ][^\s0-9]|[.)、][^\s0-9]")
_NUMBERED: Final = re.compile("第[ ]{0,2}$")
_GO: Final = re.compile("[ ]{0,2}号")
_MONEY: Final = re.compile("[ ]?(?:千|百万|億|万)?円")
_ELSEWHERE: Final = 24  # characters from a word that speaks of parcels, orders and goods
_STOPS: Final = re.compile("[\n。]")
#: How many figures the numbers of a type have at most
_MOST: Final = {"BANK_ACCOUNT": 8, "HEALTH_INSURANCE": 10, "PENSION_NUMBER": 10, "PHONE": 11}
#: Whose numbers may have as many figures as any
_AS_LONG: Final = frozenset(
    {
        "OTHER",
        "LOCAL_ID",
        "SECRET",
        "MY_NUMBER",
        "CREDIT_CARD",
        "CORPORATE_NUMBER",
        "RESIDENT_CODE",
        "VEHICLE_NUMBER",
    }
)
_NUMBERS: Final = frozenset(
    {
        "BANK_ACCOUNT",
        "HEALTH_INSURANCE",
        "LOCAL_ID",
        "PHONE",
        "MY_NUMBER",
        "RESIDENT_CODE",
        "CORPORATE_NUMBER",
        "PENSION_NUMBER",
        "DRIVER_LICENSE",
        "CREDIT_CARD",
        "POSTAL_CODE",
        "SECRET",
    }
)
