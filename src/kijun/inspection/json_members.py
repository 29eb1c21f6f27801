"""The members of a JSON object (RFC 8259) as they were written: no number is read, and no depth is too deep."""

from __future__ import annotations

import json
import re
from typing import Final

_TOKEN: Final = re.compile(
    r"""[ \t\n\r]*+(?:(?P<mark>[\[\]{},:])|(?P<string>"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+")"""
    r"""|(?P<plain>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?(?![0-9.eE+-])|true|false|null))"""
)
_BLANK: Final = re.compile(r"[ \t\n\r]*+\Z")
_CLOSES: Final = {"[": "]", "{": "}"}


#: Marks, names and values of one object; what has more is no line of ours.
MOST_TOKENS: Final = 262_144


class NoObject(ValueError):
    """It is JSON, but no object."""


class NoJson(ValueError):
    """It is no JSON; `before` are the members that had ended when that became plain."""

    def __init__(self, before: dict[str, str]) -> None:
        super().__init__("no JSON")
        self.before = before


class TooManyTokens(NoJson):
    """It has more marks and values than are read."""


def members(text: str) -> dict[str, str]:
    """The value of each member of an object, as written; of one name the last. Raises `NoJson` where it is no JSON."""
    found: dict[str, str] = {}
    opened: list[str] = []  # what has to close, the innermost last
    begun, name = 0, ""  # where the member's value begins, and what it is called
    at, wanted, read = 0, "value", 0
    last: str | None = None  # the member behind which no comma has come yet
    ended: dict[str, str] = {}
    while wanted != "end":
        token = _TOKEN.match(text, at)
        if token is None:
            raise NoJson(ended)
        read += 1
        if read > MOST_TOKENS:
            raise TooManyTokens(ended)
        kind, written = token["mark"] or token.lastgroup or "", token[token.lastgroup or 0]
        if len(opened) == 1 and wanted == "value":
            begun = token.start(token.lastgroup or 0)
        at = token.end()
        is_done = False  # with a value
        if wanted.startswith("value") and kind in _CLOSES:
            opened.append(_CLOSES[kind])
            wanted = "value or close" if kind == "[" else "name or close"
        elif wanted.startswith("value") and kind in ("string", "plain"):
            is_done = True
        elif wanted.startswith("name") and kind == "string":
            wanted = "colon"
            if len(opened) == 1:
                name = json.loads(written)
        elif wanted == "colon" and kind == ":":
            wanted = "value"
        elif wanted == "comma or close" and kind == ",":
            if last is not None and len(opened) == 1:
                ended[last] = found[last]
            wanted = "value" if opened[-1] == "]" else "name"
        elif wanted.endswith("or close") and kind == opened[-1]:
            opened.pop()
            is_done = True
        else:
            raise NoJson(ended)
        if is_done:
            wanted = "comma or close" if opened else "end"
            if len(opened) == 1:
                found[name] = text[begun:at]
                last = name
    if _BLANK.match(text, at) is None:
        raise NoJson(found)
    if text.lstrip(" \t\n\r")[:1] != "{":
        raise NoObject()
    return found
