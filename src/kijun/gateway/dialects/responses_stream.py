"""Streams of the responses API: typed events, each text told several times (its deltas, its end, its part, its item, the whole answer)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from kijun.gateway.guard import Blocked, Channel, Guard
from kijun.gateway.jsons import NotJson, parse
from kijun.gateway.lines import Lines, may_hold_placeholder
from kijun.gateway.pieces import AnswerPiece, Nested, Source, json_or_plain, text_piece
from kijun.gateway.streams import Event, Garbage, Outcome, UpstreamSaidError, event_bytes, said_error
from kijun.inspection import Finding, Inspection, restore

#: Texts that are released as they come: the event's family, and the key of its whole text in the last event.
_TEXTS: Final = {
    "response.output_text": "text",
    "response.refusal": "refusal",
    "response.reasoning_text": "text",
    "response.reasoning_summary_text": "text",
}
#: Texts that are held until they are whole.
_HELD: Final = {
    "response.function_call_arguments": "arguments",
    "response.custom_tool_call_input": "input",
    "response.mcp_call_arguments": "arguments",
    "response.code_interpreter_call_code": "code",
}
#: Texts whose deltas have tokens beside them.
_WITH_TOKENS: Final = "response.output_text"
_MOST_NUMBER: Final = 1 << 53
_ENDS: Final = frozenset(("response.completed", "response.incomplete", "response.failed"))
_Key = tuple[str, Any, Any, Any]


class ResponsesReading:
    """See `Reading`. ``pieces`` gives the texts of an item."""

    def __init__(
        self, guard: Guard, pieces: Callable[[Any, Any, bool], list[AnswerPiece]], *, is_json: bool
    ) -> None:
        self._guard, self._pieces, self._is_json = guard, pieces, is_json
        self._channels: dict[_Key, Channel] = {}
        self._raw: dict[_Key, list[str]] = {}
        self._held: dict[_Key, list[str]] = {}
        self._known: dict[str, Any] = {}  # a text as it came → as it was shown
        self._kept: list[dict[str, str]] = []
        self._response: dict[str, Any] = {}
        self._open: dict[str, Any] = {}
        self._heads: dict[_Key, dict[str, Any]] = {}  # a text's last delta, without its words
        self._number = -1
        self.terminal = b""
        self.stop: Finding | None = None
        self.outcome = Outcome()

    @property
    def complete(self) -> bool:
        """Only a last event ends an answer."""
        return bool(self.terminal)

    def take(self, event: Event) -> bytes:
        """See `Reading`."""
        if not event.data or event.data == b"[DONE]":
            return b"" if self.terminal else event.raw
        try:
            said = parse(event.data)
        except NotJson:
            raise Garbage("an event is no JSON") from None
        kind = said.get("type") if isinstance(said, dict) else None
        error = said_error(said, refused=b"error" in (event.name, str(kind).encode()))
        if (error is not None or kind == "error") and "response" not in said:
            raise UpstreamSaidError(error["message"][:500] if error is not None else "")
        if not isinstance(kind, str):
            raise Garbage("an event without a type")
        try:
            return self._take(event, kind, said)
        except Blocked as blocked:
            self.stop = blocked.finding
            return b""

    def _take(self, event: Event, kind: str, said: dict[str, Any]) -> bytes:
        family, _, last = kind.rpartition(".")
        if family in _TEXTS and last in ("delta", "done"):
            return self._delta(event, family, said) if last == "delta" else self._done(family, said)
        if family in _HELD and last in ("delta", "done"):
            if last == "delta":
                self._held.setdefault(_key(family, said), []).append(str(said.get("delta", "")))
                return b""
            return self._held_done(family, said)
        if isinstance(said.get("response"), dict):
            return self._whole_response(kind, said)
        if isinstance(said.get("item"), dict):
            for piece in self._pieces(said, "item", self._is_json):
                self._put(piece)
            _quiet(said["item"])
            self._guard.carry(said["item"])
            return self._event(said, kind)
        if isinstance(said.get("part"), dict):
            part = said["part"]
            for name in [name for name, value in part.items() if isinstance(value, str) and name != "type"]:
                self._put(text_piece(part, name, f"part.{name}", Source.ASSISTANT))
            _quiet({"content": [part]})
            return self._event(said, kind)
        holder = {"event": said}
        self._put(Nested(holder, "event", kind))
        return self._event(holder["event"], kind, event.raw if holder["event"] == said else b"")

    def _event(self, said: dict[str, Any], kind: str, raw: bytes = b"") -> bytes:
        """An event under a number of its own: the service's as long as it rises, else the next. ``raw`` is how it came, where it is unchanged."""
        number = said.get("sequence_number")
        if type(number) is int and self._number < number < _MOST_NUMBER:
            self._number = number
            return raw or event_bytes(said, kind)
        self._number += 1
        return event_bytes({**said, "sequence_number": self._number}, kind)

    def _made_delta(self, family: str, head: dict[str, Any], text: str) -> bytes:
        """A delta that the service did not send. ``head`` is an event of the same text."""
        made = {name: value for name, value in head.items() if name not in ("sequence_number", "logprobs")}
        made |= {"type": f"{family}.delta", "delta": text}
        if family == _WITH_TOKENS:
            made["logprobs"] = []
        return self._event(made, f"{family}.delta")

    def _delta(self, event: Event, family: str, said: dict[str, Any]) -> bytes:
        key, text = _key(family, said), said.get("delta")
        if not isinstance(text, str):
            raise Garbage("a delta is no text")
        channel = self._channels.get(key)
        if channel is None:
            place = f"output[{said.get('output_index', 0)}].{family.removeprefix('response.')}"
            channel = Channel(self._guard, place, in_json=self._is_json and family == _WITH_TOKENS)
            self._channels[key], self._raw[key] = channel, []
        self._open = self._heads[key] = {
            name: value for name, value in said.items() if name not in ("delta", "logprobs")
        }
        self._raw[key].append(text)
        shown = channel.feed(text)
        self.stop = channel.stop
        if shown == text and not channel.waits:
            return self._event(said, f"{family}.delta", event.raw)
        if not shown:
            return b""
        return self._event(_without_odds({**said, "delta": shown}), f"{family}.delta")

    def _done(self, family: str, said: dict[str, Any]) -> bytes:
        key, name = _key(family, said), _TEXTS[family]
        channel, out = self._channels.pop(key, None), b""
        if channel is None:
            self._put(
                text_piece(said, name, family, Source.ASSISTANT) if isinstance(said.get(name), str) else None
            )
        else:
            rest = channel.close()
            raw = "".join(self._raw.pop(key))
            if rest:
                head = {one: value for one, value in said.items() if one != name}
                out = self._made_delta(family, head, rest)
            if channel.stop is not None:
                self.stop, self._channels[key] = channel.stop, channel
                return out
            self._kept.append({"where": channel.place, "text": channel.kept})
            self._known[raw] = channel.shown
            said[name] = channel.shown
        return out + self._event(_without_odds(said), f"{family}.done")

    def _held_done(self, family: str, said: dict[str, Any]) -> bytes:
        name = _HELD[family]
        text = "".join(self._held.pop(_key(family, said), []))
        if not isinstance(said.get(name), str):
            said[name] = text
        if not said[name]:
            return self._event(said, f"{family}.done")
        self._put(json_or_plain(said, name, family, Source.ASSISTANT))
        head = {one: value for one, value in said.items() if one not in (name, "name")}
        return self._made_delta(family, head, said[name]) + self._event(said, f"{family}.done")

    def _whole_response(self, kind: str, said: dict[str, Any]) -> bytes:
        response = said["response"]
        output = response.get("output")
        for at, item in enumerate(output if isinstance(output, list) else []):
            if not isinstance(item, dict):
                raise Garbage("an item is no object")
            for piece in self._pieces(output, at, self._is_json):
                self._put(piece)
            _quiet(output[at])
            self._guard.carry(output[at])
            if kind in _ENDS and item.get("type") in ("function_call", "custom_tool_call"):
                self.outcome.tool_calls.append(
                    {"name": str(item.get("name"))[:200], "id": str(item.get("call_id", ""))[:100]}
                )
        self._response = restore_echo(response, self._guard)
        if kind not in _ENDS:
            return self._event(said, kind)
        if isinstance(response.get("usage"), dict):
            self.outcome.usage = response["usage"]
        self.outcome.finish.append(str(response.get("status")))
        out = self.finish()
        self.terminal = self._event(said, kind)
        return out

    def _put(self, piece: AnswerPiece | None) -> None:
        """Replace a text by what is shown of it; one that was told before is shown as it was then."""
        if piece is None or not piece.text:
            return
        raw = piece.raw
        if isinstance(raw, str) and raw in self._known:
            piece.put(self._known[raw])
            return
        shown, kept = self._guard.whole_now(piece)
        self.outcome.given.take(piece.place, kept)
        if isinstance(raw, str):
            self._known[raw] = shown
            self._kept.append({"where": piece.place, "text": kept})
        elif kept != shown or self._guard.findings:
            self._kept.append({"where": piece.place, "text": str(kept)})
        piece.put(shown)

    def finish(self) -> bytes:
        """See `Reading`."""
        out = b""
        for key, channel in list(self._channels.items()):
            rest = channel.close()
            if rest:
                out += self._made_delta(key[0], self._heads[key], rest)
            if channel.stop is not None:
                self.stop = channel.stop
                return out
            self._kept.append({"where": channel.place, "text": channel.kept})
            del self._channels[key]
        return out

    def rest(self) -> None:
        """See `Reading`."""
        self.finish()
        for family, parts in [(key[0], parts) for key, parts in self._held.items()]:
            holder = {"said": "".join(parts)}
            self._put(json_or_plain(holder, "said", family, Source.ASSISTANT))
        self._held.clear()

    def stopped(self, text: str) -> bytes:
        """See `Reading`."""
        shown = "".join(one.shown for key, one in self._channels.items() if key[0] == _WITH_TOKENS)
        out = b""
        if self._open.get("type") == f"{_WITH_TOKENS}.delta":
            out = self._made_delta(_WITH_TOKENS, self._open, text)
        part = {"type": "output_text", "text": shown + text, "annotations": []}
        message = {
            "id": str(self._open.get("item_id", "msg_stopped")),
            "type": "message",
            "role": "assistant",
            "status": "incomplete",
            "content": [part],
        }
        response = {
            **self._response,
            "object": "response",
            "status": "incomplete",
            "incomplete_details": {"reason": "content_filter"},
            "output": [message],
        }
        last = {"type": "response.incomplete", "response": response}
        self.terminal = self._event(last, "response.incomplete")
        return out

    def error(self, body: dict[str, Any]) -> bytes:
        """A refusal's body as the event that ends a stream which has begun."""
        told = {"code": body["error"]["code"], "message": body["error"]["message"], "param": None}
        return self._event({"type": "error", **told, **body}, "error")

    def kept(self) -> list[dict[str, str]]:
        """See `Reading`."""
        return [*self._kept, *({"where": one.place, "text": one.kept} for one in self._channels.values())]


