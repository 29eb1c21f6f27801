"""Where a name may stand by its form alone: pairs of words, spaced characters, kana, readings, speakers, who signs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from kijun.inspection.name_lists import ABROAD, GIVEN, SURNAME
from kijun.inspection.scripts import KANJI

if TYPE_CHECKING:
    from kijun.inspection.name_view import Place, View

_NAMES: Final = SURNAME | GIVEN | ABROAD
# Patterns over the kinds of characters (`scripts.kinds_of`): j kanji, h hiragana, k katakana and ー, d ・
_KANJI_HEAD: Final = re.compile(r"j+")
_PAIR: Final = re.compile(r"(j{1,4})([ \nd]{1,3})(j{1,3}h{0,2}|h{1,5}j?|k{1,8}j?)(?!j)")
#: Single characters divided by spaces, often with a wider gap before the given name: 別 府　 匠 海
_SPACED_RUN: Final = re.compile(r"[jhk](?<![jhk].)(?: {1,3}[jhk](?![jhk]))+")
_PARTICLES: Final = frozenset("のはがをにとさ様氏殿で")
#: A given name whose characters stand apart: 小野寺   美 咲
_APART: Final = re.compile(r"j{2,4} {1,4}j(?: j){1,2}(?![jhk])")
_KATAKANA: Final = re.compile(r"k{1,10}(?:[ d=\n]{1,2}k{1,12}){1,4}(?!k)")
_KATAKANA_PART: Final = re.compile(r"k+")
#: What words for the part that somebody has end in.
_ROLES: Final = frozenset("人方者主員長名父母妻夫男女故亡")
_HALF_ABROAD: Final = re.compile(r"k(?<!kk)k{1,9}[ d](j{1,3})(?!j)")  # ハリス 莉子
_SPACED_HINT: Final = re.compile(r"[jk] {1,2}[jhk]")
#: A surname of two characters before です, and what folding leaves spaced because the gaps differ.
_SPACED: Final = re.compile(
    rf"(?:[{KANJI}](?: {{1,2}}[{KANJI}ぁ-んァ-ヴー]){{1,6}}|[ァ-ヴー](?: {{1,2}}[ァ-ヴー]){{2,10}})(?:(?![ぁ-んァ-ヴー])|(?=さま|さん|です|と申))"
)
_HIRAGANA: Final = re.compile(r"h{2,6}[ \n]{1,2}h{2,6}(?![hj])")
_KANA: Final = re.compile(r"[^jhk](?=hh|kk)")
_KANA_SELF: Final = re.compile(
    r"(?:[ぁ-ん]{2,9}?|[ァ-ヴー]{2,9})(?=です|と申|といい|と言い|いいます|言います|という|とかい|っす|だけど|ですが|やけど|、|。|」| ?[(0-9])"
)
_IN_SECTION: Final = re.compile(
    rf"[課係室班]([{KANJI}]{{2,3}})(?=[へにがはとかまよも、。) \n])"
)  # 人事課滝口へ
#: Who signs: a surname alone at the end of a note.
_SIGNED: Final = re.compile(rf"(?:\n *|[。!] *\(| {{2,4}})([{KANJI}]{{1,4}})\)?\Z")
_SPEAKER: Final = re.compile(rf"[\n。」)\]_] ?([{KANJI}]{{1,5}}|[ぁ-ん]{{2,6}}|[ァ-ヴー]{{2,8}})(?= ?[:「>])")
_FIRST_SPEAKER: Final = re.compile(_SPEAKER.pattern.removeprefix(r"[\n。」)\]_]"))


def form_places(view: View) -> Iterator[Place]:
    """Words in pairs, one character after another, kana with a space or a dot, who speaks in a record."""
    text, kinds = view.text, view.scene.kinds
    kind = view.names.kind
    match = _PAIR.search(kinds)
    while match:
        yield from _from_pair(view, match)
        # the second word may be the first of another pair: 亡くなった方 山田 太郎
        match = _PAIR.search(kinds, match.start(3))
    if " " in text:
        if _SPACED_HINT.search(kinds):
            yield from _outside(_SPACED, text, kinds)
            yield from _spaced(view)
            for match in _APART.finditer(kinds):
                yield match.span()
        yield from _outside(_HIRAGANA, kinds, kinds)
    for match in _KANA.finditer("\n" + kinds):
        own = _KANA_SELF.match(text, match.start())
        if own:
            yield own.span()
    for match in _HALF_ABROAD.finditer(kinds):
        if kind(*match.span(1)) & GIVEN:
            yield match.span()
    for pattern in (_IN_SECTION, _SPEAKER):
        for match in pattern.finditer(text):
            yield match.span(1)
    first = _FIRST_SPEAKER.match(text)
    if first:
        yield first.span(1)
    yield from _signed(text)
    for match in _KATAKANA.finditer(kinds):
        yield match.span()
        pieces = [part.span() for part in _KATAKANA_PART.finditer(kinds, *match.span())]
        if len(pieces) > 2:
            for left, right in pairwise(pieces):
                yield left[0], right[1]


def _outside(pattern: re.Pattern[str], written: str, kinds: str) -> Iterator[Place]:
    """What a pattern finds, but for what begins inside a word."""
    found = pattern.search(written)
    while found:
        inside = found.start() > 0 and kinds[found.start() - 1] in "jhk"
        if not inside:
            yield found.span()
        found = pattern.search(written, found.start() + 1 if inside else found.end())


def _signed(text: str) -> Iterator[Place]:
    """Who signs at the end of a paragraph, or of the text."""
    first, end = 0, text.find("\n\n")
    while True:
        last = len(text) if end < 0 else end
        while last > first and text[last - 1] in " \n":
            last -= 1
        match = _SIGNED.search(text, max(first, last - 24), last)
        if match:
            yield match.span(1)
        if end < 0:
            return
        first, end = end, text.find("\n\n", end + 2)


def _from_pair(view: View, match: re.Match[str]) -> Iterator[Place]:
    """Two words with a space, a dot or a line break between, and each alone; the second also without the kana after it."""
    text, kind, kinds = view.text, view.names.kind, view.scene.kinds
    start, end = match.span()
    yield from _behind_roles(view, start, match.end(1), match.start(3), end)
    if start and kinds[start - 1] in "jk":
        return
    first, last = kind(start, match.end(1)), kind(match.start(3), end)
    if first & SURNAME or last & GIVEN or end - start == 3 or not text[end - 1] < "ぁ":
        yield start, end
    kanji = _KANJI_HEAD.match(view.scene.kinds, match.start(3), end)
    if kanji and kanji.end() < end and kind(*kanji.span()) & GIVEN:  # 安居院 香苗です
        yield start, kanji.end()
    if first & _NAMES or match.end(1) - start > 2:
        yield match.span(1)
    if last & _NAMES:
        yield match.span(3)


def _behind_roles(view: View, start: int, middle: int, second: int, end: int) -> Iterator[Place]:
    """A pair whose surname is the end of a longer word: 届出人鯖江 明美, 被相続人百目鬼 源三郎."""
    text, kind, kinds = view.text, view.names.kind, view.scene.kinds
    while start and kinds[start - 1] == "j":
        start -= 1
    if middle - start < 3 or kind(start, middle) & SURNAME or not kind(second, end) & GIVEN:
        return
    for length in (3, 2, 4, 1):
        first = middle - length
        if first > start and (kind(first, middle) & SURNAME or text[first - 1] in _ROLES):
            yield first, end


def _spaced(view: View) -> Iterator[Place]:
    """Parts of runs of single characters that begin and end where a word may, and that the lists know as a whole."""
    text = view.text
    for match in _SPACED_RUN.finditer(view.scene.kinds):
        ats = [at for at in range(*match.span()) if text[at] != " "]
        for first in range(len(ats) - 1):
            if first and ats[first] - ats[first - 1] < 3 and text[ats[first - 1]] not in _PARTICLES:
                continue
            for last in range(first + 1, min(first + 6, len(ats))):
                ends = (
                    last + 1 == len(ats) or ats[last + 1] - ats[last] > 2 or text[ats[last + 1]] in _PARTICLES
                )
                if ends:
                    yield ats[first], ats[last] + 1
