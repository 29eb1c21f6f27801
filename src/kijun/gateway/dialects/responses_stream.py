"""Streams of the responses API: typed events, each text told several times (its deltas, its end, its part, its item, the whole answer)."""

from __future__ import annotations

from typing import Any, Final

from kijun.gateway.dialects.beside import Beside
from kijun.gateway.dialects.responses_items import (
    called,
    frame_pieces,
    item_pieces,
    part_pieces,
    restore_echo,
    unread_of,
)
from kijun.gateway.guard import Blocked, Channel, Guard
from kijun.gateway.jsons import NotJson, parse
from kijun.gateway.names import is_plain
from kijun.gateway.others import NAMING, usage_of, word
from kijun.gateway.pieces import AnswerPiece, Nested, Source, json_or_plain, text_piece
from kijun.gateway.streams import Event, Garbage, Outcome, UpstreamSaidError, event_bytes, said_error
from kijun.inspection import Finding

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
#: Sound, in pieces.
_SOUNDS: Final = frozenset(("response.audio", "response.output_audio"))
_PICTURE: Final = "partial_image_b64"
_MOST_NUMBER: Final = 1 << 53
_ENDS: Final = frozenset(("response.completed", "response.incomplete", "response.failed"))
_Key = tuple[str, Any, Any, Any]


