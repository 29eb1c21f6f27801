"""JSON as it comes and goes. orjson is fast, refuses lone surrogates and rounds integers over 64 bits; these take the slow way."""

from __future__ import annotations

import json
import re
from math import isinf
from typing import Any, Final

import orjson

#: What may be an integer over 64 bits, of which orjson would keep the first 17 digits.
_LONG: Final = re.compile(rb"[:\[,]\s*-?[0-9]{19}")


#: How deep objects and lists may lie in each other. What reads them calls itself, and Python ends that at some 250.
MOST_DEPTH: Final = 100
_HOLDERS: Final = frozenset((dict, list))


class NotJson(ValueError):
    """Bytes that are no JSON."""


class TooDeep(NotJson):
    """JSON in which more than `MOST_DEPTH` objects and lists lie in each other."""


class NumberTooLarge(NotJson):
    """A number that no double holds (1e400): it would go on as infinity, which JSON writes as null."""


def parse(data: bytes, *, exact: bool = False) -> Any:
    """The value of some JSON; raises `NotJson`. ``exact`` keeps every digit of an integer, for what is handed on."""
    found = _parsed(data, exact)
    if data.count(b"[") + data.count(b"{") > MOST_DEPTH and _is_deep(found):
        raise TooDeep
    return found


def _parsed(data: bytes, exact: bool) -> Any:
    if not exact or not _LONG.search(data):
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            pass
    try:
        return json.loads(data, parse_constant=_refuse, parse_float=_finite)
    except NumberTooLarge:
        raise
    except RecursionError:
        raise TooDeep from None
    except ValueError as error:
        raise NotJson(type(error).__name__) from None


def _is_deep(value: Any) -> bool:
    level = [value] if type(value) in _HOLDERS else []
    for _ in range(MOST_DEPTH):
        inner: list[Any] = []
        for one in level:
            values = one.values() if type(one) is dict else one
            if not _HOLDERS.isdisjoint(map(type, values)):
                inner += [some for some in values if type(some) in _HOLDERS]
        if not inner:
            return False
        level = inner
    return True


def dump(value: Any) -> bytes:
    """The value as JSON in UTF-8."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()


def canonical(value: Any) -> bytes:
    """The value as JSON that does not depend on the order of its keys."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode()


def quoted(text: str) -> str:
    """A text as it stands inside of a JSON string, without the quotation marks."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _finite(digits: str) -> float:
    number = float(digits)
    if isinf(number):
        raise NumberTooLarge
    return number


def _refuse(name: str) -> Any:
    raise ValueError(name)
