"""Where a name may stand: the dictionary's proper nouns, what follows labels and kin, what precedes honorifics, and forms.

Places only; whether one is a name is for `names` and the weights. Most of what has the form of a name is left out
here already, for no part of it is in the lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kijun.inspection.name_alone import readings, standing_alone
from kijun.inspection.name_beside import before_ages, before_honorifics
from kijun.inspection.name_forms import form_places
from kijun.inspection.name_lists import ABROAD, GIVEN, SURNAME
from kijun.inspection.name_romaji import romaji_places
from kijun.inspection.name_view import GAPS, Place, View, ordinary_kana, parts, plain_persons
from kijun.inspection.scripts import KANJI, script
from kijun.inspection.tokens import NAME, NOUN, is_state

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
_NAMES: Final = SURNAME | GIVEN | ABROAD
#: Whom a letter is for where nobody knows the name: 御担当者様, 担当官殿
_ON_DUTY: Final = re.compile(
    r"御(?!手洗|園|子柴|幸|厨|供|法川|代|宿|前|堂|影|領|薬|旅|牧|巫|船|木|所|宮|崎|器)[^ ]{1,5}|(?:各|窓口|現場|実務|会計|人事|採用|経理|広報)?(?:担当|担当者|担当官|担当員|担当職員|責任者|関係者|代表者|所属長|担任|学級担任)(?:各位|一同)?"
)
_DEAR: Final = frozenset({"くん", "君", "ちゃん"})


def places(view: View) -> set[Place]:
    """Every place where a name may stand; many overlap."""
    found = {*_from_heads(view), *before_honorifics(view, _plausible), *before_ages(view)}
    unlisted = list(_after_labels(view))
    for place in {*_from_labels(view), *_from_kin(view, unlisted), *form_places(view)}:
        if _plausible(view, *place):
            found.add(place)
    found.update(unlisted)
    found.update(romaji_places(view))
    view.scene.look_closely(found)  # from here on the words of these sentences are known
    found.update(_from_tokens(view))
    found.update(standing_alone(view))
    found.update(list(_shorter(view, found)))
    found.update(list(readings(view, found)))
    return {place for place in found if not (_is_plain_kana(view, *place) or _is_plain_noun(view, *place))}


def _is_plain_kana(view: View, start: int, end: int) -> bool:
    """Whether a word in kana is one of the language (こと, とします) and nothing but its form speaks for a name."""
    text = view.text
    if view.scene.kinds[start] not in "hkm" or script(text[start:end]) not in ("hira", "kata"):
        return False
    called = view.after["honorific"].get(end)
    if called is not None and called not in _DEAR and text[start:end] in ordinary_kana():
        return True  # みなさま, ヘルパーさん; but みなちゃん
    if called is not None or end in view.aged or text.startswith(_SELF, end):
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


def _is_plain_noun(view: View, start: int, end: int) -> bool:
    """Whether a word in kanji is one of the language: 店員さん, and 元気 of 母は元気です, though both are names as well."""
    if view.scene.kinds[start] != "j":
        return False
    word, kind = view.text[start:end], view.names.kind(start, end)
    if end in view.after["honorific"] and _ON_DUTY.fullmatch(word):
        return True
    if word in plain_persons() and (end in view.after["honorific"] or end in view.aged):
        return True
    if word[-1] in "様殿" and word[:-1] in plain_persons():
        return True
    if not kind & GIVEN or kind & SURNAME or end in view.cued_ends or not is_state(word):
        return False
    label = view.scene.label(start)
    told = label is not None and label.type == "PERSON" and label.strength > 0.8
    return not told or "ぁ" <= view.text[start - 1] <= "ん"


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
        return not any(view.text[start:end] in ordinary_kana() for start, end in words)
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
        if text[begins] in GAPS:
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
        if head.type == "PERSON" and 1 < len(value) <= 24 and value.strip(GAPS):
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
                if place in until and text[place - 1] not in GAPS:
                    yield start, place
