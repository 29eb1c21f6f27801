"""The texts of a request or an answer: where each stands, who wrote it, and how it is replaced.

A text that is JSON (a tool call's arguments) or a part of the request's own JSON (tool definitions, unknown fields) is inspected as lines of
``key: value``, which inspection understands as a form, and rewritten value by value, so that it stays valid JSON.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, Protocol

from kijun.gateway.jsons import NotJson, dump, parse
from kijun.inspection import Finding, Inspection, InspectionError

Rewrite = Callable[[Inspection], str]

#: Keys of a schema whose strings are names that programs compare, never sentences.
STRUCTURE: Final = frozenset(
    ("type", "name", "$ref", "$id", "$schema", "required", "format", "pattern", "strict", "function_call")
)
_OPENINGS: Final = ("⟦", "〚", "[[", "［［")


_LONGEST_SETTING: Final = 64  # characters
#: Values of one piece of JSON; more are no conversation.
MOST_LEAVES: Final = 200_000


class TooManyParts(InspectionError):
    """A part of a request or an answer has more values than are read."""

    def __init__(self) -> None:
        super().__init__("値の数が多すぎます。", f"a part has more than {MOST_LEAVES:,} values")


class Source(StrEnum):
    """Who wrote a text."""

    PERSON = "person"
    OPERATOR = "operator"  # the application: system prompts, tool definitions
    ASSISTANT = "assistant"  # earlier answers
    DOCUMENT = "document"  # tool results and files: what they say is not what the person says


def may_hold_placeholder(text: str) -> bool:
    """Whether something in a text looks like the beginning of a placeholder; quick, and never wrongly False."""
    return any(one in text for one in _OPENINGS)


class Piece(Protocol):
    """One text. ``text`` is what is inspected; ``place`` tells programs where it stands (``messages[2].content``)."""

    place: str
    source: Source
    message: int | None
    text: str

    def rewrite(self, inspection: Inspection, how: Rewrite) -> None:
        """Put what ``how`` makes of the text where it stood."""


@dataclass(slots=True)
class Plain:
    """A text that stands under a key of an object, or at a place of a list."""

    container: Any = field(repr=False)
    key: Any
    place: str
    source: Source
    message: int | None = None

    @property
    def text(self) -> str:
        """The text."""
        return self.container[self.key]  # type: ignore[no-any-return]

    def render(self, inspection: Inspection, how: Rewrite) -> str:
        """What ``how`` makes of it."""
        return how(inspection)

    def rewrite(self, inspection: Inspection, how: Rewrite) -> None:
        """See `Piece`."""
        self.container[self.key] = how(inspection)

    @property
    def raw(self) -> str:
        """What stands there."""
        return self.text

    def put(self, value: Any) -> None:
        """Put what was rendered where it stood."""
        self.container[self.key] = value


@dataclass(slots=True)
class _Leaf:
    start: int
    end: int
    container: Any
    key: Any
    is_key: bool = False


class Lines:
    """JSON as lines of ``key: value``, with the place of each value. ``schema``: keys are structure and stay."""

    def __init__(self, value: Any, *, schema: bool = False) -> None:
        self._root = [value]
        self._schema = schema
        self._parts: list[str] = []
        self._length = 0
        self._leaves: list[_Leaf] = []
        self._walk(self._root, 0, value)
        self.text = "".join(self._parts)

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

    def _walk(self, container: Any, key: Any, value: Any) -> None:
        if isinstance(value, str):
            self._leaf(value, container, key)
            self._write("\n")
        elif isinstance(value, dict):
            for name, inner in value.items():
                if self._schema and name in STRUCTURE and not isinstance(inner, dict):
                    continue
                self._name(value, name)
                self._walk(value, name, inner)
        elif isinstance(value, list):
            for place, inner in enumerate(value):
                self._walk(value, place, inner)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            if not self._schema:
                self._leaf(str(value), container, key)
            self._write("\n")
        else:
            self._write("\n")

    def _name(self, container: Any, name: str) -> None:
        if self._schema or len(name) < 2:
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


class JsonText:
    """A string that holds JSON: a tool call's arguments, an answer in JSON mode."""

    def __init__(self, container: Any, key: Any, place: str, source: Source, message: int | None = None):
        self._container, self._key = container, key
        self.place, self.source, self.message = place, source, message
        self._lines = Lines(parse(container[key].encode("utf-8", "surrogatepass")))
        self.text = self._lines.text

    def render(self, inspection: Inspection, how: Rewrite) -> str:
        """The JSON with its values rewritten, as text; just as it was where none has changed."""
        given: str = self._container[self._key]
        lines = Lines(parse(given.encode("utf-8", "surrogatepass")))
        return dump(lines.value).decode() if lines.rewrite(inspection, how) else given

    def rewrite(self, inspection: Inspection, how: Rewrite) -> None:
        """See `Piece`."""
        self._container[self._key] = self.render(inspection, how)

    @property
    def raw(self) -> str:
        """What stands there."""
        return self._container[self._key]  # type: ignore[no-any-return]

    def put(self, value: Any) -> None:
        """Put what was rendered where it stood."""
        self._container[self._key] = value

    def touches(self, start: int, end: int) -> bool:
        """See `Lines`."""
        return self._lines.touches(start, end)


