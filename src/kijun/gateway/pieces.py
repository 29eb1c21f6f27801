"""The texts of a request or an answer: where each stands, who wrote it, and how it is replaced.

A text that is JSON (a tool call's arguments) or a part of the request's own JSON (tool definitions, unknown fields) is inspected as lines of
``key: value``, which inspection understands as a form, and rewritten value by value, so that it stays valid JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol

from kijun.gateway.jsons import NotJson, dump, parse
from kijun.gateway.lines import Lines as Lines  # others read JSON by it as well
from kijun.gateway.lines import Rewrite
from kijun.inspection import Inspection


class Source(StrEnum):
    """Who wrote a text."""

    PERSON = "person"
    OPERATOR = "operator"  # the application: system prompts, tool definitions
    ASSISTANT = "assistant"  # earlier answers
    DOCUMENT = "document"  # tool results and files: what they say is not what the person says


class Piece(Protocol):
    """One text. ``text`` is what is inspected; ``place`` tells programs where it stands (``messages[2].content``)."""

    place: str
    source: Source
    message: int | None

    @property
    def text(self) -> str:
        """What is inspected."""

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
        return self.container[self.key]  # type: ignore[no-any-return]  # a piece is made where a text stands

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
        return self._container[self._key]  # type: ignore[no-any-return]  # a piece is made where a text stands

    def put(self, value: Any) -> None:
        """Put what was rendered where it stood."""
        self._container[self._key] = value

    def cut_numbers(self) -> list[list[tuple[int, int]]]:
        """See `Lines`."""
        return self._lines.cut_numbers()

    def touches(self, start: int, end: int) -> bool:
        """See `Lines`."""
        return self._lines.touches(start, end)


class Joined:
    """Several texts that a model reads as one: the parts of a message. What is cut between two of them is still found.

    ``parts``: container and key of each.
    """

    def __init__(
        self, parts: Sequence[tuple[Any, Any]], place: str, source: Source, message: int | None = None
    ) -> None:
        self.place, self.source, self.message = place, source, message
        self._lines = Lines(None)
        #: Where one part ends and the next begins: the line break between them.
        self.cuts: list[int] = []
        for container, key in parts:
            self.cuts.append(len(self._lines.text) - 1)
            self._lines.add(container[key], container, key)
        self.text, self.cuts = self._lines.text, self.cuts[1:]

    def rewrite(self, inspection: Inspection, how: Rewrite) -> None:
        """See `Piece`."""
        self._lines.rewrite(inspection, how)


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

    def cut_numbers(self) -> list[list[tuple[int, int]]]:
        """See `Lines`."""
        return self._lines.cut_numbers()

    def touches(self, start: int, end: int) -> bool:
        """See `Lines`."""
        return self._lines.touches(start, end)

    def in_name(self, start: int, end: int) -> bool:
        """See `Lines`."""
        return self._lines.in_name(start, end)


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


class AnswerPiece(Protocol):
    """Something of an answer that is read as one text. ``raw`` is what stands there, ``render`` what is to stand there instead, for `put`."""

    place: str

    @property
    def text(self) -> str:
        """What is inspected."""

    @property
    def raw(self) -> Any:
        """What stands there."""

    def render(self, inspection: Inspection, how: Rewrite) -> Any:
        """What ``how`` makes of it."""

    def put(self, value: Any) -> None:
        """Put what was rendered where it stood."""


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
    #: Which pieces are what was said in a conversation, in its order: what is cut may go on in the next one.
    said: list[int] = field(default_factory=list)
    #: Which pieces follow each other in a conversation, whoever wrote them.
    turns: list[int] = field(default_factory=list)

    def add_turn(self, piece: Any) -> None:
        """Add a piece that stands in the order of a conversation."""
        self.turns.append(len(self.pieces))
        self.pieces.append(piece)


def as_text(container: dict[str, Any], key: str) -> None:
    """Arguments of a call that came as an object (Ollama's own API) as the text that clients read."""
    if isinstance(container.get(key), (dict, list)):
        container[key] = dump(container[key]).decode()


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
