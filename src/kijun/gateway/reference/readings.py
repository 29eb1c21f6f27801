"""Words that were written in kana, read as headings and the lists of words write them: じゅうみんひょう is 住民票.

A dictionary reads most of them; of words of more than one part (こせきとうほん) it makes something else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from functools import cache
from typing import Final

from kijun.gateway.reference.synonyms import phrases
from kijun.gateway.reference.words import SPOKEN, boundaries, spoken

_RUN: Final = re.compile(rf"[ぁ-ゖー]{{{SPOKEN},}}")
_LONGEST: Final = 24  # kana of a word

Read = Callable[[str], Collection[str]]
"""What is read like this."""


def spelled(question: str, heard: Read = lambda said: ()) -> str:
    """A question with the usual spelling of words that it writes in kana; all of them where several are read alike. ``heard``: of the documents."""
    text = unicodedata.normalize("NFKC", question)
    if not _RUN.search(text):
        return text
    bounds = boundaries(text)
    return _RUN.sub(lambda run: _spelled(run[0], {at - run.start() for at in bounds}, heard), text)


def _spelled(run: str, bounds: set[int], heard: Read) -> str:
    """A word begins and ends where the dictionary's words do, so that でしょうか holds no 消火."""
    made, at = [], 0
    while at < len(run):
        ends = range(min(len(run), at + _LONGEST), at + SPOKEN - 1, -1) if at in bounds else ()
        for end in ends:
            if end in bounds and (found := _known().get(run[at:end]) or heard(run[at:end])):
                made.append(f" {' '.join(found)} ")
                at = end
                break
        else:
            made.append(run[at])
            at += 1
    return "".join(made)


@cache
def _known() -> dict[str, tuple[str, ...]]:
    """What the lists of words hold, by how it is read. Only what is read as a whole: of 離婚の届 there is no 届."""
    found: dict[str, tuple[str, ...]] = {}
    for phrase in phrases():
        for said, nouns in spoken(phrase).items():
            if nouns == phrase:
                found[said] = (*found.get(said, ()), phrase)
    return found