class Native:
    """A part of the request's own JSON."""

    def __init__(
        self,
        container: Any,
        key: Any,
        place: str,
        source: Source,
        message: int | None = None,
        *,
        schema: bool = False,
    ) -> None:
        self._container, self._key = container, key
        self.place, self.source, self.message = place, source, message
        self._lines = Lines(container[key], schema=schema)
        self.text = self._lines.text

    def rewrite(self, inspection: Inspection, how: Rewrite) -> None:
        """See `Piece`."""
        self._lines.rewrite(inspection, how)
        self._container[self._key] = self._lines.value

    def touches(self, start: int, end: int) -> bool:
        """See `Lines`."""
        return self._lines.touches(start, end)


class Nested:
    """A part of an answer that is no text itself, but holds some."""

    def __init__(self, container: Any, key: Any, place: str, source: Source = Source.ASSISTANT) -> None:
        self._container, self._key = container, key
        self.place, self.source, self.message = place, source, None
        self.text = Lines(container[key], schema=True).text

    @property
    def raw(self) -> Any:
        """What stands there."""
        return self._container[self._key]

    def render(self, inspection: Inspection, how: Rewrite) -> Any:
        """The part with its texts rewritten; the one that stands there is left as it is."""
        lines = Lines(deepcopy(self._container[self._key]), schema=True)
        lines.rewrite(inspection, how)
        return lines.value

    def put(self, value: Any) -> None:
        """Put what was rendered where it stood."""
        self._container[self._key] = value


StringPiece = Plain | JsonText
AnswerPiece = Plain | JsonText | Nested


def json_or_plain(
    container: Any, key: Any, place: str, source: Source, message: int | None = None
) -> StringPiece:
    """A piece for a string that ought to hold JSON; where it does not, it is a text like others."""
    text = container[key]
    if text.lstrip()[:1] in ("{", "["):
        try:
            return JsonText(container, key, place, source, message)
        except (NotJson, RecursionError):
            pass
    return Plain(container, key, place, source, message)


def text_piece(
    container: Any, key: Any, place: str, source: Source, message: int | None = None
) -> StringPiece:
    """A piece for a text; one that is JSON with escapes (``\\u5c71``) is read as what it says."""
    text = container[key]
    if "\\u" in text:
        return json_or_plain(container, key, place, source, message)
    return Plain(container, key, place, source, message)


@dataclass(slots=True)
class Uninspected:
    """A part that no inspection reads. ``what`` of ``image, audio, file, tokens, remote, stored, tool, parameter, other``."""

    place: str
    what: str
    container: Any = field(default=None, repr=False)
    key: Any = None
    why: str = ""

    def told(self) -> dict[str, str]:
        """For the record and the answer."""
        told = {"where": self.place, "what": self.what}
        return {**told, "why": self.why} if self.why else told


@dataclass(slots=True)
class FilePart:
    """A file inside of a request. ``parts[at]`` is the part; ``text_type`` is the type of a part that holds text instead."""

    parts: list[Any] = field(repr=False)
    at: int
    place: str
    source: Source
    message: int | None
    data: str = field(repr=False)
    name: str = field(repr=False)
    text_type: str = "text"


@dataclass(slots=True)
class Texts:
    """All of a request that can be read, and what cannot."""

    pieces: list[Any] = field(default_factory=list)
    files: list[FilePart] = field(default_factory=list)
    uninspected: list[Uninspected] = field(default_factory=list)

    def rest(self, body: dict[str, Any], known: frozenset[str], controls: frozenset[str]) -> None:
        """Everything else in a body: nothing that is text goes out unread because we do not know its name.

        ``controls`` are settings: numbers, short words of the API, objects of these.
        """
        for name, value in body.items():
            if name in known or not value or not isinstance(value, (str, dict, list)):
                continue
            if isinstance(value, str):
                if name not in controls or not value.isascii() or len(value) > _LONGEST_SETTING:
                    self.pieces.append(text_piece(body, name, name, Source.PERSON))
            else:
                schema = name in controls
                self.pieces.append(Native(body, name, name, Source.PERSON, schema=schema))


def other_pieces(container: dict[str, Any], known: frozenset[str], place: str) -> list[AnswerPiece]:
    """What an answer holds beside what is known: citations, a filter's results, a service's own fields."""
    found: list[AnswerPiece] = []
    for name, value in container.items():
        if name in known or not value:
            continue
        if isinstance(value, str):
            found.append(text_piece(container, name, f"{place}{name}", Source.ASSISTANT))
        elif isinstance(value, (dict, list)):
            found.append(Nested(container, name, f"{place}{name}"))
    return found


def only_touching(piece: Any, inspection: Inspection) -> Inspection:
    """Without findings that lie in nothing but a schema's names."""
    touches = getattr(piece, "touches", None)
    if touches is None or not inspection.findings:
        return inspection
    kept = tuple(one for one in inspection if touches(one.start, one.end))
    return replace(inspection, findings=kept)


def texts_of(pieces: Iterable[Any]) -> list[str]:
    """What is to be inspected."""
    return [one.text for one in pieces]
