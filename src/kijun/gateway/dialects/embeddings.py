"""``POST /v1/embeddings``."""

from __future__ import annotations

from typing import Any, Final

from kijun.gateway.dialects.base import Answered
from kijun.gateway.dialects.completions import texts_or_tokens
from kijun.gateway.errors import bad_request
from kijun.gateway.guard import Guard
from kijun.gateway.pieces import Texts
from kijun.gateway.streams import Garbage, Reading

_KNOWN: Final = frozenset(("model", "input"))
_CONTROLS: Final = frozenset(("encoding_format",))


class Embeddings:
    """See `Dialect`. Vectors hold no text: an answer is passed on as it came, and its usage is recorded."""

    name = "embeddings"
    path = "embeddings"
    multipart = False

    def check(self, body: dict[str, Any]) -> None:
        """See `Dialect`."""
        if not isinstance(body.get("input"), (str, list)) or not body["input"]:
            raise bad_request("input がありません。", "input is missing.", param="input")
        if body.get("stream"):
            raise bad_request(
                "埋め込みは逐次受信できません。", "Embeddings cannot be streamed.", param="stream"
            )

    def texts(self, body: dict[str, Any]) -> Texts:
        """See `Dialect`."""
        texts = Texts()
        texts_or_tokens(texts, body, "input")
        texts.rest(body, _KNOWN, _CONTROLS)
        return texts

    def prepare(self, body: dict[str, Any]) -> bool:
        """See `Dialect`."""
        return False

    def answered(self, answer: Any, body: dict[str, Any]) -> Answered:
        """See `Dialect`."""
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
            raise Garbage("an answer without data")
        found = Answered()
        found.outcome.usage = answer.get("usage") if isinstance(answer.get("usage"), dict) else None
        found.outcome.more = {"vectors": len(answer["data"])}
        return found

    def reading(self, guard: Guard, body: dict[str, Any], hide_usage: bool) -> Reading:
        """Never asked: `check` refuses streams."""
        raise NotImplementedError
