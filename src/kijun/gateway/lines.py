"""JSON read as lines of ``key: value``, which inspection understands as a form, and rewritten value by value."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from kijun.gateway.names import is_long, is_name, is_plain, spelled
from kijun.inspection import Finding, Inspection, InspectionError

Rewrite = Callable[[Inspection], str]
Passes = Callable[[str, str], bool]
"""Whether a text under a name need not be read."""

#: Keys of a schema whose strings are names that programs compare, never sentences.
STRUCTURE: Final = frozenset(
    ("type", "name", "$ref", "$id", "$schema", "required", "format", "pattern", "strict", "function_call")
)
#: Keys of a schema under which values stand, numbers too.
_VALUES: Final = frozenset(("enum", "const", "default", "examples"))
_OPENINGS: Final = ("⟦", "〚", "〖", "[[", "［［", "\\[\\[", "\\u27", "&#")
#: Digits of one of the values that a number is cut into, and of all of them; and how many characters before them may tell what it is.
_LONGEST_CUT: Final = 8
_CUT: Final = (10, 16)
_LABEL: Final = 64
#: Values of one piece of JSON; more are no conversation.
MOST_LEAVES: Final = 200_000


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
    is_name: bool = False


class Lines:
    """JSON as lines of ``key: value``, with the place of each value. ``schema``: keys that are names are structure and stay.

    ``passes`` tells which texts are not read, instead of the names that stand in a schema.
    A name that may hold somebody's number is read all the same. It cannot be rewritten, for programs compare it: see `in_name`.
    """

    def __init__(self, value: Any, *, schema: bool = False, passes: Passes | None = None) -> None:
        self._passes = passes
        self._root = [value]
        self._parts: list[str] = []
        self._length = 0
        self._leaves: list[_Leaf] = []
        if value is not None:
            self._walk(self._root, 0, value, schema)
        self.text = "".join(self._parts)

    def add(self, text: str, container: Any, key: Any, *, is_name: bool = False) -> None:
        """One more text, on a line of its own."""
        self._leaf(text, container, key, is_name=is_name)
        self._write("\n")
        self.text += f"{text}\n"

    def add_fields(self, held: dict[str, Any], names: Iterable[str]) -> None:
        """One more line for each of these fields of an object, its name with its value."""
        for name in names:
            self._name(held, name, schema=True)
            self._walk(held, name, held[name], schema=False)
        self.text = "".join(self._parts)

    @property
    def is_empty(self) -> bool:
        """Whether nothing in it is read."""
        return not self._leaves

    @property
    def value(self) -> Any:
        """The JSON, as it is now."""
        return self._root[0]

    def rewrite(self, inspection: Inspection, how: Rewrite) -> bool:
        """Rewrite each value that something was found in; True where one has changed."""
        changed, renamed = False, dict[int, tuple[Any, dict[Any, str]]]()
        for leaf, findings in self._with_findings(inspection):
            old = self.text[leaf.start : leaf.end]
            if not findings and not may_hold_placeholder(old):
                continue
            new = how(Inspection(old, tuple(findings), inspection.rules))
            if new == old:
                continue
            changed = True
            if leaf.is_key:
                renamed.setdefault(id(leaf.container), (leaf.container, {}))[1][leaf.key] = new
            else:
                leaf.container[leaf.key] = new
        for container, names in renamed.values():
            items = [(names.get(key, key), value) for key, value in container.items()]
            container.clear()
            container.update(items)
        return changed

    def touches(self, start: int, end: int) -> bool:
        """Whether a place of the lines lies, at least partly, in a value that can be replaced."""
        at = self._first_behind(start)
        return at < len(self._leaves) and self._leaves[at].start < end

    def cut_numbers(self) -> list[list[tuple[int, int]]]:
        """Short values of digits that stand beside each other in one object: what stands before the first, and each of them."""
        found: list[list[tuple[int, int]]] = []
        spans: list[tuple[int, int]] = []
        before: _Leaf | None = None
        for leaf in (one for one in self._leaves if not one.is_key and isinstance(one.container, dict)):
            short = leaf.end - leaf.start <= _LONGEST_CUT and self.text[leaf.start : leaf.end].isdigit()
            if short and before is not None and before.container is leaf.container:
                spans.append((leaf.start, leaf.end))
            elif short:
                label = leaf.start - len(leaf.key) - 2
                spans = [(max(0, label - _LABEL), label), (leaf.start, leaf.end)]
                found.append(spans)
            before = leaf if short else None
        return [one for one in found if _CUT[0] <= sum(end - start for start, end in one[1:]) <= _CUT[1]]

    def in_name(self, start: int, end: int) -> bool:
        """Whether a place of the lines lies, at least partly, in a name that programs compare."""
        at = self._first_behind(start)
        while at < len(self._leaves) and self._leaves[at].start < end:
            if self._leaves[at].is_name:
                return True
            at += 1
        return False

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
                if self._passes is not None:
                    if is_plain(name) and isinstance(inner, str) and self._passes(name, inner):
                        continue
                elif schema and name in STRUCTURE and is_name(inner):
                    self._structure(value, name, inner)
                    continue
                self._name(value, name, schema)
                self._walk(value, name, inner, schema and name not in _VALUES)
        elif isinstance(value, list):
            for place, inner in enumerate(value):
                self._walk(value, place, inner, schema)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            if not schema or is_long(value):
                self._leaf(str(value), container, key)
            self._write("\n")
        else:
            self._write("\n")

    def _structure(self, container: Any, key: Any, value: Any) -> None:
        """A name in the place of a value, or a list of such: read only where it may hold a number."""
        if isinstance(value, list):
            for place, inner in enumerate(value):
                self._structure(value, place, inner)
        elif text := spelled(value) if isinstance(value, str) else str(value) if is_long(value) else "":
            self._leaf(text, container, key, is_name=isinstance(value, str))
            self._write("\n")

    def _name(self, container: Any, name: str, schema: bool) -> None:
        if schema and is_name(name):
            if text := spelled(name):
                self._leaf(text, container, name, is_key=True, is_name=True)
            else:
                self._write(name)
        elif len(name) < 2:
            self._write(name)
        else:
            self._leaf(name, container, name, is_key=True)
        self._write(": ")

    def _leaf(
        self, text: str, container: Any, key: Any, *, is_key: bool = False, is_name: bool = False
    ) -> None:
        start = self._length
        self._write(text)
        if text:
            if len(self._leaves) >= MOST_LEAVES:
                raise TooManyParts
            self._leaves.append(_Leaf(start, self._length, container, key, is_key, is_name))

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
