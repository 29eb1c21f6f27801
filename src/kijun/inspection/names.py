"""Names of persons: every place where one may stand is proposed, with what speaks for and against it as features.

Candidates come from the dictionary's proper nouns, from labels and honorifics, and from the forms of kana, romaji
and spaced names. The weights decide, so nothing here needs to be sure.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final

from kijun.inspection.context import char_class
from kijun.inspection.name_lists import FOREIGN_KANA, NameLists, name_lists
from kijun.inspection.rule import Rule
from kijun.inspection.scene import Candidate, Label, Scene
from kijun.inspection.tokens import NAME, NOUN, PLACE

_KANJI: Final = "一-龥々〆ヶ𠀀-𯿿"
_WORD: Final = rf"(?:[{_KANJI}]{{1,5}}[ぁ-ん]{{0,3}}|[ァ-ヴー]{{2,10}}|[ぁ-ん]{{2,6}})"
_AFTER_LABEL: Final = re.compile(
    rf"([{_KANJI}ノ]{{1,6}}[ぁ-ん]{{0,4}}|[ァ-ヴー]{{2,12}}|[ぁ-ん]{{2,8}})(?:([ \n・]{{1,3}})([{_KANJI}]{{1,4}}[ぁ-ん]{{0,3}}|[ァ-ヴー]{{1,10}}|[ぁ-ん]{{1,6}}))?"
)
_BEFORE_HONORIFIC: Final = re.compile(
    rf"(?:([{_KANJI}ノ]{{1,5}}|[ァ-ヴー・]{{2,16}}|[ぁ-ん]{{1,6}})([ \n]{{0,3}}))?([{_KANJI}]{{1,6}}[ぁ-ん]{{0,3}}|[ァ-ヴー・=]{{2,20}}|[ぁ-ん]{{2,7}})[ \n]{{0,2}}$"
)
_PAIR: Final = re.compile(
    rf"(?<![{_KANJI}ァ-ヴー])([{_KANJI}]{{1,4}})([ \n・]{{1,3}})([{_KANJI}]{{1,3}}[ぁ-ん]{{0,2}}|[ぁ-ん]{{1,5}}[{_KANJI}]?|[ァ-ヴー]{{1,8}}[{_KANJI}]?)(?![{_KANJI}])"
)
_SPACED: Final = re.compile(
    rf"(?<![{_KANJI}ァ-ヴーぁ-ん])[{_KANJI}](?: {{1,2}}[{_KANJI}ぁ-んァ-ヴー]){{1,6}}(?![ぁ-んァ-ヴー])"
)
_KATAKANA: Final = re.compile(
    r"(?<![ァ-ヴー])[ァ-ヴー]{1,10}(?:[ ・=\n]{1,2}[ァ-ヴー]{1,12}){1,4}(?![ァ-ヴー])"
)
_KATAKANA_PART: Final = re.compile(r"[ァ-ヴー]+")
_HIRAGANA: Final = re.compile(r"(?<![ぁ-ん一-龥ァ-ヴー])[ぁ-ん]{2,6}[ \n]{1,2}[ぁ-ん]{2,6}(?![ぁ-ん一-龥])")
_KANA_SELF: Final = re.compile(
    r"(?<![ぁ-んァ-ヴー一-龥])(?:[ぁ-ん]{2,9}?|[ァ-ヴー]{2,9})(?=です|と申|といい|と言い|という|とかい|っす|だけど|ですが|やけど|、|。|」| ?[(0-9])"
)
_SPEAKER: Final = re.compile(rf"(?:^|\n)[ ]?([{_KANJI}]{{1,5}}|[ぁ-ん]{{2,6}}|[ァ-ヴー]{{2,8}})(?=[ ]?[:「])")
_HIRA_END: Final = re.compile(r"[ぁ-ん]+$")
_ROMAJI: Final = re.compile(
    r"(?<![A-Za-z0-9@._/-])[A-Z][A-Za-z'’.-]{0,17}(?:(?:, ?| {1,2}|\n)(?:[A-Z][A-Za-z'’.-]{0,17}|da|de|dos|del|van|bin|binti|al|la)){1,5}(?![A-Za-z0-9@])"
)
_ONE_ROMAJI: Final = re.compile(r"(?<![A-Za-z0-9@._/-])[A-Z][A-Za-z'’-]{1,17}(?![A-Za-z0-9@._/])")


class Names:
    """The recogniser of PERSON."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rule = rules[0].id if rules else ""
        self._lists = name_lists() if rules else None

    def __call__(self, scene: Scene) -> Iterator[Candidate]:
        """Propose names; many overlap."""
        if not self._rule or self._lists is None:
            return
        view = _View(scene, self._lists)
        for start, end in sorted(set(_spans(view))):
            yield Candidate(
                "PERSON", start, end, 0.5, self._rule, view.features(start, end, scene.label(start))
            )


