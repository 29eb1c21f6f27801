"""Where a name may stand: the dictionary's proper nouns, what follows labels and kin, what precedes honorifics, and forms.

Places only; whether one is a name is for `names` and the weights. Most of what has the form of a name is left out
here already, for no part of it is in the lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Final

from kijun.inspection.name_forms import form_places
from kijun.inspection.name_lists import ABROAD, GIVEN, SURNAME, NameLists
from kijun.inspection.name_romaji import romaji_places
from kijun.inspection.rule import read_yaml
from kijun.inspection.scene import Scene
from kijun.inspection.scripts import KANJI, char_script, script
from kijun.inspection.tokens import NAME, NOUN, Tokens

Place = tuple[int, int]

_AFTER: Final = re.compile(
    rf"([{KANJI}ノ]{{1,6}}[ぁ-ん]{{0,4}}|[ァ-ヴー]{{2,12}}|[ぁ-ん]{{2,8}})(?:([ \n・]{{1,3}})([{KANJI}]{{1,4}}[ぁ-ん]{{0,3}}|[ァ-ヴー]{{1,10}}|[ぁ-ん]{{1,6}}))?"
)
_CELL: Final = re.compile(
    rf"[ ]?[: ][ ]?([{KANJI}]{{2,4}}(?=  |\n| ?\(|$| [0-9昭平明大令SHMTR])|[{KANJI}]{{1,4}} [{KANJI}]{{1,3}}(?=[ \n(、]|$))"
)
_KANJI_HEAD: Final = re.compile(rf"[{KANJI}]+")
_NAME_CHARS: Final = re.compile(rf"[{KANJI}]{{1,4}}|[ぁ-ん]{{1,5}}|[ァ-ヴー]{{1,10}}")
_BETWEEN: Final = frozenset("の・: (「、はが ")
_SELF: Final = (
    "です",
    "と申",
    "といい",
    "と言い",
    "という",
    "とかい",
    "っす",
    "、",
    "さん",
    "様",
    "くん",
    "ちゃん",
    "氏",
)
_GAPS: Final = " \n・="
_NAMES: Final = SURNAME | GIVEN | ABROAD
#: Before these any word in kanji or katakana may be a name, however rare.
_SURE: Final = frozenset({"様", "さま", "さん", "氏", "殿", "くん", "君", "ちゃん"})


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


def places(view: View) -> set[Place]:
    """Every place where a name may stand; many overlap."""
    found = {*_from_heads(view), *_from_honorifics(view), *_from_ages(view)}
    unlisted = list(_after_labels(view))
    for place in {*_from_labels(view), *_from_kin(view, unlisted), *form_places(view)}:
        if _plausible(view, *place):
            found.add(place)
    found.update(unlisted)
    found.update(romaji_places(view))
    view.scene.look_closely(found)  # from here on the words of these sentences are known
    found.update(_from_tokens(view))
    found.update(list(_shorter(view, found)))
    return {place for place in found if not _is_plain_kana(view, *place)}


def _is_plain_kana(view: View, start: int, end: int) -> bool:
    """Whether a word in kana is one of the language (こと, とします) and nothing but its form speaks for a name."""
    text = view.text
    if script(text[start:end]) not in ("hira", "kata"):
        return False
    if end in view.after["honorific"] or end in view.aged or text.startswith(_SELF, end):
        return False
    tokens = view.tokens
    if start in view.cued_starts and view.names.kind(start, end) & GIVEN:
        return False
    number = tokens.at.get(start)
    if number is None or (tokens.kinds[number] <= NAME and tokens.ends[number] == end):
        return False
    label = view.scene.label(start)
    if label is not None and label.type == "PERSON" and label.strength > 0.8:
        return (
            script(text[start:end]) == "hira" and tokens.ends[number] == end and tokens.kinds[number] > NOUN
        )
    return not (script(text[start:end]) == "kata" and start in view.cued_starts)


def parts(text: str, start: int, end: int) -> list[Place]:
    """The words of a place that spaces, dots and line breaks divide."""
    found: list[Place] = []
    place = start
    for at in range(start, end):
        if text[at] in _GAPS:
            if at > place:
                found.append((place, at))
            place = at + 1
    if end > place:
        found.append((place, end))
    return found


def _plausible(view: View, start: int, end: int) -> bool:
    """Whether a place can be a name at all: a part of it is in the lists, or it is foreign by its form."""
    words = parts(view.text, start, end)
    if not words:
        return False
    kind = view.names.kind
    if len(words) == 1:
        return bool(kind(*words[0]) & _NAMES) or (end - start > 2 and bool(view.names.cut(*words[0])))
    if len(words) > 2 and all(last - first == 1 for first, last in words):
        joined = "".join(view.text[first] for first, _ in words)
        spaced = view.lists.find(joined)
        return bool(spaced.kind(0, len(joined)) or spaced.cut(0, len(joined)))
    first = script(view.text[words[0][0] : words[0][1]])
    if first == "kata":
        return not any(view.text[start:end] in _ordinary_kana() for start, end in words)
    return bool(kind(*words[0]) & SURNAME) or (bool(kind(*words[-1]) & GIVEN) and first != "hira")


def _from_tokens(view: View) -> Iterator[Place]:
    tokens, text, kind_of = view.tokens, view.text, view.names.kind
    for number, kind in enumerate(tokens.kinds):
        if kind > NOUN:
            continue
        start, end = tokens.starts[number], tokens.ends[number]
        if kind > NAME and (
            end - start > 4
            or not kind_of(start, end)
            or (kind == NOUN and not view.has_cue(start, end))
            or text[start].isascii()
        ):
            continue
        yield start, end
        yield from _extended(view, number, start, end)


def _extended(view: View, number: int, start: int, end: int) -> Iterator[Place]:
    """A surname with what may be the given name after it: up to some words, with or without a space."""
    tokens, text = view.tokens, view.text
    length = 0
    for following in range(number + 1, min(number + 6, len(tokens))):
        begins, ends = tokens.starts[following], tokens.ends[following]
        if text[begins] in _GAPS:
            if ends - begins > 3 or length:
                break
            continue
        if begins - end - length > 3 or not _NAME_CHARS.fullmatch(text, begins, ends):
            break
        length += ends - begins
        if length > 5:
            break
        if tokens.kinds[following] <= NAME or view.names.kind(ends - length, ends) & GIVEN:
            yield start, ends


def _from_labels(view: View) -> Iterator[Place]:
    text = view.text
    for label in view.scene.words("label"):
        if label.value != "PERSON":
            continue
        place = label.end
        while place < len(text) and place - label.end < 8 and text[place] in " :=\n」)】(・/|\"'*はの、]>":
            place += 1
        match = _AFTER.match(text, place) if place > label.end else None
        if match:
            yield match.span(1)
            if match[3]:
                yield match.span()


def _after_labels(view: View) -> Iterator[Place]:
    """All that stands between a label of persons and the end of its line or cell, where it has the form of a name."""
    text = view.text
    for group in ("label", "kin"):
        for hit in view.scene.words(group):
            if group == "label" and hit.value != "PERSON":
                continue
            match = _CELL.match(text, hit.end)
            if match:
                yield match.span(1)


def _from_heads(view: View) -> Iterator[Place]:
    """Cells of the columns that hold names."""
    for head, start, value in view.scene.tables.cells():
        if head.type == "PERSON" and 1 < len(value) <= 24:
            yield start, start + len(value)


def _from_kin(view: View, unlisted: list[Place]) -> Iterator[Place]:
    """What stands right after a word for kin or an office-holder, with の, a bracket or a mark between or nothing."""
    text = view.text
    kinds = view.scene.kinds
    for hit in view.scene.words("kin"):
        if kinds[hit.start] == kinds[hit.start - 1 : hit.start] == "k":  # inside a longer word: ソフトウェア
            continue
        place = hit.end
        while place - hit.end < 2 and text[place : place + 1] in _BETWEEN:
            if "ぁ" <= text[place] <= "ん":  # or the name begins here: 下の名前がのぞみです
                yield from _after_kin(view, place, unlisted)
            place += 1
        yield from _after_kin(view, place, unlisted)


def _after_kin(view: View, place: int, unlisted: list[Place]) -> Iterator[Place]:
    text, kind = view.text, view.names.kind
    match = _AFTER.match(text, place)
    if match is None:
        return
    yield match.span(1)
    if match[3]:
        yield match.span()
    word = script(match[1])
    if word == "kata":  # 妻がアイリーン: of people from abroad no list knows all
        unlisted.append((place, match.end(1)))
    if word == "hira":
        for end in range(place + 2, min(match.end(1), place + 5)):  # a name in kana runs on: みどりは
            if kind(place, end) & GIVEN:
                yield place, end
    kanji = _KANJI_HEAD.match(text, place, match.end(1))
    if kanji and kanji.end() < match.end(1):
        yield kanji.span()


def _shorter(view: View, found: set[Place]) -> Iterator[Place]:
    """Pairs that end in kana, up to where the dictionary ends a word: 株元 みどり of 株元 みどりは."""
    text, until = view.text, view.tokens.until
    for start, end in found:
        if (
            end - start > 3
            and "ぁ" <= text[end - 1] <= "ん"
            and (" " in text[start:end] or "\n" in text[start:end])
        ):
            for place in range(end - 1, max(start + 2, end - 4), -1):
                if place in until and text[place - 1] not in _GAPS:
                    yield start, place


def _from_honorifics(view: View) -> Iterator[Place]:
    text = view.text
    for group in ("honorific", "title"):
        for place, word in view.after[group].items():
            end = place
            while end and place - end < 2 and text[end - 1] in " \n":
                end -= 1
            start = _word_before(text, end)
            if start == end or _is_plain_word(text, start, end, word):
                continue
            written_plain = text[start:end] in _ordinary_kana() or text[start:end] in _SURE
            sure = word in _SURE and end - start > 1 and not written_plain
            kata = script(text[start:end]) == "kata"
            if kata and not sure and end - start > 2 and text[start:end] not in _ordinary_kana():
                yield start, end  # バルデス委員
            written = sure and (kata or (end - start < 5 and _KANJI_HEAD.fullmatch(text, start, end)))
            if written or _plausible(view, start, end):
                yield start, end
            if end - start > 3 and script(text[start:end]) == "hira":  # あのひろとくん
                for length in range(2, 5):
                    if view.names.kind(end - length, end) & GIVEN:
                        yield end - length, end
            gap = start
            while gap and start - gap < 3 and text[gap - 1] in " \n・":
                gap -= 1
            first = _word_before(text, gap) if gap < start else start
            if first < gap and _plausible(view, first, end):
                yield first, end


def _from_ages(view: View) -> Iterator[Place]:
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


@lru_cache(maxsize=1)
def _ordinary_kana() -> frozenset[str]:
    return frozenset(map(str, read_yaml("names.yaml")["ordinary_kana"]))


@lru_cache(maxsize=1)
def _prefectures() -> frozenset[str]:
    return frozenset(map(str, read_yaml("names.yaml")["places"]))