class ResponsesReading:
    """See `Reading`. ``sent`` is the request, which answers repeat."""

    def __init__(self, guard: Guard, sent: dict[str, Any], *, is_json: bool) -> None:
        self._guard, self._sent, self._is_json = guard, sent, is_json
        self._channels: dict[_Key, Channel] = {}
        self._raw: dict[_Key, list[str]] = {}
        self._held: dict[_Key, list[str]] = {}
        self._known: dict[str, Any] = {}  # a text as it came → as it was shown
        self._response: dict[str, Any] = {}
        self._open: dict[str, Any] = {}
        self._heads: dict[_Key, dict[str, Any]] = {}  # a text's last delta, without its words
        self._number = -1
        self.terminal = b""
        self.stop: Finding | None = None
        self.outcome = Outcome()
        self._beside = Beside(guard, self.outcome.given)

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
        if not isinstance(kind, str) or not is_plain(kind):
            raise Garbage("an event without a type")
        try:
            return self._take(event, kind, said)
        except Blocked as blocked:
            self.stop = blocked.finding
            return b""

    def _take(self, event: Event, kind: str, said: dict[str, Any]) -> bytes:
        family, _, last = kind.rpartition(".")
        if family in _HELD and last in ("delta", "done"):
            if last == "delta":
                self._held.setdefault(_key(family, said), []).append(str(said.get("delta", "")))
                return b""
            return self._held_done(family, said)
        if last == "delta" and isinstance(said.get("delta"), str):
            return self._sound(event, kind, said) if family in _SOUNDS else self._delta(event, family, said)
        if last == "done" and (family in _TEXTS or _key(family, said) in self._channels):
            return self._done(family, said)
        if isinstance(said.get("response"), dict):
            return self._whole_response(kind, said)
        for name, pieces in (("item", item_pieces), ("part", _part_pieces)):
            if isinstance(said.get(name), dict):
                for piece in pieces(said, name, self._is_json):
                    self._put(piece)
                self._leave_out(said[name], kind)
                _quiet(said[name] if name == "item" else {"content": [said[name]]})
                self._guard.carry(said[name])
                self._beside.read(said, (name,), f"{kind}.")
                return self._event(said, kind)
        if isinstance(said.get("annotation"), dict):
            holder = {"event": said}
            self._put(Nested(holder, "event", kind))
            return self._event(holder["event"], kind, event.raw if holder["event"] == said else b"")
        if isinstance(said.get(_PICTURE), str) and not self._guard.passes(f"{kind}.{_PICTURE}", "image"):
            return b""
        changed = self._beside.read(said, (_PICTURE,), f"{kind}.")
        return self._event(said, kind, b"" if changed else event.raw)

    def _sound(self, event: Event, kind: str, said: dict[str, Any]) -> bytes:
        """Sound goes on where it may."""
        if not self._guard.passes(kind, "audio"):
            return b""
        changed = self._beside.read(said, ("delta",), f"{kind}.")
        return self._event(said, kind, b"" if changed else event.raw)

    def _leave_out(self, item: dict[str, Any], place: str) -> None:
        """Take out what nobody can inspect, where that may not go on."""
        for one in unread_of(item, place):
            if not self._guard.passes(one.place, one.what):
                one.container[one.key] = ""

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
        key, text = _key(family, said), said["delta"]
        changed = self._beside.read(said, ("delta", "logprobs"), f"{family}.delta.")
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
        if shown == text and not channel.waits and not changed:
            return self._event(said, f"{family}.delta", event.raw)
        if not shown:
            return b""
        return self._event(_without_odds({**said, "delta": shown}), f"{family}.delta")

    def _done(self, family: str, said: dict[str, Any]) -> bytes:
        key, name = _key(family, said), _TEXTS.get(family) or _whole_of(said)
        channel, out = self._channels.pop(key, None), b""
        self._beside.read(said, (name, "logprobs"), f"{family}.done.")
        if not isinstance(said.get(name), str) and channel is None:
            self._beside.read(said, ("logprobs",), f"{family}.done.")
        elif channel is None:
            self._put(text_piece(said, name, family, Source.ASSISTANT))
        else:
            rest = channel.close()
            raw = "".join(self._raw.pop(key))
            if rest:
                head = {one: value for one, value in said.items() if one != name}
                out = self._made_delta(family, head, rest)
            if channel.stop is not None:
                self.stop, self._channels[key] = channel.stop, channel
                return out
            self._beside.keep(channel.place, channel.kept)
            self._known[raw] = channel.shown
            said[name] = channel.shown
        return out + self._event(_without_odds(said), f"{family}.done")

    def _held_done(self, family: str, said: dict[str, Any]) -> bytes:
        name = _HELD[family]
        text = "".join(self._held.pop(_key(family, said), []))
        if not isinstance(said.get(name), str):
            said[name] = text
        self._beside.read(said, (name,), f"{family}.done.", NAMING | {"name"})
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
            for piece in item_pieces(output, at, self._is_json):
                self._put(piece)
            self._leave_out(item, f"output[{at}]")
            _quiet(item)
            self._guard.carry(item)
            if kind in _ENDS:
                self.outcome.tool_calls += called(item)
        for piece in frame_pieces(response, self._sent):
            self._put(piece)
        self._beside.read(said, ("response",), f"{kind}.")
        self._response = restore_echo(response, self._guard)
        if kind not in _ENDS:
            return self._event(said, kind)
        self.outcome.usage = usage_of(response) or self.outcome.usage
        self.outcome.finish.append(word(response.get("status")))
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
        self._beside.keep(piece.place, kept)
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
            self._beside.keep(channel.place, channel.kept)
            del self._channels[key]
        return out

    def rest(self) -> bytes:
        """See `Reading`."""
        out = self.finish()
        for family, parts in [(key[0], parts) for key, parts in self._held.items()]:
            holder = {"said": "".join(parts)}
            self._put(json_or_plain(holder, "said", family, Source.ASSISTANT))
        self._held.clear()
        return out

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
        return [
            *self._beside.kept,
            *({"where": one.place, "text": one.kept} for one in self._channels.values()),
        ]


def _part_pieces(said: dict[str, Any], name: str, is_json: bool) -> list[AnswerPiece]:
    return part_pieces(said[name], name, is_json)


def _whole_of(said: dict[str, Any]) -> str:
    """Under which name the last event of an unknown kind of text tells all of it."""
    return next((name for name in ("text", "transcript", "delta") if isinstance(said.get(name), str)), "text")


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
