"""Names that programs compare, and settings of the API: what of a request is no text, and what hides in it all the same.

Ids are random: among thousands of them some hold many digits in a row. So digits count only where they are a word of their own or nearly so
(``tel_090-1234-5678``, ``n123456789018``), not where they stand mixed with letters (``call_4f0912345678ab90``) or in a UUID.
"""

from __future__ import annotations

import re
from typing import Any, Final

_NAME: Final = re.compile(r"(?=[^A-Za-z]{0,40}[A-Za-z])[A-Za-z0-9_$#/:.-]{1,128}")
_SETTING: Final = re.compile(r"[A-Za-z][A-Za-z0-9_./:-]{0,63}")
_UUID: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE
)
#: The shortest number that could be somebody's, however it is parted.
_DIGITS: Final = re.compile(r"(?<![0-9])[0-9](?:[-_./:]{0,2}[0-9]){6,}")
_PARTS: Final = re.compile(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])|[_$#/:.]+")
#: Milliseconds since 1970, from 2001 on. No person has a number of 13 digits.
_TIMES: Final = (1_000_000_000_000, 3_000_000_000_000)
_FEWEST_LETTERS: Final = 3  # of a UUID; one in 8,000 has fewer
_SHORTEST: Final = 7
_LEAST: Final = 1_000_000


def is_name(value: Any) -> bool:
    """Whether a text is a name that programs compare (``find_resident``, ``call_1a2b``), or a list of such; anything else is read.

    A name has a letter: a row of digits may be somebody's number. See `spelled` for one that a name may hold.
    """
    if isinstance(value, list):
        return all(is_name(one) for one in value)
    if isinstance(value, str):
        return _NAME.fullmatch(value) is not None
    return not isinstance(value, dict)


def spelled(name: str) -> str:
    """A name as words, where it may hold somebody's number: ``tel 090-1234-5678``. Empty where it does not."""
    if not _DIGITS.search(name):
        return ""
    bare = _UUID.sub(_without_uuid, name)
    if any(_stands_alone(bare, found) for found in _DIGITS.finditer(bare)):
        return _PARTS.sub(" ", bare)
    return ""


def is_plain(value: Any) -> bool:
    """Whether a text is a name that need not be read."""
    return isinstance(value, str) and is_name(value) and not spelled(value)


def is_setting(value: str) -> bool:
    """Whether a text is a word of the API (``auto``, ``json_object``), as settings have."""
    return _SETTING.fullmatch(value) is not None and not spelled(value)


def is_long(value: object) -> bool:
    """Whether a number has so many digits that it may be somebody's."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    if _TIMES[0] <= value < _TIMES[1]:
        return False
    if isinstance(value, int):
        return abs(value) >= _LEAST
    return sum(char.isdigit() for char in repr(value)) >= _SHORTEST


def _without_uuid(found: re.Match[str]) -> str:
    return "" if sum(char.isalpha() for char in found[0]) >= _FEWEST_LETTERS else found[0]


def _stands_alone(name: str, found: re.Match[str]) -> bool:
    """Whether digits are a word, with letters before and behind at most, and no time."""
    before, behind = found.start(), found.end()
    while before and name[before - 1].isalpha():
        before -= 1
    while behind < len(name) and name[behind].isalpha():
        behind += 1
    mixed = name[before - 1 : before].isdigit() or name[behind : behind + 1].isdigit()
    return not mixed and not (found[0].isdigit() and _TIMES[0] <= int(found[0]) < _TIMES[1])
