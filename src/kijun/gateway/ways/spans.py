"""Spans and log records as they are read here, whichever encoding they came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

#: Beginnings of attributes that only AI's spans have: OpenTelemetry's, OpenInference's, OpenLLMetry's, the Vercel AI SDK's.
AI_ATTRIBUTES: Final = ("gen_ai.", "llm.", "openinference.", "traceloop.", "ai.")
#: Beginnings of all attributes that are read of AI's spans.
READ: Final = (
    *AI_ATTRIBUTES,
    *("embedding.", "enduser.", "error.", "event.", "input.", "kijun.", "metadata", "output.", "server."),
    *("session.", "tag.", "tool.", "user."),
)
#: Beginning of the names of events that only AI's spans have.
AI_EVENTS: Final = "gen_ai."
#: The names of events that carry what was said.
DETAILS: Final = "gen_ai.client.inference.operation.details"


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of a span."""

    name: str
    attributes: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Span:
    """``trace``, ``id`` and ``parent`` are hexadecimal; times are milliseconds since 1970. ``resource`` is who reports."""

    trace: str
    id: str
    parent: str = ""
    name: str = field(default="", repr=False)
    start: int = 0
    end: int = 0
    attributes: Mapping[str, Any] = field(default_factory=dict, repr=False)
    events: tuple[Happening, ...] = field(default=(), repr=False)
    failed: bool = False
    message: str = field(default="", repr=False)
    resource: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Log:
    """A log record that is an event of an AI's. ``sampled``: its span is sent as well."""

    trace: str
    span: str
    name: str
    at: int
    sampled: bool = False
    attributes: Mapping[str, Any] = field(default_factory=dict, repr=False)
    body: Any = field(default=None, repr=False)
    resource: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(slots=True)
class Batch:
    """What a request brought: what concerns AI, how much did not, and how much could not be understood."""

    spans: list[Span] = field(default_factory=list)
    logs: list[Log] = field(default_factory=list)
    ignored: int = 0
    rejected: int = 0
    why: str = ""

    def reject(self, why: str) -> None:
        """One could not be taken; the first reason is told."""
        self.rejected += 1
        self.why = self.why or why


UNREADABLE: Final = "読み取れない値があります。 / A value in it cannot be read."
TOO_DEEP: Final = "入れ子が深すぎます。 / It nests too deeply."
WITHOUT_IDS: Final = "トレースIDかスパンIDが正しくないスパンがあります。 / There is a span without a valid trace id and span id."


class Unreadable(ValueError):
    """Bytes that are no OTLP. The message tells nothing of them."""


def is_identity(text: str, digits: int) -> bool:
    """Whether a text is the hexadecimal id of a trace (32 digits) or span (16), and not the invalid one of zeros."""
    return len(text) == digits and text.strip("0") != "" and all(one in "0123456789abcdef" for one in text)
