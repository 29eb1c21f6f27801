"""Answers that are made inside of the gateway, in the API's shapes: by the sample and by the reference search."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
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


def said(
    path: str, model: str, text: str, body: bytes, *, streams: bool, who: str = "sample", piece: int = 3
) -> LocalAnswer:
    """A text as the answer of an endpoint that speaks; raises KeyError for another. ``piece``: characters of one event of a stream."""
    make = {"chat/completions": _chat, "completions": _completions, "responses": _responses}[path]
    return make(model, text, _usage(body, text), streams, who, piece)


def _usage(body: bytes, said: str) -> tuple[int, int]:
    """Tokens as a rule of thumb: Japanese text has about one for each character and a bit."""
    return max(1, len(body.decode("utf-8", "replace"))), max(1, len(said))


def _id(kind: str, who: str, said: str) -> str:
    return f"{kind}-{who}{sha256(said.encode('utf-8', 'replace')).hexdigest()[:16]}"


def _pieces(said: str, size: int) -> Iterator[str]:
    return (said[at : at + size] for at in range(0, len(said), size))


def _chat(model: str, said: str, usage: tuple[int, int], streams: bool, who: str, piece: int) -> LocalAnswer:
    counts = _counts(*usage)
    base = {"id": _id("chatcmpl", who, said), "created": _CREATED, "model": model}
    if not streams:
        message = {"role": "assistant", "content": said, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return as_json({**base, "object": "chat.completion", "choices": [choice], "usage": counts})

    def parts() -> Iterator[bytes]:
        base["object"] = "chat.completion.chunk"
        deltas: list[tuple[dict[str, str], str | None]] = [({"role": "assistant", "content": ""}, None)]
        deltas += [({"content": part}, None) for part in _pieces(said, piece)]
        for delta, finish in [*deltas, ({}, "stop")]:
            yield told({**base, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
        yield told({**base, "choices": [], "usage": counts})
        yield b"data: [DONE]\n\n"

    return LocalAnswer(200, "text/event-stream", parts())


def _completions(
    model: str, said: str, usage: tuple[int, int], streams: bool, who: str, piece: int
) -> LocalAnswer:
    base = {"id": _id("cmpl", who, said), "object": "text_completion", "created": _CREATED, "model": model}
    if not streams:
        choice = {"index": 0, "text": said, "logprobs": None, "finish_reason": "stop"}
        return as_json({**base, "choices": [choice], "usage": _counts(*usage)})

    def parts() -> Iterator[bytes]:
        for part in _pieces(said, piece):
            yield told({**base, "choices": [{"index": 0, "text": part, "finish_reason": None}]})
        yield told({**base, "choices": [{"index": 0, "text": "", "finish_reason": "stop"}]})
        yield told({**base, "choices": [], "usage": _counts(*usage)})
        yield b"data: [DONE]\n\n"

    return LocalAnswer(200, "text/event-stream", parts())


def _responses(
    model: str, said: str, usage: tuple[int, int], streams: bool, who: str, piece: int
) -> LocalAnswer:
    part = {"type": "output_text", "text": said, "annotations": []}
    item = {
        "id": _id("msg", who, said),
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [part],
    }
    counts = {
        "input_tokens": usage[0],
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": usage[1],
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": sum(usage),
    }
    whole: dict[str, Any] = {
        "id": _id("resp", who, said),
        "object": "response",
        "created_at": _CREATED,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": model,
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
    return LocalAnswer(200, "text/event-stream", _response_events(whole, said, piece))


def _response_events(whole: dict[str, Any], said: str, piece: int) -> Iterator[bytes]:
    """The stream of a response with one message of one text."""
    (item,) = whole["output"]
    (part,) = item["content"]
    begun = {**whole, "status": "in_progress", "output": [], "usage": None}
    here = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": begun},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {**item, "status": "in_progress", "content": []},
        },
        {"type": "response.content_part.added", **here, "part": {**part, "text": ""}},
        *(
            {"type": "response.output_text.delta", **here, "delta": delta, "logprobs": []}
            for delta in _pieces(said, piece)
        ),
        {"type": "response.output_text.done", **here, "text": said, "logprobs": []},
        {"type": "response.content_part.done", **here, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": whole},
    ]
    for number, event in enumerate(events):
        yield f"event: {event['type']}\n".encode() + told({**event, "sequence_number": number})


def _counts(given: int, said: int) -> dict[str, int]:
    return {"prompt_tokens": given, "completion_tokens": said, "total_tokens": given + said}


def as_json(value: Any, status: int = 200) -> LocalAnswer:
    return LocalAnswer(status, "application/json", iter([dump(value)]))


def refused(status: int, message: str, code: str) -> LocalAnswer:
    return as_json(
        {"error": {"message": message, "type": "invalid_request_error", "code": code, "param": None}}, status
    )


def told(value: Any) -> bytes:
    return b"data: " + dump(value) + b"\n\n"
