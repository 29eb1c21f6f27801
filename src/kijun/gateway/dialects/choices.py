"""Streams of chat and of text completions: chunks with ``choices``. Words go on as they are released, calls of tools when they are whole."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from kijun.gateway.dialects.beside import Beside
from kijun.gateway.dialects.calls import Calls
from kijun.gateway.guard import Blocked, Channel, Guard
from kijun.gateway.jsons import NotJson, parse
from kijun.gateway.names import is_plain
from kijun.gateway.others import usage_of, word
from kijun.gateway.streams import DONE, Event, Garbage, Outcome, UpstreamSaidError, event_bytes, said_error
from kijun.inspection import Finding

#: Keys of a delta that are not words, or are read in another way.
_NO_WORDS: Final = frozenset(("role", "tool_calls", "function_call", "audio", "name"))
#: Where a spoken answer's words stand in a delta.
_SPOKEN: Final = "audio.transcript"


class ChoicesReading:
    """See `Reading`. ``in_delta``: words stand in ``delta``, as in chat; else in the choice itself."""

    def __init__(self, guard: Guard, *, in_delta: bool, hide_usage: bool, is_json: bool = False) -> None:
        self._guard, self._in_delta, self._hide_usage, self._is_json = guard, in_delta, hide_usage, is_json
        self._channels: dict[tuple[int, str], Channel] = {}
        self._closed: list[Channel] = []
        self._finished: set[int] = set()
        self._seen: set[int] = set()
        self._frame: dict[str, Any] = {}
        self._passed: dict[str, str] = {}
        self.terminal = b""
        self.stop: Finding | None = None
        self.outcome = Outcome()
        self._beside = Beside(guard, self.outcome.given)
        self._calls = Calls(guard, self._beside)
        self.outcome.tool_calls = self._calls.called

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
            self.outcome.usage = usage_of(chunk)
            if self._hide_usage and not choices:
                return b""
        changed = self._others(chunk, ("choices",), "")
        if not choices and not self._has_ended():
            return event_bytes(chunk) if changed else event.raw
        return self._chunk(event, chunk, choices, changed)

    def _others(self, held: dict[str, Any], read: Collection[str], place: str) -> bool:
        """Read what stands beside the words, such as citations; whether something in it was changed."""
        try:
            return self._beside.read(held, read, place)
        except Blocked as error:
            self.stop = error.finding
            return True

    def _chunk(self, event: Event, chunk: dict[str, Any], choices: list[Any], changed: bool) -> bytes:
        if self._has_ended():
            return b""
        if not self._frame:
            self._frame = {
                name: chunk[name] for name in ("id", "object", "created", "model") if name in chunk
            }
        worth, before = changed, b""
        for at, choice in enumerate(choices):
            if not isinstance(choice, dict):
                raise Garbage("a choice is no object")
            number = choice.get("index", 0)
            if not isinstance(number, int) or not 0 <= number < 1000:
                raise Garbage("a choice without a number")
            self._seen.add(number)
            altered, holds = self._choice(number, choice)
            if not self._has_ended() and self._others(choice, self._read(choice), f"choices[{number}]."):
                altered = holds = True
            if choice.get("finish_reason") and not self._has_ended():
                rest, ends = self._close(number)
                if rest:  # words of this very chunk come before those that were held
                    before += self._said_first(number, choice) + rest
                    altered = True
                if not ends:
                    return before  # it does not end as the upstream says
                self._finished.add(number)
                self.outcome.finish.append(word(choice["finish_reason"]))
                holds = True
            changed, worth = changed or altered, worth or holds
            if self._has_ended():
                # What stood before the finding still goes out; the rest of the chunk does not.
                chunk["choices"] = [*choices[:at], self._passed_of(number)]
                return before + (event_bytes(chunk) if worth else b"")
        if not changed:
            return before + event.raw if before else event.raw
        return before + event_bytes(chunk) if worth else before

    def _read(self, choice: dict[str, Any]) -> tuple[str, ...]:
        """What of a choice is read in another way, or repeats the words."""
        words = "delta" if self._in_delta else "text"
        return (words, "logprobs") if isinstance(choice.get(words), (dict, str)) else ("logprobs",)

    def _passed_of(self, number: int) -> dict[str, Any]:
        """A choice with no more than those words of this event that were inspected."""
        words = {"delta": self._passed} if self._in_delta else {"text": "", **self._passed}
        return {"index": number, "finish_reason": None, **words}

    def _choice(self, number: int, choice: dict[str, Any]) -> tuple[bool, bool]:
        """Pass a choice's words through; whether it was changed, and whether something in it is worth sending."""
        held = choice.get("delta") if self._in_delta else choice
        if held is None:
            choice["delta"] = {}  # clients look into it
            return True, True
        if not isinstance(held, dict):
            raise Garbage("a delta is no object")
        self._passed = {}
        changed, worth = False, not held or bool(held.get("role"))
        try:
            if self._in_delta:
                changed, worth = self._named(number, held, worth)
            for name in self._names(held):
                altered, some = self._word(number, held, name)
                changed, worth = changed or altered, worth or some
                if altered or self._channel(number, name).waits:
                    changed = self._hush(choice) or changed
            if not self._has_ended() and self._in_delta and ("tool_calls" in held or "function_call" in held):
                worth = self._calls.take(number, held) or worth
                changed = True
        except Blocked as error:
            self.stop = error.finding
        if self._has_ended():
            choice["finish_reason"] = None
            return True, bool(self._passed)
        return changed, worth

    def _named(self, number: int, held: dict[str, Any], worth: bool) -> tuple[bool, bool]:
        """Read all of a delta that is no stream of words; whether it was changed, and is worth sending."""
        place, changed = f"choices[{number}].message.", False
        for name in list(held):
            if (shown := self._beside.name(name, place)) != name:
                held[shown] = held.pop(name)
                changed = True
        words = self._names(held)
        lists = [name for name, value in held.items() if isinstance(value, (dict, list)) and value]
        read = {*words, "tool_calls", *(("audio",) if isinstance(held.get("audio"), dict) else ())}
        if isinstance(held.get("function_call"), dict):
            read.add("function_call")
        changed = self._beside.read(held, read, place) or changed
        worth = worth or changed or any(name not in read for name in lists)
        if isinstance(held.get("audio"), dict):
            altered, some = self._spoken(number, held["audio"])
            changed, worth = changed or altered, worth or some
        return changed, worth

    def _names(self, held: dict[str, Any]) -> list[str]:
        """Under which names there are words."""
        if not self._in_delta:
            return ["text"] if isinstance(held.get("text"), str) and held["text"] else []
        return [
            name for name, value in held.items() if name not in _NO_WORDS and isinstance(value, str) and value
        ]

    def _word(self, number: int, held: dict[str, Any], name: str, channel: str = "") -> tuple[bool, bool]:
        """Pass one text's next piece through; whether it was changed, and whether something of it goes on."""
        taking = self._channel(number, channel or name)
        shown = taking.feed(held[name])
        changed = shown != held[name]
        held[name] = shown
        if shown and not channel:
            self._passed[name] = shown
        self.stop = self.stop or taking.stop
        return changed, bool(shown)

    def _spoken(self, number: int, audio: dict[str, Any]) -> tuple[bool, bool]:
        """Pass a spoken answer through. Nobody can inspect its sound; where its words are hidden, that does not go on either."""
        changed, worth = False, bool(audio.get("id"))
        place = f"choices[{number}].message.audio"
        if isinstance(audio.get("transcript"), str) and audio["transcript"]:
            changed, worth = self._word(number, audio, "transcript", _SPOKEN)
        if isinstance(audio.get("data"), str) and audio["data"]:
            if self._guard.passes(f"{place}.data", "audio"):
                worth = True
            else:
                audio["data"], changed = "", True
        read = [name for name in ("transcript", "data") if isinstance(audio.get(name), str)]
        return self._beside.read(audio, read, f"{place}.") or changed, worth or bool(audio.get("id"))

    def _said_first(self, number: int, choice: dict[str, Any]) -> bytes:
        """The words of a chunk as a chunk of their own; they are taken out of it."""
        held = choice["delta"] if self._in_delta and isinstance(choice.get("delta"), dict) else choice
        words = {name: held[name] for name in self._names(held)}
        for name in words:
            held[name] = ""
        return self._made(number, words) if words else b""

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
                f"choices[{number}].{middle}{name if is_plain(name) else '*'}",
                in_json=self._is_json and name == "content",
            )
            self._channels[number, name] = channel
        return channel

    def _close(self, number: int) -> tuple[bytes, bool]:
        """What a choice still holds, as chunks, and whether all of it may be shown."""
        out = self._close_words(number)
        if not self._has_ended():
            out += self._close_calls(number)
        return out, not self._has_ended()

    def _close_words(self, number: int) -> bytes:
        out = b""
        for (choice, name), channel in self._channels.items():
            if choice == number and not self._has_ended():
                rest = channel.close()
                if rest:
                    words = {"audio": {"transcript": rest}} if name == _SPOKEN else {name: rest}
                    out += self._made(number, words)
                self.stop = channel.stop
        self._closed += [one for (choice, _), one in self._channels.items() if choice == number]
        self._channels = {key: one for key, one in self._channels.items() if key[0] != number}
        return out

    def _close_calls(self, number: int) -> bytes:
        out = b""
        try:
            for delta in self._calls.close(number):
                out += self._made(number, delta)
        except Blocked as error:
            self.stop = error.finding
        return out

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

    def rest(self) -> bytes:
        """See `Reading`."""
        left = sorted(self._seen - self._finished)
        out = b"".join([self._close_words(number) for number in left])
        for number in left:
            self._close_calls(number)
        return out

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
        return texts + self._beside.kept + self._calls.kept