def finish_response(response: dict[str, Any], guard: Guard) -> bool:
    """What is done to a whole answer beside its texts; True where it has changed."""
    carried = [guard.carry(item) for item in response["output"]]
    restore_echo(response, guard)
    return any(carried) or len(guard.table) > 0


def restore_echo(response: dict[str, Any], guard: Guard) -> dict[str, Any]:
    """An answer repeats the request's instructions and tools: what was masked in them is put back."""
    if not len(guard.table):
        return response
    for name, value in response.items():
        if name == "output":
            continue
        if isinstance(value, str) and may_hold_placeholder(value):
            response[name] = restore(value, guard.table)
        elif isinstance(value, (dict, list)):
            lines = Lines(value)
            if may_hold_placeholder(lines.text):
                lines.rewrite(Inspection(lines.text, ()), lambda one: restore(one.text, guard.table))
    return response


def _key(family: str, said: dict[str, Any]) -> _Key:
    return (
        family,
        said.get("output_index"),
        said.get("content_index", said.get("summary_index")),
        said.get("item_id"),
    )


def _quiet(item: Any) -> None:
    """Take out the tokens that repeat a text."""
    parts = item.get("content") if isinstance(item, dict) else None
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, dict) and part.get("logprobs"):
            part["logprobs"] = []


def _without_odds(said: dict[str, Any]) -> dict[str, Any]:
    if said.get("logprobs"):
        said["logprobs"] = []
    return said