class _View:
    """A scene as names see it: tokens by place, and the words that stand after and before names."""

    def __init__(self, scene: Scene, lists: NameLists) -> None:
        self.scene = scene
        self.text = scene.text
        self.lists = lists
        self.tokens = scene.tokens
        self.starts = self.tokens.at
        self.ends = self.tokens.until
        self.after = {group: _by_start(scene, group) for group in ("honorific", "title", "thing")}
        self.before = {group: _by_end(scene, group) for group in ("kin", "company", "title")}

    @cached_property
    def _cued_ends(self) -> set[int]:
        """Where a word must end to stand before an honorific, a title or a thing; also with a space between."""
        places = {place for words in self.after.values() for place in words}
        return places | {place - 1 for place in places}

    @cached_property
    def _cued_starts(self) -> set[int]:
        """Where a word must begin to stand after a label of persons, after kin or a company; also after one mark."""
        places = {place for words in self.before.values() for place in words}
        places |= {
            label.end for label in self.scene.words("label") if label.value in ("PERSON", "BANK_ACCOUNT")
        }
        return places | {place + 1 for place in places} | {place + 2 for place in places}

    def has_cue(self, start: int, end: int) -> bool:
        """Whether an ordinary word stands where names stand."""
        if end in self._cued_ends or start in self._cued_starts or _AGED.match(self.text, end):
            return True
        head = self.scene.head(start)
        return head is not None and head.type == "PERSON"

    def features(self, start: int, end: int, label: Label | None) -> tuple[str, ...]:
        """What the span itself is made of and which words touch it."""
        text = self.text
        written = text[start:end]
        parts = [part for part in _PARTS_ALL.split(written) if part]
        joined = "".join(parts) if all(len(part) == 1 for part in parts) else ""
        if joined:
            parts = [joined]
        tokens = self.tokens
        kinds = ""
        for number in range(bisect_left(tokens.starts, start), len(tokens)):
            if tokens.starts[number] >= end:
                break
            kinds += "SGNPEnspo"[tokens.kinds[number]] if tokens.ends[number] <= end else "x"
        aligned = f"{int(start in self.starts)}{int(end in self.ends)}"
        script = "+".join(_script(part) for part in parts[:3])
        features = [
            f"script={script}",
            f"parts={min(4, len(parts))}",
            f"len={min(7, len(written))}",
            f"kinds={kinds[:6]}",
            f"aligned={aligned}",
            f"k0={kinds[:1]}{aligned[0]}",
            f"gap={'line' if chr(10) in written else 'dot' if '・' in written else 'space' if ' ' in written else 'none'}",
        ]
        lexical = self._lexical(parts, script)
        touching, near = self._touching(start, end)
        features += lexical
        features += touching
        what = f"{script}|{lexical[0]}|{lexical[1]}"
        features += [f"{what}&{one}" for one in near]
        if label is not None:
            features.append(f"{what}&label={label.type}{label.strength}")
        features.append(f"{what}&{char_class(text[start - 1 : start])}{char_class(text[end : end + 1])}")
        return tuple(features)

    def _lexical(self, parts: list[str], script: str) -> list[str]:
        lists = self.lists
        first = parts[0]
        if script.startswith("latin"):
            known = sum(lists.is_romaji(part) for part in parts)
            return [
                f"romaji={min(3, known)}/{min(3, len(parts))}",
                f"caps={parts[0].isupper()}{parts[-1].isupper()}",
            ]
        features = []
        if len(parts) == 1:
            cut = self.lists.cut(first)
            features.append(
                f"whole={'S' if first in lists.common else 's' if lists.is_surname(first) else ''}{'g' if lists.is_given(first) else ''}"
            )
            features.append(f"cut={cut}")
        else:
            last = parts[-1]
            features.append(
                f"first={'S' if first in lists.common else 's' if lists.is_surname(first) else 'g' if lists.is_given(first) else '?'}"
            )
            features.append(f"last={'g' if lists.is_given(last) else 's' if lists.is_surname(last) else '?'}")
            if script.startswith("kata"):
                features.append(f"foreign={min(2, sum(part in FOREIGN_KANA for part in parts))}")
        return features

    def _touching(self, start: int, end: int) -> tuple[list[str], list[str]]:
        """Words that touch the span, and the few of them that matter together with what the span is."""
        text = self.text
        features: list[str] = []
        near: list[str] = []
        gap_end = end
        while gap_end < len(text) and gap_end - end < 2 and text[gap_end] in " \n":
            gap_end += 1
        for group, words in self.after.items():
            word = words.get(end)
            how = ""
            if word is None and gap_end > end and group != "thing":
                word, how = words.get(gap_end), "_"
            if word is not None:
                features.append(f"{group}{how}={word}")
                near.append(f"{group}{how}")
        for group, words in self.before.items():
            word, how = words.get(start), ""
            if word is None and start and text[start - 1] in "の・: (「、はが/ =":
                word, how = words.get(start - 1), text[start - 1]
            if word is not None:
                features.append(f"<{group}={word}")
                near.append(f"<{group}{how}")
        if _AGED.match(text, end):
            near.append("aged")
        if self._inside(start, end):
            near.append("inside")
        before, after = self._neighbours(start, end, gap_end)
        features += (*near, f"tb={before}", f"ta={after}", f"tb={before},ta={after}")
        near.append(f"ta={after}")
        near.append(f"tb={before}")
        return features, near

    def _inside(self, start: int, end: int) -> bool:
        """Whether the span is a part of a word that is no name: 民生 of 民生委員."""
        for group in ("kin", "label", "title"):
            ends, hits = self.scene.ends(group), self.scene.words(group)
            for number in range(bisect_left(ends, end), len(ends)):
                if ends[number] > end + 4:
                    break
                if hits[number].start <= start and hits[number].end - hits[number].start > end - start:
                    return True
        return False

    def _neighbours(self, start: int, end: int, gap_end: int) -> tuple[str, str]:
        """What the words beside the span are: their kinds, and whether they are names themselves."""
        tokens, text = self.tokens, self.text
        place = bisect_left(tokens.starts, start) - 1
        before = "edge"
        if place >= 0:
            spaced = text[tokens.starts[place] : tokens.ends[place]].isspace()
            kind = tokens.kinds[place - 1 if spaced and place else place]
            before = f"{'SGNPEnspo'[kind]}{'_' if spaced else ''}"
        after = "edge"
        number = self.starts.get(end)
        if number is not None:
            spaced = text[tokens.starts[number] : tokens.ends[number]].isspace()
            if spaced and number + 1 < len(tokens):
                number += 1
            kind = tokens.kinds[number]
            named = kind <= PLACE or (
                kind == NOUN and self.lists.is_given(text[tokens.starts[number] : tokens.ends[number]])
            )
            after = f"{'SGNPEnspo'[kind]}{'_' if spaced else ''}{'g' if named else ''}"
        elif end < len(text):
            after = "inside"
        return before, after


