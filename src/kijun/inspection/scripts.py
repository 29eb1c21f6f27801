"""In what script words and characters are written."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

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
