"""``POST /v1/audio/transcriptions``: speech to text. The sound cannot be inspected; what comes out of it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from typing import Any, Final

from kijun.gateway.dialects.base import Answered
from kijun.gateway.errors import bad_request
from kijun.gateway.guard import Channel, Guard
from kijun.gateway.jsons import NotJson, parse
from kijun.gateway.multipart import Upload
from kijun.gateway.pieces import Plain, Source, Texts, Uninspected
from kijun.gateway.streams import Event, Garbage, Outcome, UpstreamSaidError, event_bytes, said_error
from kijun.inspection import Finding

_SETTINGS: Final = frozenset(
    (
        "model",
        "language",
        "response_format",
        "temperature",
        "stream",
        "timestamp_granularities[]",
        "include[]",
    )
)


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
        for name, value in body.items():
            if isinstance(value, Upload):
                texts.uninspected.append(Uninspected(name, "audio", body, name))
            elif isinstance(value, list):
                for at, one in enumerate(value):
                    if isinstance(one, Upload):
                        texts.uninspected.append(Uninspected(f"{name}[{at}]", "audio", value, at))
                    elif name not in _SETTINGS:
                        texts.pieces.append(Plain(value, at, f"{name}[{at}]", Source.PERSON))
            elif name not in _SETTINGS and isinstance(value, str):
                texts.pieces.append(Plain(body, name, name, Source.PERSON))
        return texts

    def prepare(self, body: dict[str, Any]) -> bool:
        """See `Dialect`."""
        if body.get("stream") is True:
            body["stream"] = "true"
        for name, value in body.items():
            if isinstance(
                value, Upload
            ):  # 山田太郎_面談.wav: a service needs to know no more than the ending
                body[name] = replace(value, filename=f"{name}{_ending(value.filename)}")
        return False

    def answered(self, answer: Any, body: dict[str, Any]) -> Answered:
        """See `Dialect`. An answer that is no JSON comes as ``{"text": …}``."""
        if not isinstance(answer, dict) or not isinstance(answer.get("text"), str):
            raise Garbage("an answer without a text")
        found = Answered()
        found.pieces.append(Plain(answer, "text", "text", Source.ASSISTANT))
        segments = answer.get("segments")
        for at, segment in enumerate(segments if isinstance(segments, list) else []):
            if isinstance(segment, dict) and isinstance(segment.get("text"), str):
                found.pieces.append(Plain(segment, "text", f"segments[{at}].text", Source.ASSISTANT))
                found.shadows.append((segment, "tokens"))
        found.shadows += [(answer, "words"), (answer, "logprobs")]
        found.outcome.usage = answer.get("usage") if isinstance(answer.get("usage"), dict) else None
        return found

    def reading(self, guard: Guard, body: dict[str, Any], hide_usage: bool) -> TranscriptReading:
        """See `Dialect`."""
        return TranscriptReading(guard)


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
            if isinstance(said.get("usage"), dict):
                self.outcome.usage = said["usage"]
            last = {"type": kind, "text": self._channel.shown, "usage": said.get("usage")}
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

    def rest(self) -> None:
        """See `Reading`."""
        self.finish()

    def stopped(self, text: str) -> bytes:
        """See `Reading`."""
        self.terminal = event_bytes({"type": "transcript.text.done", "text": self._channel.shown + text})
        return event_bytes({"type": "transcript.text.delta", "delta": text})

    def kept(self) -> list[dict[str, str]]:
        """See `Reading`."""
        return [{"where": self._channel.place, "text": self._channel.kept}]
