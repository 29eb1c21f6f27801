"""Answers that are made inside of the gateway, in the API's shapes: by the sample and by the reference search."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Final

from kijun.gateway.jsons import dump

_CREATED: Final = 1_700_000_000


class LocalAnswer:
    """See `kijun.gateway.upstreams.Answer`."""

    def __init__(self, status: int, content_type: str, parts: Iterator[bytes]) -> None:
        self.status, self.content_type, self._parts = status, content_type, parts
        self.headers: dict[str, str] = {}

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, event by event."""
        for part in self._parts:
            yield part

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True, slots=True)
class _Speech:
    """A text that is said: ``choices`` times, in a stream with ``piece`` characters of it in one event."""

    model: str
    text: str
    given: int
    who: str
    piece: int
    choices: int

    @property
    def made(self) -> int:
        """Tokens as a rule of thumb: Japanese text has about one for each character and a bit."""
        return max(1, len(self.text)) * self.choices

    @property
    def counts(self) -> dict[str, int]:
        """Its usage."""
        return {
            "prompt_tokens": self.given,
            "completion_tokens": self.made,
            "total_tokens": self.given + self.made,
        }

    def id(self, kind: str) -> str:
        """An id that no other answer has: clients put messages together by it."""
        return f"{kind}-{self.who}{secrets.token_hex(8)}"

    def pieces(self) -> Iterator[str]:
        """What one event after the other holds."""
        return (self.text[at : at + self.piece] for at in range(0, len(self.text), self.piece))


def said(
    path: str,
    model: str,
    text: str,
    body: bytes,
    *,
    streams: bool,
    who: str = "sample",
    piece: int = 3,
    choices: int = 1,
) -> LocalAnswer:
    """A text as the answer of an endpoint that speaks; raises KeyError for another.

    ``piece``: characters of one event of a stream. ``choices``: how often it is given, where the endpoint has choices.
    """
    make = {"chat/completions": _chat, "completions": _completions, "responses": _responses}[path]
    given = max(1, len(body.decode("utf-8", "replace")))
    return make(_Speech(model, text, given, who, piece, choices if path != "responses" else 1), streams)


def _chat(speech: _Speech, streams: bool) -> LocalAnswer:
    base = {"id": speech.id("chatcmpl"), "created": _CREATED, "model": speech.model}
    if not streams:
        message = {"role": "assistant", "content": speech.text, "refusal": None}
        choices = [
            {"index": at, "message": message, "logprobs": None, "finish_reason": "stop"}
            for at in range(speech.choices)
        ]
        return as_json({**base, "object": "chat.completion", "choices": choices, "usage": speech.counts})

    def parts() -> Iterator[bytes]:
        base["object"] = "chat.completion.chunk"
        deltas: list[tuple[dict[str, str], str | None]] = [({"role": "assistant", "content": ""}, None)]
        deltas += [({"content": part}, None) for part in speech.pieces()]
        for delta, finish in [*deltas, ({}, "stop")]:
            for at in range(speech.choices):
                yield told({**base, "choices": [{"index": at, "delta": delta, "finish_reason": finish}]})
        yield told({**base, "choices": [], "usage": speech.counts})
        yield b"data: [DONE]\n\n"

    return LocalAnswer(200, "text/event-stream", parts())


def _completions(speech: _Speech, streams: bool) -> LocalAnswer:
    base = {
        "id": speech.id("cmpl"),
        "object": "text_completion",
        "created": _CREATED,
        "model": speech.model,
    }
    if not streams:
        choices = [
            {"index": at, "text": speech.text, "logprobs": None, "finish_reason": "stop"}
            for at in range(speech.choices)
        ]
        return as_json({**base, "choices": choices, "usage": speech.counts})

    def parts() -> Iterator[bytes]:
        for part, finish in [*((part, None) for part in speech.pieces()), ("", "stop")]:
            for at in range(speech.choices):
                yield told({**base, "choices": [{"index": at, "text": part, "finish_reason": finish}]})
        yield told({**base, "choices": [], "usage": speech.counts})
        yield b"data: [DONE]\n\n"

    return LocalAnswer(200, "text/event-stream", parts())


def _responses(speech: _Speech, streams: bool) -> LocalAnswer:
    part = {"type": "output_text", "text": speech.text, "annotations": []}
    item = {
        "id": speech.id("msg"),
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [part],
    }
    counts = {
        "input_tokens": speech.given,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": speech.made,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": speech.given + speech.made,
    }
    whole: dict[str, Any] = {
        "id": speech.id("resp"),
        "object": "response",
        "created_at": _CREATED,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": speech.model,
        "output": [item],
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": counts,
    }
    if not streams:
        return as_json(whole)
    return LocalAnswer(200, "text/event-stream", _response_events(whole, speech))


def _response_events(whole: dict[str, Any], speech: _Speech) -> Iterator[bytes]:
    """The stream of a response with one message of one text."""
    (item,) = whole["output"]
    (part,) = item["content"]
    begun = {**whole, "status": "in_progress", "output": [], "usage": None}
    here = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {**item, "status": "in_progress", "content": []},
        },
        {"type": "response.content_part.added", **here, "part": {**part, "text": ""}},
        *(
            {"type": "response.output_text.delta", **here, "delta": delta, "logprobs": []}
            for delta in speech.pieces()
        ),
        {"type": "response.output_text.done", **here, "text": speech.text, "logprobs": []},
        {"type": "response.content_part.done", **here, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": whole},
    ]
    for number, event in enumerate(events):
        yield f"event: {event['type']}\n".encode() + told({**event, "sequence_number": number})


def as_json(value: Any, status: int = 200) -> LocalAnswer:
    return LocalAnswer(status, "application/json", iter([dump(value)]))


def refused(status: int, message: str, code: str) -> LocalAnswer:
    return as_json(
        {"error": {"message": message, "type": "invalid_request_error", "code": code, "param": None}}, status
    )


def told(value: Any) -> bytes:
    return b"data: " + dump(value) + b"\n\n"
