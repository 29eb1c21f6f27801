"""A scene as names see it: words and names by place, and the words that stand after and before names."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property, lru_cache
from typing import Final

from kijun.inspection.name_lists import COMMON, PLACE_KEY, NameLists
from kijun.inspection.rule import read_yaml
from kijun.inspection.scene import Scene
from kijun.inspection.tokens import Tokens

Place = tuple[int, int]

GAPS: Final = " \n・="


class View:
    """A scene as names see it: words and names by place, and the words that stand after and before names."""

    def __init__(self, scene: Scene, lists: NameLists) -> None:
        self.scene = scene
        self.text = scene.text
        self.lists = lists
        self.names = scene.names
        self.after = {
            group: {hit.start: hit.value for hit in scene.words(group)}
            for group in ("honorific", "title", "thing")
        }
        self.before = {
            group: {hit.end: hit.value for hit in scene.words(group)} for group in ("kin", "company", "title")
        }

    @cached_property
    def behind(self) -> dict[int, list[tuple[str, str]]]:
        """What begins at a place of what stands after names: group and word."""
        return _by_place(self.after)

    @cached_property
    def ahead(self) -> dict[int, list[tuple[str, str]]]:
        """What ends at a place of what stands before names: group and word."""
        return _by_place(self.before)

    @cached_property
    def no_names(self) -> tuple[list[int], list[int]]:
        """Where words end that are no names (次男, 民生委員, 様), in order, and where each begins."""
        hits = sorted(
            (hit.end, hit.start)
            for group in ("kin", "label", "title", "honorific")
            for hit in self.scene.words(group)
        )
        return [end for end, _ in hits], [start for _, start in hits]

    def in_no_name(self, start: int, end: int) -> bool:
        """Whether a place is a word that is no name, or a part of one: 次男, 民生 of 民生委員."""
        ends, starts = self.no_names
        for number in range(bisect_left(ends, end), len(ends)):
            if ends[number] > end + 4:
                return False
            if starts[number] <= start:
                return True
        return False

    @cached_property
    def things(self) -> dict[int, int]:
        """Where words of three characters and more for companies, places and things begin, with where they end."""
        return {hit.start: hit.end for hit in self.scene.words("thing") if hit.end - hit.start > 2}

    @cached_property
    def label_ends(self) -> frozenset[int]:
        """Where labels end, of whatever they are."""
        return frozenset(self.scene.ends("label"))

    @cached_property
    def common(self) -> list[Place]:
        """Where usual surnames of two characters and more stand."""
        return [
            (key // PLACE_KEY, key // PLACE_KEY + key % PLACE_KEY)
            for key, kind in self.names.found.items()
            if kind & COMMON
        ]

    @property
    def tokens(self) -> Tokens:
        """The words of the text; known only where `places` asked to look closely."""
        return self.scene.tokens

    @cached_property
    def thing_ends(self) -> dict[int, int]:
        """Where words for companies, places and things end, with where they begin."""
        return {hit.end: hit.start for hit in self.scene.words("thing")}

    @property
    def prefectures(self) -> frozenset[str]:
        """The names of prefectures and great cities without what they end in: 千葉, 福島, 横浜."""
        return _prefectures()

    @cached_property
    def aged(self) -> set[int]:
        """Where a word must end to stand right before an age: さくら（9歳."""
        found = set()
        for hit in self.scene.words("years"):
            place = hit.start
            while place and self.text[place - 1] in "0123456789一二三四五六七八九十 (、":
                place -= 1
            if place < hit.start:
                found.add(place)
        return found

    @cached_property
    def cued_ends(self) -> set[int]:
        """Where a word must end to stand before an honorific, a title, a thing or an age; also with a space between."""
        places = {place for words in self.after.values() for place in words} | self.aged
        return places | {place - 1 for place in places}

    @cached_property
    def cued_starts(self) -> set[int]:
        """Where a word must begin to stand after a label of persons, after kin or a company; also after one mark."""
        places = {place for words in self.before.values() for place in words}
        places |= {
            label.end for label in self.scene.words("label") if label.value in ("PERSON", "BANK_ACCOUNT")
        }
        return places | {place + 1 for place in places} | {place + 2 for place in places}

    def has_cue(self, start: int, end: int) -> bool:
        """Whether an ordinary word stands where names stand."""
        if end in self.cued_ends or start in self.cued_starts:
            return True
        if not self.scene.tables.rows:
            return False
        head = self.scene.head(start)
        return head is not None and head.type == "PERSON"


def _by_place(groups: dict[str, dict[int, str]]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    for group, words in groups.items():
        for place, word in words.items():
            found.setdefault(place, []).append((group, word))
    return found


def parts(text: str, start: int, end: int) -> list[Place]:
    """The words of a place that spaces, dots and line breaks divide."""
    found: list[Place] = []
    place = start
    for at in range(start, end):
        if text[at] in GAPS:
            if at > place:
                found.append((place, at))
            place = at + 1
    if end > place:
        found.append((place, end))
    return found


@lru_cache(maxsize=1)
def ordinary_kana() -> frozenset[str]:
    return frozenset(map(str, read_yaml("names.yaml")["ordinary_kana"]))


@lru_cache(maxsize=1)
def plain_persons() -> frozenset[str]:
    """Who somebody is, which is a rare surname as well: 大工さん, 店員さん."""
    return frozenset(map(str, read_yaml("names.yaml")["plain_persons"]))


@lru_cache(maxsize=1)
def towns() -> frozenset[str]:
    """Usual surnames that are towns as well, beside the great ones among `places`."""
    return frozenset(map(str, read_yaml("names.yaml")["towns"]))


@lru_cache(maxsize=1)
def elderly() -> frozenset[str]:
    """Given names in katakana of people who are old today, which the lists leave out."""
    return frozenset(map(str, read_yaml("names.yaml")["elderly"]))


@lru_cache(maxsize=1)
def _prefectures() -> frozenset[str]:
    return frozenset(map(str, read_yaml("names.yaml")["places"]))
