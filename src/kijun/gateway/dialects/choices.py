"""Streams of chat and of text completions: chunks with ``choices``.

Words go on as they are released. A tool call's arguments are held until they are whole: only then can values be put back so that they stay
JSON, and no client acts on half of them.
"""

from __future__ import annotations

from typing import Any, Final

from kijun.gateway.dialects.base import CHOICE, FRAME
from kijun.gateway.guard import Blocked, Channel, Guard
from kijun.gateway.jsons import NotJson, parse
from kijun.gateway.pieces import Nested, Source, as_text, json_or_plain, other_pieces
from kijun.gateway.streams import DONE, Event, Garbage, Outcome, UpstreamSaidError, event_bytes, said_error
from kijun.inspection import Finding

#: Keys of a delta that are not words.
_NO_WORDS: Final = frozenset(("role", "tool_calls", "function_call", "audio", "name"))


#: What a call has beside a service's own fields, and what its function has.
CALL: Final = frozenset(("id", "type", "index", "function", "custom"))
CALLED: Final = frozenset(("name", "arguments", "input"))


class _Call:
    """A tool call in the making."""

    def __init__(self, part: str, key: str) -> None:
        self.part, self.key = part, key
        self.name, self.id = "", ""
        self.said: list[str] = []


class ChoicesReading:
    """See `Reading`. ``in_delta``: words stand in ``delta``, as in chat; else in the choice itself."""

    def __init__(self, guard: Guard, *, in_delta: bool, hide_usage: bool, is_json: bool = False) -> None:
        self._guard, self._in_delta, self._hide_usage, self._is_json = guard, in_delta, hide_usage, is_json
        self._channels: dict[tuple[int, str], Channel] = {}
        self._closed: list[Channel] = []
        self._calls: dict[tuple[int, int], _Call] = {}
        self._places: dict[
            tuple[int, int | None], int
        ] = {}  # (choice, number that came) → number that goes on
        self._finished: set[int] = set()
        self._seen: set[int] = set()
        self._frame: dict[str, Any] = {}
        self._kept_calls: list[dict[str, str]] = []
        self.terminal = b""
        self.stop: Finding | None = None
        self.outcome = Outcome()

    @property
    def complete(self) -> bool:
        """Whether every choice that began has come to its end."""
        return bool(self._seen) and self._seen <= self._finished

    def _has_ended(self) -> bool:
        """Whether something was found that may not be shown."""
        return self.stop is not None

    def take(self, event: Event) -> bytes:
        """See `Reading`."""
        if not event.data:
            return event.raw  # a comment that keeps the connection open
        if event.data == b"[DONE]":
            rest = self.finish()
            self.terminal = DONE
            return rest
        try:
            chunk = parse(event.data)
        except NotJson:
            raise Garbage("an event is no JSON") from None
        if not isinstance(chunk, dict):
            raise Garbage("an event is no object")
        error = said_error(chunk, refused=event.name == b"error")
        if error is not None:
            raise UpstreamSaidError(error["message"][:500])
        choices = chunk.get("choices")
        told = isinstance(chunk.get("usage"), dict)
        if choices is None and told:
            choices = chunk["choices"] = []
        if not isinstance(choices, list):
            raise Garbage("a chunk without choices")
        if told:
            self.outcome.usage = chunk["usage"]
            if self._hide_usage and not choices:
                return b""
        changed = self._others(chunk, FRAME, "")
        if not choices and not self._has_ended():
            return event_bytes(chunk) if changed else event.raw
        return self._chunk(event, chunk, choices, changed)

    def _others(self, held: dict[str, Any], known: frozenset[str], place: str) -> bool:
        """Read what stands beside the words, such as citations; whether something in it was changed."""
        if held.keys() <= known:
            return False
        changed = False
        for piece in other_pieces(held, known, place):
            try:
                shown, kept = self._guard.whole_now(piece)
            except Blocked as error:
                self.stop = error.finding
                return True
            self.outcome.given.take(piece.place, kept)
            if shown != piece.raw:
                changed = True
                self._kept_calls.append({"where": piece.place, "text": str(kept)})
                piece.put(shown)
        return changed

    def _chunk(self, event: Event, chunk: dict[str, Any], choices: list[Any], changed: bool) -> bytes:
        if not self._frame:
            self._frame = {
                name: chunk[name] for name in ("id", "object", "created", "model") if name in chunk
            }
        worth = False
        before = b""
        if self._has_ended():
            return b""
        for choice in choices:
            if not isinstance(choice, dict):
                raise Garbage("a choice is no object")
            number = choice.get("index", 0)
            if not isinstance(number, int) or not 0 <= number < 1000:
                raise Garbage("a choice without a number")
            self._seen.add(number)
            altered, holds = self._choice(number, choice)
            if self._others(choice, CHOICE, f"choices[{number}]."):
                altered = True
            if choice.get("finish_reason") and not self._has_ended():
                rest, ends = self._close(number)
                if rest:  # words of this very chunk come before those that were held
                    before += self._said_first(number, choice) + rest
                    altered = True
                if not ends:
                    return before  # it does not end as the upstream says
                self._finished.add(number)
                self.outcome.finish.append(str(choice["finish_reason"]))
                holds = True
            changed, worth = changed or altered, worth or holds
            if self._has_ended():
                # What stood before the finding still goes out; the rest of the chunk does not.
                return before + (event_bytes(chunk) if worth else b"")
        if not changed:
            return before + event.raw if before else event.raw
        return before + event_bytes(chunk) if worth else before

    def _choice(self, number: int, choice: dict[str, Any]) -> tuple[bool, bool]:
        """Pass a choice's words through; whether it was changed, and whether something in it is worth sending."""
        held = choice.get("delta") if self._in_delta else choice
        if held is None:
            choice["delta"] = {}  # clients look into it
            return True, True
        if not isinstance(held, dict):
            raise Garbage("a delta is no object")
        names = [name for name in held if name not in _NO_WORDS] if self._in_delta else ["text"]
        changed, worth = False, not held or bool(held.get("role")) or "audio" in held
        for name in names:
            value = held.get(name)
            if isinstance(value, (list, dict)) and value:
                worth = self._nested(number, held, name) or worth
                changed = True
            if not isinstance(value, str) or not value:
                continue
            channel = self._channel(number, name)
            shown = channel.feed(value)
            if shown != value:
                held[name] = shown
                changed = True
            worth = worth or bool(shown)
            if changed or channel.waits:
                changed = self._hush(choice) or changed
            self.stop = self.stop or channel.stop
        if self._has_ended():
            choice["finish_reason"] = None
            return True, worth
        if self._in_delta and ("tool_calls" in held or "function_call" in held):
            worth = self._take_calls(number, held) or worth
            changed = True
        return changed, worth

    def _said_first(self, number: int, choice: dict[str, Any]) -> bytes:
        """The words of a chunk as a chunk of their own; they are taken out of it."""
        held = choice["delta"] if self._in_delta and isinstance(choice.get("delta"), dict) else choice
        names = [name for name in held if name not in _NO_WORDS] if held is not choice else ["text"]
        words = {name: held[name] for name in names if isinstance(held.get(name), str) and held[name]}
        for name in words:
            held[name] = ""
        return self._made(number, words) if words else b""

    def _nested(self, number: int, held: dict[str, Any], name: str) -> bool:
        """Citations and a service's own fields, whole as they come."""
        try:
            piece = Nested(held, name, f"choices[{number}].{name}")
            held[name], kept = self._guard.whole_now(piece)
            self.outcome.given.take(piece.place, kept)
        except Blocked as error:
            held[name], self.stop = None, error.finding
            return False
        return True

    @staticmethod
    def _hush(choice: dict[str, Any]) -> bool:
        """Log probabilities repeat the words as the upstream said them."""
        if choice.get("logprobs"):
            choice["logprobs"] = None
            return True
        return False

    def _channel(self, number: int, name: str) -> Channel:
        channel = self._channels.get((number, name))
        if channel is None:
            middle = "message." if self._in_delta else ""
            channel = Channel(
                self._guard,
                f"choices[{number}].{middle}{name}",
                in_json=self._is_json and name == "content",
            )
            self._channels[number, name] = channel
        return channel

    def _take_calls(self, number: int, held: dict[str, Any]) -> bool:
        """Take arguments out of a delta into the call they belong to; whether something is left to be sent."""
        calls = held.get("tool_calls") or []
        if not isinstance(calls, list):
            raise Garbage("tool calls are no list")
        worth = False
        for call in calls:
            if not isinstance(call, dict):
                raise Garbage("a tool call is no object")
            call["index"] = self._place(number, call)
            worth = self._take_call(number, call["index"], call) or worth
        if not worth:
            held.pop("tool_calls", None)
        if isinstance(held.get("function_call"), dict):
            legacy = {"function": held["function_call"]}
            if self._take_call(number, -1, legacy):
                worth = True
            else:
                held.pop("function_call")
        return worth

    def _place(self, number: int, call: dict[str, Any]) -> int:
        """The number of a call among its choice's. Some services number none, or all of them 0; another id is another call."""
        given, id = call.get("index"), call.get("id")
        if given is not None and not isinstance(given, int):
            raise Garbage("a tool call without a number")
        mine = {at: one for (choice, at), one in self._calls.items() if choice == number and at >= 0}
        at = self._places.get((number, given))
        if at is None:
            at = given if given is not None and given not in mine else max(mine, default=-1) + 1
        elif id and mine[at].id and mine[at].id != id:
            known = [place for place, one in mine.items() if one.id == id]
            at = known[0] if known else max(mine) + 1
        self._places[number, given] = at
        return at

    def _take_call(self, number: int, at: int, call: dict[str, Any]) -> bool:
        part, key = ("custom", "input") if isinstance(call.get("custom"), dict) else ("function", "arguments")
        kept = self._calls.setdefault((number, at), _Call(part, key))
        said = call.get(part)
        if kept.id and call.get("id") == kept.id:  # told again: clients would write it twice
            for holder, name in ((call, "id"), (call, "type"), (said, "name")):
                if isinstance(holder, dict):
                    holder.pop(name, None)
        worth = bool(call.get("id"))
        kept.id = kept.id or str(call.get("id") or "")
        place = f"choices[{number}].message.tool_calls[{at}]."
        worth = self._others(call, CALL, place) or worth
        if isinstance(said, dict):
            self._others(said, CALLED, f"{place}{part}.")
            if isinstance(said.get("name"), str) and said["name"]:
                kept.name, worth = kept.name + said["name"], True
            as_text(said, key)
            if isinstance(said.get(key), str):
                kept.said.append(said[key])
                said[key] = ""
        return worth

    def _close(self, number: int) -> tuple[bytes, bool]:
        """What a choice still holds, as chunks, and whether all of it may be shown."""
        out = b""
        for (choice, name), channel in self._channels.items():
            if choice == number and not self._has_ended():
                rest = channel.close()
                if rest:
                    out += self._made(number, {name: rest})
                self.stop = channel.stop
        for (choice, at), call in self._calls.items():
            if choice == number and not self._has_ended():
                out += self._close_call(number, at, call)
        self._closed += [one for (choice, _), one in self._channels.items() if choice == number]
        self._channels = {key: one for key, one in self._channels.items() if key[0] != number}
        self._calls = {key: one for key, one in self._calls.items() if key[0] != number}
        return out, not self._has_ended()

    def _close_call(self, number: int, at: int, call: _Call) -> bytes:
        holder = {call.key: "".join(call.said)}
        where = f"choices[{number}].message.tool_calls[{at}].{call.part}.{call.key}"
        self.outcome.tool_calls.append({"name": call.name[:200], "id": call.id[:100]})
        if not holder[call.key]:
            return b""
        try:
            shown, kept = self._guard.whole_now(json_or_plain(holder, call.key, where, Source.ASSISTANT))
        except Blocked as error:
            self.stop = error.finding
            return b""
        self._kept_calls.append({"where": where, "text": kept})
        said = {call.part: {call.key: shown}}
        delta = {"function_call": said["function"]} if at < 0 else {"tool_calls": [{"index": at, **said}]}
        return self._made(number, delta)

    def _made(self, number: int, words: dict[str, Any], finish: str | None = None) -> bytes:
        choice: dict[str, Any] = {"index": number, "finish_reason": finish}
        choice.update({"delta": words} if self._in_delta else {"text": "", **words})
        return event_bytes({**self._frame, "choices": [choice]})

    def finish(self) -> bytes:
        """See `Reading`."""
        out = b""
        for number in sorted(self._seen - self._finished):
            out += self._close(number)[0]
        return out

    def rest(self) -> None:
        """See `Reading`."""
        self.finish()

    def stopped(self, text: str) -> bytes:
        """See `Reading`."""
        self.terminal = DONE
        out, name = b"", "content" if self._in_delta else "text"
        for number in sorted((self._seen or {0}) - self._finished):
            out += self._made(number, {name: text})
            out += self._made(number, {} if self._in_delta else {"text": ""}, "content_filter")
        return out

    def kept(self) -> list[dict[str, str]]:
        """See `Reading`."""
        texts = [{"where": one.place, "text": one.kept} for one in (*self._closed, *self._channels.values())]
        return texts + self._kept_calls
