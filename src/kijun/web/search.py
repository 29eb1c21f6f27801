"""Words looked up in lists, and the search over what the apps hold.

For the latter each app registers a finder in ``AppConfig.ready``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Case, CharField, Q, Value, When
from django.db.models.functions import Cast, Concat, LPad
from django.http import HttpRequest
from django_stubs_ext import StrOrPromise

from kijun.web.kana import normalise_kana

_FULL_WIDTH: Final = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def spellings(word: str) -> list[str]:
    """The word as typed, in the usual widths (NFKC), in full-width letters and figures, and in katakana.

    The same word, typed ＡＩ or AI, ｷｬﾌﾟﾃﾝ or キャプテン, finds what somebody else wrote the other way.
    """
    usual = unicodedata.normalize("NFKC", word)
    full = (
        usual.translate(_FULL_WIDTH),
        usual.upper().translate(_FULL_WIDTH),
    )  # SQLite folds the case of ASCII only
    return list(dict.fromkeys((word, usual, *full, normalise_kana(usual))))


def folded(text: str) -> str:
    """For comparing in Python: one width, one kana, one case, one kind of blank."""
    return normalise_kana(unicodedata.normalize("NFKC", text)).casefold()


def containing(word: str, fields: Iterable[str]) -> Q:
    """Rows that hold the word, in any of its spellings, in any of the fields."""
    wanted = Q(pk__in=[])
    for name in fields:
        for spelling in spellings(word):
            wanted |= Q(**{f"{name}__icontains": spelling})
    return wanted


def shown_number(prefix: str, digits: int) -> Concat:
    """The field ``number`` as people read it, to be searched: AI-003."""
    plain = Cast("number", CharField())
    padded = Case(When(number__lt=10 ** (digits - 1), then=LPad(plain, digits, Value("0"))), default=plain)
    return Concat(Value(prefix), padded, output_field=CharField())


@dataclass(frozen=True, slots=True)
class Hit:
    label: str
    url: str
    hint: str = ""


Finder = Callable[[HttpRequest, str], Iterable[Hit]]
_finders: list[tuple[StrOrPromise, Finder]] = []


def register(title: StrOrPromise, finder: Finder, *, first: bool = False) -> None:
    """``finder(request, words)`` yields at most 20 hits that this person may open; ``first`` shows them before all others."""
    _finders.insert(0 if first else len(_finders), (title, finder))


def find(request: HttpRequest, words: str) -> list[tuple[StrOrPromise, list[Hit]]]:
    """Hits by kind of thing; kinds without a hit are left out."""
    if not words.strip():
        return []
    results = ((title, list(finder(request, words.strip()))[:20]) for title, finder in _finders)
    return [(title, hits) for title, hits in results if hits]
