"""``POST /v1/audio/transcriptions``: speech to text. The sound cannot be inspected; what comes out of it is."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePath
from typing import Any, Final

from kijun.gateway.dialects.base import Answered
from kijun.gateway.dialects.transcripts import transcript_pieces
from kijun.gateway.errors import bad_request
from kijun.gateway.fields import beside, check_names
from kijun.gateway.guard import Channel, Guard
from kijun.gateway.jsons import NotJson, parse
from kijun.gateway.multipart import Upload
from kijun.gateway.names import is_plain
from kijun.gateway.others import silent, usage_of
from kijun.gateway.payloads import media_type
from kijun.gateway.pieces import Plain, Source, Texts, Uninspected
from kijun.gateway.streams import Event, Garbage, Outcome, UpstreamSaidError, event_bytes, said_error
from kijun.inspection import Finding

_SETTINGS: Final = frozenset(
    (
        "language",
        "response_format",
        "temperature",
        "timestamp_granularities[]",
        "include[]",
    )
)
#: What these hold: ``ja``, ``verbose_json``, ``0.2``.
_SETTING: Final = re.compile(r"(?=.{1,20}\Z)[A-Za-z]+(?:[-_][A-Za-z]+)*|[01](?:\.[0-9]{1,3})?")


class Transcriptions:
    """See `Dialect`."""

    name = "transcriptions"
    path = "audio/transcriptions"
    multipart = True

    def check(self, body: dict[str, Any]) -> None:
        """See `Dialect`."""
        if not isinstance(body.get("file"), Upload):
            raise bad_request("file がありません。", "file is missing.", param="file")
        if str(body.get("stream", "")).lower() == "true":
            body["stream"] = True
        else:
            body.pop("stream", None)

    def texts(self, body: dict[str, Any]) -> Texts:
        """See `Dialect`."""
        texts = Texts()
        check_names(body)
        odd = [name for name in body if not is_plain(name.removesuffix("[]"))]
        for name in body:
            for held, key, place in _values(body, name):
                if isinstance(held[key], Upload):
                    if name in odd:
                        raise bad_request("知らない項目があります。", "a field has an unknown name.")
                    texts.uninspected.append(Uninspected(place, "audio", held, key))
                elif name not in ("model", "stream", *odd) and not _is_setting(name, held[key]):
                    texts.pieces.append(Plain(held, key, place, Source.PERSON))
        beside(texts, body, [name for name in body if name not in odd], "", Source.PERSON, None)
        return texts

    def prepare(self, body: dict[str, Any]) -> bool:
        """See `Dialect`. 山田太郎_面談.wav: a service needs to know no more of a file than the ending and the type."""
        if body.get("stream") is True:
            body["stream"] = "true"
        for name in body:
            for held, key, _ in _values(body, name):
                if isinstance(one := held[key], Upload):
                    file = f"{name.removesuffix('[]')}{_ending(one.filename)}"
                    held[key] = replace(one, filename=file, content_type=media_type(one.content_type))
        return False

    def answered(self, answer: Any, body: dict[str, Any]) -> Answered:
        """See `Dialect`. An answer that is no JSON comes as ``{"text": …}``."""
        if not isinstance(answer, dict) or not isinstance(answer.get("text"), str):
            raise Garbage("an answer without a text")
        found = Answered()
        found.pieces += transcript_pieces(answer)
        segments = answer.get("segments")
        for segment in segments if isinstance(segments, list) else []:
            if isinstance(segment, dict):
                found.shadows.append((segment, "tokens"))
        found.shadows.append((answer, "logprobs"))
        found.outcome.usage = usage_of(answer)
        return found

    def reading(self, guard: Guard, body: dict[str, Any], hide_usage: bool) -> TranscriptReading:
        """See `Dialect`."""
        return TranscriptReading(guard)


def _values(body: dict[str, Any], name: str) -> list[tuple[Any, Any, str]]:
    """Where the values of a field stand, and their places."""
    value = body[name]
    if isinstance(value, list):
        return [(value, at, f"{name}[{at}]") for at in range(len(value))]
    return [(body, name, name)]


def _is_setting(name: str, value: str) -> bool:
    return name in _SETTINGS and _SETTING.fullmatch(value) is not None


def _ending(filename: str) -> str:
    ending = PurePath(filename).suffix
    return ending if ending[1:].isascii() and ending[1:].isalnum() and len(ending) < 8 else ""


class TranscriptReading:
    """See `Reading`: ``transcript.text.delta`` and ``transcript.text.done``."""

    def __init__(self, guard: Guard) -> None:
        self._channel = Channel(guard, "text")
        self.terminal = b""
        self.stop: Finding | None = None
        self.outcome = Outcome()

    @property
    def complete(self) -> bool:
        """Only the last event ends a transcript."""
        return bool(self.terminal)

    def take(self, event: Event) -> bytes:
        """See `Reading`."""
        if not event.data or event.data == b"[DONE]":
            return b""
        try:
            said = parse(event.data)
        except NotJson:
            raise Garbage("an event is no JSON") from None
        kind = said.get("type") if isinstance(said, dict) else None
        if kind == "transcript.text.delta" and isinstance(said.get("delta"), str):
            shown = self._channel.feed(said["delta"])
            self.stop = self._channel.stop
            return event_bytes({"type": kind, "delta": shown}) if shown else b""
        if kind == "transcript.text.done":
            out = self.finish()
            self.outcome.usage = usage_of(said)
            usage = said.get("usage")
            last = {
                "type": kind,
                "text": self._channel.shown,
                "usage": usage if silent(usage) else self.outcome.usage,
            }
            self.terminal = event_bytes(last) if self.stop is None else b""
            return out
        error = said_error(said, refused=event.name == b"error")
        if error is not None:
            raise UpstreamSaidError(error["message"][:500])
        return b""  # segments tell the same words again

    def finish(self) -> bytes:
        """See `Reading`."""
        rest = self._channel.close()
        self.stop = self._channel.stop
        return event_bytes({"type": "transcript.text.delta", "delta": rest}) if rest else b""

    def rest(self) -> bytes:
        """See `Reading`."""
        return self.finish()

    def stopped(self, text: str) -> bytes:
        """See `Reading`."""
        self.terminal = event_bytes({"type": "transcript.text.done", "text": self._channel.shown + text})
        return event_bytes({"type": "transcript.text.delta", "delta": text})

    def kept(self) -> list[dict[str, str]]:
        """See `Reading`."""
        return [{"where": self._channel.place, "text": self._channel.kept}]