def _spans(view: _View) -> Iterator[tuple[int, int]]:
    yield from _from_tokens(view)
    yield from _from_heads(view)
    yield from _from_honorifics(view)
    lists, text = view.lists, view.text
    unlisted: list[tuple[int, int]] = []
    for start, end in {*_from_labels(view), *_from_kin(view, unlisted), *_from_forms(view)}:
        if _plausible(text[start:end], lists):
            yield start, end
    yield from unlisted
    japanese = not text.isascii()
    for match in _ROMAJI.finditer(text):
        words = match[0].replace(",", " ").split()
        if any(lists.is_romaji(word) for word in words) or (
            japanese and not _ORDINARY.intersection(map(str.lower, words))
        ):
            yield match.span()
    for match in _ONE_ROMAJI.finditer(text):
        if lists.is_romaji(match[0]) or text.startswith(
            ("さん", "-san", " san", "様", "氏", "ちゃん", "くん"), match.end()
        ):
            yield match.span()


_ORDINARY: Final = frozenset(
    [
        "the",
        "and",
        "for",
        "with",
        "from",
        "system",
        "server",
        "windows",
        "office",
        "excel",
        "word",
        "power",
        "point",
        "city",
        "hall",
        "center",
        "centre",
        "national",
        "park",
        "line",
        "station",
        "museum",
        "university",
        "school",
        "street",
        "avenue",
        "web",
        "site",
        "page",
        "api",
        "key",
        "token",
        "error",
        "code",
        "data",
        "base",
        "service",
        "support",
        "help",
        "desk",
        "mail",
        "server",
        "name",
        "date",
        "time",
        "new",
        "old",
        "first",
        "last",
        "test",
        "sample",
        "project",
        "team",
        "group",
        "company",
        "limited",
        "inc",
        "ltd",
        "co",
        "corporation",
        "japan",
        "tokyo",
        "osaka",
        "kyoto",
        "street",
        "road",
        "building",
        "floor",
        "room",
        "hotel",
        "bank",
        "east",
        "west",
        "north",
        "south",
        "international",
        "general",
        "public",
    ]
)


