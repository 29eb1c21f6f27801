"""In what script words and characters are written."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: The characters of kanji in a name, for the inside of a pattern's brackets.
KANJI: Final = "一-龥々〆ヶ𠀀-𯿿"


def script(word: str) -> str:
    """In what a word is written: kanji, hira, kata, latin, kanji-hira (kanji first), mixed."""
    first = char_script(word[0])
    if len(word) == 1:
        return first
    kinds = {char_script(char) for char in word}
    if len(kinds) == 1:
        return first
    return "kanji-hira" if first == "kanji" and kinds == {"kanji", "hira"} else "mixed"


@lru_cache(maxsize=8192)
def char_script(char: str) -> str:
    """The script of one character: kanji, hira, kata, latin (all of ASCII, and Latin letters with accents), else mixed."""
    code = ord(char)
    if 0x3041 <= code <= 0x309F:
        return "hira"
    if 0x30A1 <= code <= 0x30FF and code != 0x30FB:
        return "kata"
    if 0x3400 <= code <= 0x9FFF or code >= 0x20000 or char in "々〆":
        return "kanji"
    return "latin" if char.isascii() or (is_accented(code) and char.isalpha()) else "mixed"


def is_accented(code: int) -> bool:
    """Whether a code point is among the Latin letters with accents of Europe and Vietnam."""
    return 0xC0 <= code <= 0x24F or 0x1E00 <= code <= 0x1EFF


def kinds_of(text: str) -> str:
    """One letter for each character, so that a pattern over kinds is cheap; as long as the text.

    ``j`` kanji (as in `KANJI`), ``h`` hiragana, ``k`` katakana and ー, ``d`` ・, ``a`` and ``A`` small and capital letters of
    ASCII, ``0`` its digits, ``l`` Latin letters with accents, ``m`` whatever else is not ASCII; what is left of ASCII stands for itself.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return _KINDS.take(codes, mode="clip").tobytes().decode("latin-1")


def _kinds() -> NDArray[np.uint8]:
    kinds = np.full(0x30001, ord("m"), dtype=np.uint8)  # what lies beyond is taken for the last
    kinds[:0x80] = np.arange(0x80)
    for first, last, kind in (
        ("a", "z", "a"),
        ("A", "Z", "A"),
        ("0", "9", "0"),
        ("\u00c0", "\u024f", "l"),
        ("\u1e00", "\u1eff", "l"),
        ("ぁ", "ん", "h"),
        ("ァ", "ヴ", "k"),
        ("ー", "ー", "k"),
        ("・", "・", "d"),
        ("一", "龥", "j"),
        ("々", "々", "j"),
        ("〆", "〆", "j"),
        ("ヶ", "ヶ", "j"),
        ("𠀀", "𯿿", "j"),
    ):
        kinds[ord(first) : ord(last) + 1] = ord(kind)
    return kinds


_KINDS: Final = _kinds()
