"""Names of persons: every place where one may stand is proposed, with what speaks for and against it as features.

Candidates come from the dictionary's proper nouns, from labels and honorifics, and from the forms of kana, romaji
and spaced names. The weights decide, so nothing here needs to be sure.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from kijun.inspection.context import char_class
from kijun.inspection.name_lists import FOREIGN_KANA, NameLists, name_lists
from kijun.inspection.rule import Rule
from kijun.inspection.scene import Candidate, Label, Scene
from kijun.inspection.tokens import ENTITY, GIVEN, NAME, NOUN, PLACE, SURNAME, Token

_KANJI: Final = "一-龥々〆ヶ𠀀-𯿿"
_WORD: Final = rf"(?:[{_KANJI}]{{1,5}}[ぁ-ん]{{0,3}}|[ァ-ヴー]{{2,10}}|[ぁ-ん]{{2,6}})"
_AFTER_LABEL: Final = re.compile(
    rf"([{_KANJI}ノ]{{1,6}}[ぁ-ん]{{0,4}}|[ァ-ヴー]{{2,12}}|[ぁ-ん]{{2,8}})(?:([ \n・]{{1,3}})([{_KANJI}]{{1,4}}[ぁ-ん]{{0,3}}|[ァ-ヴー]{{1,10}}|[ぁ-ん]{{1,6}}))?"
)
_BEFORE_HONORIFIC: Final = re.compile(
    rf"(?:([{_KANJI}ノ]{{1,5}}|[ァ-ヴー・]{{2,16}}|[ぁ-ん]{{1,6}})([ \n]{{0,3}}))?([{_KANJI}]{{1,6}}[ぁ-ん]{{0,3}}|[ァ-ヴー・=]{{2,20}}|[ぁ-ん]{{2,7}})[ \n]{{0,2}}$"
)
_PAIR: Final = re.compile(
    rf"(?<![{_KANJI}ァ-ヴー])([{_KANJI}]{{1,4}})([ \n・]{{1,3}})([{_KANJI}]{{1,3}}[ぁ-ん]?|[ぁ-ん]{{1,5}}|[ァ-ヴー]{{1,6}})(?![{_KANJI}])"
)
_SPACED: Final = re.compile(
    rf"(?<![{_KANJI}ァ-ヴー])[{_KANJI}](?: {{1,2}}[{_KANJI}]){{1,5}}(?![{_KANJI}](?<![様殿氏宅]))"
)
_KATAKANA: Final = re.compile(
    r"(?<![ァ-ヴー])[ァ-ヴー]{1,10}(?:[ ・=\n]{1,2}[ァ-ヴー]{1,12}){1,4}(?![ァ-ヴー])"
)
_KATAKANA_PART: Final = re.compile(r"[ァ-ヴー]+")
_HIRAGANA: Final = re.compile(r"(?<![ぁ-ん一-龥ァ-ヴー])[ぁ-ん]{2,6}[ \n]{1,2}[ぁ-ん]{2,6}(?![ぁ-ん一-龥])")
_KANA_SELF: Final = re.compile(
    r"(?<![ぁ-んァ-ヴー一-龥])(?:[ぁ-ん]{2,5}?|[ァ-ヴー]{2,6})(?=です|と申|といい|と言い|という|っす|だけど|ですが|やけど| ?[(0-9])"
)
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
        self.starts = {token.start: number for number, token in enumerate(self.tokens)}
        self.ends = {token.end: number for number, token in enumerate(self.tokens)}
        self.after = {group: _by_start(scene, group) for group in ("honorific", "title", "thing")}
        self.before = {group: _by_end(scene, group) for group in ("kin", "company", "title")}

    def features(self, start: int, end: int, label: Label | None) -> tuple[str, ...]:
        """What the span itself is made of and which words touch it."""
        text = self.text
        written = text[start:end]
        parts = [part for part in _PARTS_ALL.split(written) if part]
        joined = "".join(parts) if all(len(part) == 1 for part in parts) else ""
        if joined:
            parts = [joined]
        tokens = self.tokens[bisect_left(self.tokens, start, key=_start) :] if self.tokens else []
        kinds = ""
        for token in tokens:
            if token.start >= end:
                break
            kinds += "SGNPEnspo"[token.kind] if token.end <= end else "x"
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
        before, after = self._neighbours(start, end, gap_end)
        features += (*near, f"tb={before}", f"ta={after}", f"tb={before},ta={after}")
        near.append(f"ta={after}")
        near.append(f"tb={before}")
        return features, near

    def _neighbours(self, start: int, end: int, gap_end: int) -> tuple[str, str]:
        """What the words beside the span are: their kinds, and whether they are names themselves."""
        place = bisect_left(self.tokens, start, key=_start) - 1 if self.tokens else -1
        before = "edge"
        if place >= 0:
            token = self.tokens[place]
            spaced = self.text[token.start : token.end].isspace()
            if spaced and place:
                token = self.tokens[place - 1]
            before = f"{'SGNPEnspo'[token.kind]}{'_' if spaced else ''}"
        after = "edge"
        number = self.starts.get(end)
        if number is not None:
            token = self.tokens[number]
            spaced = self.text[token.start : token.end].isspace()
            if spaced and number + 1 < len(self.tokens):
                token = self.tokens[number + 1]
            named = self.lists.is_given(self.text[token.start : token.end])
            after = f"{'SGNPEnspo'[token.kind]}{'_' if spaced else ''}{'g' if named else ''}"
        elif end < len(self.text):
            after = "inside"
        return before, after


def _spans(view: _View) -> Iterator[tuple[int, int]]:
    yield from _from_tokens(view)
    yield from _from_heads(view)
    lists = view.lists
    for start, end in {*_from_labels(view), *_from_honorifics(view), *_from_forms(view)}:
        if _plausible(view.text[start:end], lists):
            yield start, end
    text = view.text
    for match in _ROMAJI.finditer(text):
        if any(lists.is_romaji(word) for word in match[0].replace(",", " ").split()):
            yield match.span()
    for match in _ONE_ROMAJI.finditer(text):
        if lists.is_romaji(match[0]):
            yield match.span()


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
        return "・" in written or lists.is_surname(first) or lists.is_given(last) or first in FOREIGN_KANA
    return lists.is_surname(first) or (
        len(last) > 1 and lists.is_given(last) and not _script(first) == "hira"
    )


_PARTS_ALL: Final = re.compile(r"[ \n・=,]+")
_PARTS: Final = re.compile(r"[ \n・=]+")


def _from_tokens(view: _View) -> Iterator[tuple[int, int]]:
    tokens, text, lists = view.tokens, view.text, view.lists
    for number, token in enumerate(tokens):
        kind = token.kind
        named = kind <= NAME
        if not named:
            if kind not in (PLACE, ENTITY, NOUN) or token.end - token.start > 4:
                continue
            surface = text[token.start : token.end]
            if surface.isascii() or not (lists.is_surname(surface) or lists.is_given(surface)):
                continue
            if kind == NOUN and not _has_cue(view, token):
                continue
        yield token.start, token.end
        yield from _extended(view, number, token)


def _has_cue(view: _View, token: Token) -> bool:
    """Whether an ordinary word stands where names stand: before an honorific or title, after kin, a label or a break."""
    if any(token.end in words or token.end + 1 in words for words in view.after.values()):
        return True
    start = token.start
    if _AGED.match(view.text, token.end):
        return True
    if any(start in words or start - 1 in words for words in view.before.values()):
        return True
    label = view.scene.label(start)
    return label is not None and label.type in ("PERSON", "BANK_ACCOUNT")


_AGED: Final = re.compile(r"[ 、(]{0,2}(?:[0-9]{1,3}|[一二三四五六七八九十]{1,3})(?:歳|才|さい|か月|カ月)")


def _extended(view: _View, number: int, token: Token) -> Iterator[tuple[int, int]]:
    """A surname with what may be the given name after it: up to three words, with or without a space."""
    tokens, text = view.tokens, view.text
    length = 0
    for following in tokens[number + 1 : number + 6]:
        between = text[token.end : following.start]
        surface = text[following.start : following.end]
        if surface.strip(" \n・=") == "":
            if len(surface) > 3 or length:
                break
            continue
        if len(between) > 3 or not _NAME_CHARS.fullmatch(surface):
            break
        length += len(surface)
        if length > 5:
            break
        rest = text[following.end - length : following.end]
        if following.kind in (SURNAME, GIVEN, NAME) or view.lists.is_given(rest):
            yield token.start, following.end


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
    text = view.text
    for group in ("honorific", "title"):
        for place in view.after[group]:
            match = _BEFORE_HONORIFIC.search(text, max(0, place - 20), place)
            if match is None:
                continue
            yield match.span(3)
            if match[1] and match[2]:
                yield match.start(1), match.end(3)


def _by_start(scene: Scene, group: str) -> dict[int, str]:
    """Words of a group by where they begin, the longest for each place."""
    return {hit.start: hit.value for hit in scene.words(group)}


def _by_end(scene: Scene, group: str) -> dict[int, str]:
    return {hit.end: hit.value for hit in scene.words(group)}


def _start(token: Token) -> int:
    return token.start


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