def _from_kin(view: _View, unlisted: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What stands right after a word for kin or an office-holder, with の, a bracket or a mark between or nothing."""
    text, lists = view.text, view.lists
    for hit in view.scene.words("kin"):
        place = hit.end
        while place - hit.end < 2 and text[place : place + 1] in _BETWEEN:
            place += 1
        match = _AFTER_LABEL.match(text, place)
        if match is None:
            continue
        yield match.span(1)
        if match[3]:
            yield match.span()
        word = match[1]
        if _script(word) == "kata":  # 妻がアイリーン: of people from abroad no list knows all
            unlisted.append((place, match.end(1)))
        for length in range(2, min(len(word), 5)):  # a name in kana runs into what follows it: みどりは
            if _script(word[:length]) in ("hira", "kata") and lists.is_given(word[:length]):
                yield place, place + length
        kanji = _KANJI_HEAD.match(word)
        if kanji and kanji.end() < len(word):
            yield place, place + kanji.end()


_BETWEEN: Final = frozenset("の・: (「、はが ")
_KANJI_HEAD: Final = re.compile(rf"[{_KANJI}]+")


def _from_forms(view: _View) -> Iterator[tuple[int, int]]:
    """Words in pairs, one character after another, kana with a space or a dot."""
    text = view.text
    for match in _PAIR.finditer(text):
        yield match.span()
        yield match.span(1)
        yield match.span(3)
        if _HIRA_END.search(match[3]):  # みどりは: where the dictionary ends a word the name may end
            for end in range(match.start(3) + 1, match.end()):
                if end in view.ends:
                    yield match.start(), end
    for pattern in (_SPACED, _HIRAGANA, _KANA_SELF):
        for match in pattern.finditer(text):
            yield match.span()
    for match in _SPEAKER.finditer(text):
        yield match.span(1)
    for match in _KATAKANA.finditer(text):
        yield match.span()
        parts = [part.span() for part in _KATAKANA_PART.finditer(match[0])]
        if len(parts) > 2:
            base = match.start()
            for left, right in pairwise(parts):
                yield base + left[0], base + right[1]


def _plausible(written: str, lists: NameLists) -> bool:
    """Whether a word or a pair of words can be a name at all: a part of it is in the lists, or it is foreign by its form."""
    parts = _PARTS.split(written)
    if len(parts) > 2 and all(len(part) == 1 for part in parts):
        parts = ["".join(parts)]
    first, last = parts[0], parts[-1]
    if not first or not last:
        return False
    if len(parts) == 1:
        return lists.is_surname(first) or lists.is_given(first) or bool(lists.cut(first))
    if _script(first) == "kata":
        return True
    return lists.is_surname(first) or (lists.is_given(last) and _script(first) != "hira")


_PARTS_ALL: Final = re.compile(r"[ \n・=,]+")
_PARTS: Final = re.compile(r"[ \n・=]+")


def _from_tokens(view: _View) -> Iterator[tuple[int, int]]:
    tokens, text, lists = view.tokens, view.text, view.lists
    for number, kind in enumerate(tokens.kinds):
        if kind > NOUN:
            continue
        start, end = tokens.starts[number], tokens.ends[number]
        if kind > NAME:
            if end - start > 4 or (kind == NOUN and not view.has_cue(start, end)):
                continue
            surface = text[start:end]
            if surface.isascii() or not (lists.is_surname(surface) or lists.is_given(surface)):
                continue
        yield start, end
        yield from _extended(view, number, start, end)


_AGED: Final = re.compile(r"[ 、(]{0,2}(?:[0-9]{1,3}|[一二三四五六七八九十]{1,3})(?:歳|才|さい|か月|カ月)")


def _extended(view: _View, number: int, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A surname with what may be the given name after it: up to three words, with or without a space."""
    tokens, text = view.tokens, view.text
    length = 0
    for following in range(number + 1, min(number + 6, len(tokens))):
        begins, ends = tokens.starts[following], tokens.ends[following]
        surface = text[begins:ends]
        if surface.strip(" \n・=") == "":
            if len(surface) > 3 or length:
                break
            continue
        if begins - end - length > 3 or not _NAME_CHARS.fullmatch(surface):
            break
        length += len(surface)
        if length > 5:
            break
        if tokens.kinds[following] <= NAME or view.lists.is_given(text[ends - length : ends]):
            yield start, ends


_NAME_CHARS: Final = re.compile(rf"[{_KANJI}]{{1,4}}|[ぁ-ん]{{1,5}}|[ァ-ヴー]{{1,10}}")


def _from_labels(view: _View) -> Iterator[tuple[int, int]]:
    text = view.text
    for label in view.scene.words("label"):
        if label.value != "PERSON":
            continue
        place = label.end
        while place < len(text) and place - label.end < 8 and text[place] in " :=\n」)】(・/|\"'*はの、]>":
            place += 1
        if place == label.end:
            continue
        match = _AFTER_LABEL.match(text, place)
        if match:
            yield match.span(1)
            if match[3]:
                yield match.span()


def _from_heads(view: _View) -> Iterator[tuple[int, int]]:
    """Cells of the columns that hold names."""
    for number, (mark, heads) in view.scene.tables.items():
        start = view.scene.line_starts[number]
        for column, cell in enumerate(view.scene.row(number).split(mark)):
            if column < len(heads) and (head := heads[column]) is not None and head.type == "PERSON":
                inner = cell.strip(" \u3000\"'*")
                if 1 < len(inner) <= 24:
                    offset = start + cell.find(inner)
                    yield offset, offset + len(inner)
            start += len(cell) + len(mark)


def _from_honorifics(view: _View) -> Iterator[tuple[int, int]]:
    text, lists = view.text, view.lists
    for group in ("honorific", "title"):
        for place, word in view.after[group].items():
            match = _BEFORE_HONORIFIC.search(text, max(0, place - 20), place)
            if match is None:
                continue
            sure = (
                word in _SURE
                and 1 < len(match[3]) < 5
                and _script(match[3]) in ("kanji", "kata")
                and match[3] not in _SURE
            )
            if sure or _plausible(match[3], lists):
                yield match.span(3)
            if match[1] and match[2] and _plausible(text[match.start(1) : match.end(3)], lists):
                yield match.start(1), match.end(3)


#: Before these any word in kanji or katakana may be a name, however rare.
_SURE: Final = frozenset({"様", "さま", "さん", "氏", "殿", "くん", "君", "ちゃん"})


def _by_start(scene: Scene, group: str) -> dict[int, str]:
    """Words of a group by where they begin, the longest for each place."""
    return {hit.start: hit.value for hit in scene.words(group)}


def _by_end(scene: Scene, group: str) -> dict[int, str]:
    return {hit.end: hit.value for hit in scene.words(group)}


@lru_cache(maxsize=20_000)
def _script(word: str) -> str:
    codes = {_char_script(char) for char in word}
    if codes == {"kanji", "hira"}:
        return "kanji-hira" if _char_script(word[0]) == "kanji" else "mixed"
    return codes.pop() if len(codes) == 1 else "mixed"


def _char_script(char: str) -> str:
    code = ord(char)
    if 0x3041 <= code <= 0x309F:
        return "hira"
    if 0x30A1 <= code <= 0x30FF:
        return "kata"
    if 0x3400 <= code <= 0x9FFF or code >= 0x20000 or char in "々〆":
        return "kanji"
    return "latin" if char.isascii() else "mixed"
