"""Words that were written in kana, read as the lists of words write them: じゅうみんひょう is 住民票.

A dictionary reads most of them; of words of more than one part (こせきとうほん) it makes something else.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from kijun.gateway.reference.synonyms import phrases
from kijun.gateway.reference.words import boundaries, reading

_SHORTEST: Final = 4  # kana of a word: shorter ones stand in too many others
_RUN: Final = re.compile(rf"[ぁ-ゖー]{{{_SHORTEST},}}")
_KANJI: Final = re.compile(r"[一-鿿]")


def spelled(question: str) -> str:
    """A question with the usual spelling of words that it writes in kana; all of them where several are read alike."""
    text = unicodedata.normalize("NFKC", question)
    if not _RUN.search(text):
        return text
    bounds = boundaries(text)
    return _RUN.sub(lambda run: _spelled(run[0], {at - run.start() for at in bounds}), text)


def _spelled(run: str, bounds: set[int]) -> str:
    """A word begins and ends where the dictionary's words do, so that でしょうか holds no 消火."""
    known, longest = _known()
    made, at = [], 0
    while at < len(run):
        for end in range(min(len(run), at + longest), at + _SHORTEST - 1, -1):
            if (found := known.get(run[at:end])) and {at, end} <= bounds:
                made.append(f" {' '.join(found)} ")
                at = end
                break
        else:
            made.append(run[at])
            at += 1
    return "".join(made)


@cache
def _known() -> tuple[dict[str, tuple[str, ...]], int]:
    """Reading → words, and how long the longest reading is."""
    found: dict[str, tuple[str, ...]] = {}
    for phrase in phrases():
        if _KANJI.search(phrase) and (said := reading(phrase)) and len(said) >= _SHORTEST:
            found[said] = tuple(dict.fromkeys((*found.get(said, ()), phrase)))
    return found, max(map(len, found), default=0)
