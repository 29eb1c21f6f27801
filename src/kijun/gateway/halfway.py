"""Answers that died halfway: what is there of a body of JSON, and what the client hears of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from kijun.gateway.attempts import Cut, TooLong
from kijun.gateway.dialects.base import Answered
from kijun.gateway.errors import SERVER, Refusal, failed_upstream, unreadable
from kijun.gateway.guard import Guard, Unescape
from kijun.gateway.jsons import NotJson, parse
from kijun.gateway.names import is_plain
from kijun.gateway.pieces import Plain, Source
from kijun.gateway.streams import Garbage, UpstreamSaidError
from kijun.inspection import InspectionError, Words

#: So many bytes of a body that did not come to its end are kept at most.
MOST: Final = 1_000_000
_LONGEST_PARAM: Final = 200  # characters
_CLOSES: Final = {"{": "}", "[": "]"}


def closed(raw: bytes) -> Any:
    """The value of JSON that was cut anywhere, without what had only begun at its end; raises `NotJson` where nothing can be read."""
    text = raw.decode("utf-8", "ignore")
    for candidate in _endings(text):
        try:
            return parse(candidate.encode("utf-8", "surrogatepass"))
        except NotJson:
            continue
    raise NotJson("cut")


def as_text(raw: bytes) -> Answered:
    """A body of which no more can be said than what it reads."""
    held = {"body": raw.decode("utf-8", "replace")}
    some = any(char.isalnum() for char in held["body"])
    return Answered([Plain(held, "body", "body", Source.ASSISTANT)] if some else [])


def _endings(text: str) -> Iterator[str]:
    """The text with what is open in it closed; then the same without the member that had begun last."""
    open_: list[str] = []
    last, open_then = -1, ""
    in_string = escaped = False
    for at, char in enumerate(text):
        if in_string:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                in_string = False
        elif char == '"':
            in_string = True
        elif char in _CLOSES:
            open_.append(_CLOSES[char])
        elif char in "}]" and open_:
            open_.pop()
        elif char == ",":
            last, open_then = at, "".join(reversed(open_))
    held = text[: Unescape.open_from(text)] + '"' if in_string else text
    yield held + "".join(reversed(open_))
    if last >= 0:
        yield text[:last] + open_then


def _why_too_large(error: TooLong | InspectionError) -> Words:
    """Bytes that are not taken, or characters that no inspection reads: then how many it reads."""
    ja, en = "AIサービスの応答が大きすぎます", "The AI service's answer is too large"
    if isinstance(error, InspectionError):
        return Words(f"{ja}（{error.message.ja.rstrip('。')}）。", f"{en} ({error.message.en.rstrip('.')}).")
    return Words(f"{ja}。", f"{en}.")


def refusal_for(error: Exception) -> Refusal | None:
    """What the client hears of an upstream's fault; None for a fault that is none of an upstream's."""
    if isinstance(error, TimeoutError):
        return failed_upstream(
            504,
            "upstream_timeout",
            "AIサービスの応答が途中で止まりました。",
            "The AI service fell silent.",
        )
    if isinstance(error, Cut):
        return failed_upstream(
            502, "upstream_cut", "AIサービスの応答が途中で切れました。", "The AI service broke off."
        )
    if isinstance(error, (TooLong, InspectionError)):
        return Refusal(
            502,
            "answer_too_large",
            _why_too_large(error),
            Words(
                "同じ要求では、また大きすぎる応答になります。質問を分けるか、短い応答を求めてください（max_tokens）。",
                "The same request will have too large an answer again: ask in parts, or for a shorter answer (max_tokens).",
            ),
            type=SERVER,
        )
    if isinstance(error, UpstreamSaidError):
        return failed_upstream(
            502, "upstream_error", "AIサービスがエラーを返しました。", "The AI service sent an error."
        )
    if isinstance(error, (Garbage, NotJson, RecursionError)):
        return unreadable()
    return None


def explained(refusal: Refusal, said: Any, guard: Guard) -> Refusal:
    """A refusal with the upstream's own words, as the person may read them, where the request was at fault."""
    words = _words(said)
    if words and refusal.status in (400, 404, 413, 415, 422, 501):
        words = guard.shown(guard.inspect(words))
        refusal.why = Words(f"{refusal.why.ja}（{words}）", f"{refusal.why.en} ({words})")
        param = said.get("param")
        if isinstance(param, str):
            param = param[:_LONGEST_PARAM]
            refusal.param = param if is_plain(param) else guard.shown(guard.inspect(param))
    return refusal


def said_kept(said: Any, guard: Guard) -> str:
    """An upstream's error with what it quotes hidden."""
    words = _words(said)
    return guard.kept(guard.inspect(words)) if words else ""


def _words(said: Any) -> str:
    return str(said.get("message", ""))[:2_000] if isinstance(said, dict) else ""
