"""JSON read as lines of ``key: value``, which inspection understands as a form, and rewritten value by value."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from kijun.inspection import Finding, Inspection, InspectionError

Rewrite = Callable[[Inspection], str]

#: Keys of a schema whose strings are names that programs compare, never sentences.
STRUCTURE: Final = frozenset(
    ("type", "name", "$ref", "$id", "$schema", "required", "format", "pattern", "strict", "function_call")
)
#: Keys of a schema under which values stand, numbers too.
_VALUES: Final = frozenset(("enum", "const", "default", "examples"))
_NAME: Final = re.compile(r"(?=[^A-Za-z]{0,40}[A-Za-z])[A-Za-z0-9_$#/:.-]{1,128}")
_OPENINGS: Final = ("⟦", "〚", "[[", "［［", "\\[\\[")
#: Values of one piece of JSON; more are no conversation.
MOST_LEAVES: Final = 200_000


def is_name(value: Any) -> bool:
    """Whether a text is a name that programs compare (``find_resident``, ``call_1a2b``), or a list of such; anything else is read.

    A name has a letter: a row of digits may be somebody's number.
    """
    if isinstance(value, list):
        return all(is_name(one) for one in value)
    if isinstance(value, str):
        return _NAME.fullmatch(value) is not None
    return not isinstance(value, dict)


class TooManyParts(InspectionError):
    """A part of a request or an answer has more values than are read."""

    def __init__(self) -> None:
        super().__init__("値の数が多すぎます。", f"a part has more than {MOST_LEAVES:,} values")


def may_hold_placeholder(text: str) -> bool:
    """Whether something in a text looks like the beginning of a placeholder; quick, and never wrongly False."""
    return any(one in text for one in _OPENINGS)


@dataclass(slots=True)
class _Leaf:
    start: int
    end: int
    container: Any
    key: Any
    is_key: bool = False


class Lines:
    """JSON as lines of ``key: value``, with the place of each value. ``schema``: keys that are names are structure and stay."""

    def __init__(self, value: Any, *, schema: bool = False) -> None:
        self._root = [value]
        self._parts: list[str] = []
        self._length = 0
        self._leaves: list[_Leaf] = []
        if value is not None:
            self._walk(self._root, 0, value, schema)
        self.text = "".join(self._parts)

    def add(self, text: str, container: Any, key: Any) -> None:
        """One more text, on a line of its own."""
        self._leaf(text, container, key)
        self._write("\n")
        self.text += f"{text}\n"

    @property
    def value(self) -> Any:
        """The JSON, as it is now."""
        return self._root[0]

    def rewrite(self, inspection: Inspection, how: Rewrite) -> bool:
        """Rewrite each value that something was found in; True where one has changed."""
        changed, renamed = False, []
        for leaf, findings in self._with_findings(inspection):
            old = self.text[leaf.start : leaf.end]
            if not findings and not may_hold_placeholder(old):
                continue
            new = how(Inspection(old, tuple(findings), inspection.rules))
            if new == old:
                continue
            changed = True
            if leaf.is_key:
                renamed.append((leaf, new))
            else:
                leaf.container[leaf.key] = new
        for leaf, new in renamed:
            items = [(new if key == leaf.key else key, value) for key, value in leaf.container.items()]
            leaf.container.clear()
            leaf.container.update(items)
        return changed

    def touches(self, start: int, end: int) -> bool:
        """Whether a place of the lines lies, at least partly, in a value that can be replaced."""
        at = self._first_behind(start)
        return at < len(self._leaves) and self._leaves[at].start < end

    def _first_behind(self, place: int) -> int:
        """The first leaf that ends behind a place. Leaves stand in the order of the text and do not overlap."""
        return bisect_right(self._leaves, place, key=lambda leaf: leaf.end)

    def _with_findings(self, inspection: Inspection) -> Iterator[tuple[_Leaf, list[Finding]]]:
        inside: dict[int, list[Finding]] = {}
        for one in inspection:
            at = self._first_behind(one.start)
            while at < len(self._leaves) and (leaf := self._leaves[at]).start < one.end:
                start, end = max(one.start, leaf.start) - leaf.start, min(one.end, leaf.end) - leaf.start
                inside.setdefault(at, []).append(replace(one, start=start, end=end))
                at += 1
        for at, leaf in enumerate(self._leaves):
            yield leaf, inside.get(at, [])

    def _walk(self, container: Any, key: Any, value: Any, schema: bool) -> None:
        if isinstance(value, str):
            self._leaf(value, container, key)
            self._write("\n")
        elif isinstance(value, dict):
            for name, inner in value.items():
                if schema and name in STRUCTURE and is_name(inner):
                    continue
                self._name(value, name, schema)
                self._walk(value, name, inner, schema and name not in _VALUES)
        elif isinstance(value, list):
            for place, inner in enumerate(value):
                self._walk(value, place, inner, schema)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            if not schema:
                self._leaf(str(value), container, key)
            self._write("\n")
        else:
            self._write("\n")

    def _name(self, container: Any, name: str, schema: bool) -> None:
        if len(name) < 2 or (schema and is_name(name)):
            self._write(name)
        else:
            self._leaf(name, container, name, is_key=True)
        self._write(": ")

    def _leaf(self, text: str, container: Any, key: Any, *, is_key: bool = False) -> None:
        start = self._length
        self._write(text)
        if text:
            if len(self._leaves) >= MOST_LEAVES:
                raise TooManyParts
            self._leaves.append(_Leaf(start, self._length, container, key, is_key))

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
