"""Server-sent events as they arrive: cut anywhere, with any line ends, and never without bound."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from kijun.gateway.given import Given
from kijun.gateway.jsons import dump
from kijun.inspection import Finding

DONE: Final = b"data: [DONE]\n\n"
_LONGEST_EVENT: Final = 16_000_000
_NAME: Final = re.compile(rb"[A-Za-z_.]{1,64}")


class Garbage(Exception):
    """What an upstream sent is not what its API sends."""


def said_error(said: Any, *, refused: bool = False) -> dict[str, Any] | None:
    """What a service says went wrong, as ``{"message": …}`` with what else it told; None where it says nothing of the kind.

    The API has ``{"error": {"message": …}}``. Others have ``{"error": "…"}`` (Ollama), ``{"object": "error", "message": …}`` (vLLM), and as the
    body of a refusal ``{"detail": …}`` (FastAPI), ``{"message": …}`` (Bedrock) or the first in a list (Gemini).
    """
    if refused and isinstance(said, list) and len(said) == 1:
        said = said[0]
    if not isinstance(said, dict):
        return None
    error = said.get("error")
    if isinstance(error, dict):
        return {**error, "message": error["message"] if isinstance(error.get("message"), str) else ""}
    if isinstance(error, str) and error:
        return {"message": error}
    if (refused or said.get("object") == "error") and isinstance(said.get("message"), str):
        return {**said, "message": said["message"]}
    return _detail(said.get("detail")) if refused else None


def _detail(detail: Any) -> dict[str, Any] | None:
    if isinstance(detail, str):
        return {"message": detail}
    some = (
        [one["msg"] for one in detail if isinstance(one, dict) and isinstance(one.get("msg"), str)]
        if isinstance(detail, list)
        else []
    )
    return {"message": "; ".join(some)} if some else None


class UpstreamSaidError(Exception):
    """An upstream sent an error in the middle of a stream."""

    def __init__(self, message: str) -> None:
        super().__init__("error event")
        self.message = message


@dataclass(frozen=True, slots=True)
class Event:
    """One event. ``raw`` is how it goes on: its name and data, and nothing else of what came; ``name`` of its ``event:`` line, or empty."""

    raw: bytes = field(repr=False)
    name: bytes
    data: bytes = field(repr=False)


class Events:
    """Cuts a stream into events. Raises `Garbage` past a bound."""

    def __init__(self) -> None:
        self._held = b""
        self._carriage = False

    @property
    def rest(self) -> bytes:
        """What came behind the last whole event."""
        return self._held

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that are whole now."""
        if self._carriage:
            chunk = b"\r" + chunk
            self._carriage = False
        if b"\r" in chunk:
            if chunk.endswith(b"\r"):  # a line feed may follow
                chunk, self._carriage = chunk[:-1], True
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        held = self._held + chunk if self._held else chunk
        if b"\n\n" not in held[max(0, len(self._held) - 1) :]:
            self._held = held
            if len(held) > _LONGEST_EVENT:
                raise Garbage("an event is too long")
            return []
        parts = held.split(b"\n\n")
        self._held = parts.pop()
        return [event for part in parts if (event := _event(part)) is not None]


def _event(block: bytes) -> Event | None:
    block = block.lstrip(b"\n").removeprefix(b"\xef\xbb\xbf")  # the mark that some write before everything
    if not block:
        return None
    if block.startswith(b"data: ") and b"\n" not in block:  # as nearly all are
        return Event(block + b"\n\n", b"", block[6:])
    name, data = b"", []
    for line in block.split(b"\n"):
        kind, _, value = line.partition(b":")
        value = value[1:] if value.startswith(b" ") else value
        if kind == b"data":
            data.append(value)
        elif kind == b"event" and _NAME.fullmatch(value):
            name = value
    if not data:
        return Event(b": ping\n\n", name, b"")  # keeps the connection open; a comment's words are nobody's
    head = b"event: " + name + b"\n" if name else b""
    return Event(head + b"".join(b"data: " + one + b"\n" for one in data) + b"\n", name, b"\n".join(data))


def event_bytes(value: Any, name: str = "") -> bytes:
    """A value as an event."""
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + dump(value) + b"\n\n"


@dataclass
class Outcome:
    """What a stream came to, for the record."""

    usage: dict[str, Any] | None = None
    finish: list[str] = field(default_factory=list)
    tool_calls: list[dict[str, Any]] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    given: Given = field(default_factory=Given)


class Reading(Protocol):
    """One stream of one dialect: takes the upstream's events and gives what goes to the client.

    ``terminal`` is what ends the stream; it is sent only after the record. ``stop`` is the finding that ended it early.
    """

    terminal: bytes
    stop: Finding | None
    outcome: Outcome

    @property
    def complete(self) -> bool:
        """Whether the answer came to its end."""

    def take(self, event: Event) -> bytes:
        """What goes on for an event. Raises `Garbage` and `UpstreamSaidError`."""

    def finish(self) -> bytes:
        """What was held back, when the upstream closed without a terminal event."""

    def rest(self) -> bytes:
        """Keep what was held back, when nothing more comes; of it the words that may still be shown. Calls of tools are not, for half of one is none."""

    def stopped(self, text: str) -> bytes:
        """The words that end a stream whose rest may not be shown."""

    def kept(self) -> list[dict[str, str]]:
        """The texts as they are recorded: ``where`` and ``text``."""
