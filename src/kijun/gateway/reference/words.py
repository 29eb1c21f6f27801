"""What a Japanese text is searched by: its words in their normal form, pairs of characters of its nouns, and its kanji.

引越し, 引っ越し and 引越 are one word. Pairs of characters find what a dictionary cuts elsewhere (ごみ in ごみ出し). A kanji carries a meaning:
死んだ and 死亡届, 壊す and 取壊し share one, though they share no word.
"""

from __future__ import annotations

import threading
import unicodedata
from functools import cache
from typing import Final, NamedTuple

from sudachipy import Dictionary, SplitMode
from sudachipy.tokenizer import Tokenizer

_LIMIT: Final = 12_000  # characters of up to four bytes; Sudachi refuses more than 49,149 bytes
PAIR: Final = "\x01"
"""Begins the term of a pair of characters."""
KANJI: Final = "\x02"
"""Begins the term of a kanji."""
SPOKEN: Final = 4
"""Kana from which on a word is known by how it is read; shorter ones stand in too many others."""
#: Words that say nothing about what a text is about.
_EMPTY: Final = frozenset(
    "此の 其の 彼の 何の 或る 為る 居る 有る 成る 出来る 御 ご 下さる 頂く 頂ける 致す 於く 因る 就く 言う 付く 又 及び 並びに 若しくは 又は 此れ 其れ"  # noqa: SIM905  # a text of words is read more easily
    " 知る 教える 思う 聞く 伺う 欲しい 良い 何 何処 何時 誰 幾つ 如何 どう 何れ 事 物 者 時 等 為 様 場合 方 方法 分かる 遣る 行く 呉れる 貰う"
    " 必要 内 上 つ 的 さん".split()
)


class Word(NamedTuple):
    """A word with its terms: the word's own, its pairs, its kanji. ``noun``: it names something. ``empty``: it says nothing by itself.
    ``joined``: it goes on with the noun before it."""

    term: str
    pairs: tuple[str, ...]
    kanji: tuple[str, ...] = ()
    noun: bool = True
    empty: bool = False
    joined: bool = False


def words(text: str, *, all_: bool = False) -> list[Word]:
    """The words of a text that say something, in order. ``all_``: those that say nothing by themselves as well."""
    text = unicodedata.normalize("NFKC", text).lower()
    kinds, found, known = _kinds(), [], _known
    for at in range(0, len(text), _LIMIT):
        before = ""
        for morpheme in _tokenizer().tokenize(text[at : at + _LIMIT]):
            part = morpheme.part_of_speech_id()
            kind = kinds[part]
            if not kind:
                before = ""
                continue
            surface = morpheme.surface()
            word = known.get((surface, part)) or _learn(surface, part, morpheme.normalized_form(), kind)
            noun = kind == _NOUN
            if all_ or not word.empty:
                if before and noun:
                    word = word._replace(pairs=(PAIR + before + surface[0], *word.pairs), joined=True)
                found.append(word)
            before = surface[-1] if noun else ""
    return found


def spoken(text: str) -> dict[str, str]:
    """How its nouns are read, in hiragana, and the nouns; those that stand together also as one: こせきとうほん is 戸籍謄本."""
    found: dict[str, str] = {}
    run: list[tuple[str, str]] = []
    for one in _speaker().tokenize(unicodedata.normalize("NFKC", text)):
        if _kinds()[one.part_of_speech_id()] != _NOUN:
            run = []
            continue
        run.append((one.reading_form(), one.surface()))
        for at in range(max(0, len(run) - _PARTS), len(run)):
            said, nouns = ("".join(parts) for parts in zip(*run[at:], strict=True))
            if len(said) >= SPOKEN and any("一" <= char <= "鿿" for char in nouns):
                found["".join(chr(ord(char) - 0x60) if "ァ" <= char <= "ヶ" else char for char in said)] = (
                    nouns
                )
    return found


def boundaries(text: str) -> set[int]:
    """Where words begin and end in a short text."""
    found = _tokenizer().tokenize(text)
    return {at for one in found for at in (one.begin(), one.end())}


_OTHER, _WORD, _NOUN = 0, 1, 2
_PARTS: Final = 5  # nouns that are read as one
_MANY: Final = 200_000  # words that are remembered
_here = threading.local()
_known: dict[tuple[str, int], Word] = {}
"""Words that were seen: what they are made of is worked out once."""


def _learn(surface: str, part: int, term: str, kind: int) -> Word:
    noun = kind == _NOUN
    pairs = tuple(PAIR + surface[at : at + 2] for at in range(len(surface) - 1)) if noun else ()
    kanji = tuple(KANJI + one for one in surface if "一" <= one <= "鿿")
    word = Word(term, pairs, kanji, noun, term in _EMPTY)
    if len(_known) >= _MANY:
        _known.clear()
    _known[surface, part] = word
    return word


@cache
def _dictionary() -> Dictionary:
    return Dictionary(dict="small")


@cache
def _kinds() -> tuple[int, ...]:
    return tuple(_kind(*part[:2]) for part in _dictionary().pos_matcher(lambda part: True))


def _kind(first: str, second: str) -> int:
    if first in ("名詞", "接尾辞", "接頭辞"):
        return _NOUN
    return _WORD if first in ("動詞", "形容詞", "形状詞", "副詞", "連体詞") else _OTHER


def _tokenizer() -> Tokenizer:
    """One tokenizer a thread, for Sudachi's are not to be shared."""
    return _of_thread("tokenizer", "normalized_form")


def _speaker() -> Tokenizer:
    """Another that tells how words are read."""
    return _of_thread("speaker", "reading_form")


def _of_thread(name: str, field: str) -> Tokenizer:
    tokenizer: Tokenizer | None = getattr(_here, name, None)
    if tokenizer is None:
        tokenizer = _dictionary().tokenizer(mode=SplitMode.A, fields={"pos", field})
        setattr(_here, name, tokenizer)
    return tokenizer
