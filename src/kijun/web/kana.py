"""フリガナ: one spelling in full-width katakana, and 五十音 order (after JIS X 4061)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Hiragana, katakana, their marks, the half-width forms. Nothing else is normalised: a kanji keeps its shape.
_KANA: Final = re.compile(r"[ぁ-ゟ゠-ヿㇰ-ㇿ｡-ﾟ]+")
_LONE_MARKS: Final = str.maketrans({"゛": "\u3099", "゜": "\u309a", "ﾞ": "\u3099", "ﾟ": "\u309a"})
_TO_KATAKANA: Final = {code: code + 0x60 for code in [*range(0x3041, 0x3097), 0x309D, 0x309E]}
_VALID: Final = re.compile(r"[ァ-ヺㇰ-ㇿー・ヽヾ　]+")
_SMALL: Final = str.maketrans(
    "ァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ",
    "アイウエオツヤユヨワカケクシストヌハヒフヘホムラリルレロ",
)
_VOWELS: Final = {
    character: vowel
    for vowel, row in {
        "ア": "アカサタナハマヤラワ",
        "イ": "イキシチニヒミリヰ",
        "ウ": "ウクスツヌフムユル",
        "エ": "エケセテネヘメレヱ",
        "オ": "オコソトノホモヨロヲ",
    }.items()
    for character in row
}
_LONG, _SMALL_KIND, _REPEAT, _PLAIN = range(4)  # JIS X 4061: long vowel < small < iteration mark < plain


def _katakana(match: re.Match[str]) -> str:
    run = unicodedata.normalize("NFKC", match.group().translate(_LONE_MARKS))
    return run.translate(_TO_KATAKANA)


def normalise_kana(text: str) -> str:
    """Kana as full-width katakana, runs of blanks as one full-width space; anything else stays as it is."""
    return _KANA.sub(_katakana, re.sub(r"\s+", "　", text.strip()))


def is_kana(text: str) -> bool:
    """Whether the text is nothing but full-width katakana, ー, ・ and blanks, with at least one kana."""
    return _VALID.fullmatch(text) is not None and re.search(r"[ァ-ヺ]", text) is not None


def kana_sort_key(text: str) -> tuple[str, tuple[int, ...], tuple[int, ...], str]:
    """A sort key in 五十音 order.

    First by the plain kana: ー as the vowel before it, small as large, ガ as カ, ヽ as the kana before it;
    ・ does not count; a blank comes first, so that family names stay together. Then by voice
    (清音 < 濁音 < 半濁音), then by size (ー < small < ヽ < plain).
    """
    base: list[str] = []
    voices: list[int] = []
    kinds: list[int] = []
    for character in normalise_kana(unicodedata.normalize("NFKC", text)).replace("　", " ").casefold():
        if character == "・":
            continue
        parts = unicodedata.normalize("NFD", character)
        plain, marks = parts[0], parts[1:]
        voice = 1 if "\u3099" in marks else 2 if "\u309a" in marks else 0
        kind = _PLAIN
        if character == "ー" and base and base[-1] in _VOWELS:
            plain, kind = _VOWELS[base[-1]], _LONG
        elif plain == "ヽ" and base:
            plain, kind = base[-1], _REPEAT
        elif plain.translate(_SMALL) != plain:
            plain, kind = plain.translate(_SMALL), _SMALL_KIND
        base.append(plain)
        voices.append(voice)
        kinds.append(kind)
    return "".join(base), tuple(voices), tuple(kinds), text
