"""Runs of letters and figures that say nothing: hashes, ids, keys, one character over and over. Models of language read them as blanks, for by chance they look like anything."""

from __future__ import annotations

import re
from itertools import pairwise
from operator import eq
from typing import Final

from kijun.inspection.decode import reads_in_clear

_RUN: Final = re.compile(r"[A-Za-z0-9+/_=-]{11,}")
_PART: Final = re.compile(r"[A-Za-z0-9]{11,}")
_FIGURES: Final = re.compile(r"[0-9]")
_HEX: Final = re.compile(r"[0-9a-f]{12,}|[0-9A-F]{12,}")
_UUID: Final = re.compile(r"(?i)(?<![0-9a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f])")
_OVER_AND_OVER: Final = re.compile(r"(\S)\1{31,}+")
_HEARD: Final = 3  # characters that say that one is stretched


def without_ids(text: str) -> str:
    """A text as long as before, with spaces for what is an id by its form and does not decode to anything that can be read, and for what of a stretched
    character (あああ…) comes after its beginning."""
    # a run of 32 holds one of every sixteen places and the character fifteen behind it
    if any(map(eq, text[::16], text[15::16])):
        text = _OVER_AND_OVER.sub(lambda match: match[1] * _HEARD + " " * (len(match[0]) - _HEARD), text)
    return _RUN.sub(lambda match: _blank(match[0]), text)


def _blank(run: str) -> str:
    blanked = _UUID.sub(lambda match: " " * len(match[0]), run)
    blanked = _PART.sub(lambda match: " " * len(match[0]) if _is_id(match[0]) else match[0], blanked)
    return run if blanked == run or reads_in_clear(run) else blanked


def _is_id(part: str) -> bool:
    """Hexadecimal, or figures among letters that change kind as no word does."""
    if part.isdigit() or not _FIGURES.search(part):
        return False
    if _HEX.fullmatch(part):
        return True
    turns = sum(_kind(one) != _kind(two) for one, two in pairwise(part))
    return turns * 4 >= len(part)


def _kind(character: str) -> int:
    return 0 if character.isdigit() else 1 if character.isupper() else 2
