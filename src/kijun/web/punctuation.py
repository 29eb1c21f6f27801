"""Marks between words in the reader's language: 「、」「：」「（）」 in Japanese, commas, colons and brackets in English."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.utils.translation import get_language

_ENGLISH: Final = {
    "、": ", ",
    "：": ": ",
    "（": " (",
    "）": ")",
    "・": " · ",
    "「": "“",
    "」": "”",
    "｜": " | ",
    "〜": "–",
    "～": "–",
}


def mark(japanese: str) -> str:
    """One or more marks as the reader's language writes them."""
    if not (get_language() or "ja").startswith("en"):
        return japanese
    return "".join(_ENGLISH.get(one, one) for one in japanese)


def listed(words: Iterable[Any]) -> str:
    """A、B、C; in English A, B, C."""
    return mark("、").join(map(str, words))


def bracketed(word: Any, inside: Any) -> str:
    """A（B）; in English A (B)."""
    return f"{word}{mark('（')}{inside}{mark('）')}"


def labelled(label: Any, value: Any) -> str:
    """A：B; in English A: B."""
    return f"{label}{mark('：')}{value}"
