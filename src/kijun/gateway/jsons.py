"""JSON as it comes and goes. orjson is fast and refuses lone surrogates and integers over 64 bits; these take the slow way."""

from __future__ import annotations

import json
from typing import Any

import orjson


class NotJson(ValueError):
    """Bytes that are no JSON, or that nest too deeply."""


def parse(data: bytes) -> Any:
    """The value of some JSON; raises `NotJson`."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotJson(type(error).__name__) from None


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


def _refuse(name: str) -> Any:
    raise ValueError(name)
