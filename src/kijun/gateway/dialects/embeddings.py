"""``POST /v1/embeddings``."""

from __future__ import annotations

import re
from typing import Any, Final

from kijun.gateway.dialects.base import Answered
from kijun.gateway.dialects.completions import texts_or_tokens
from kijun.gateway.errors import bad_request
from kijun.gateway.fields import rest
from kijun.gateway.guard import Guard
from kijun.gateway.others import other_pieces, silent, usage_of
from kijun.gateway.pieces import Nested, Texts
from kijun.gateway.streams import Garbage, Reading

_KNOWN: Final = frozenset(("model", "input"))
_BASE64: Final = re.compile(r"(?=[0-9+/]{0,200}[A-Za-z])[A-Za-z0-9+/]+={0,2}")
_CONTROLS: Final = frozenset(("encoding_format",))


class Embeddings:
    """See `Dialect`. Vectors hold no text and are passed on; what stands beside them is read like anything else."""

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
        rest(texts, body, _KNOWN, _CONTROLS)
        return texts

    def prepare(self, body: dict[str, Any]) -> bool:
        """See `Dialect`."""
        return False

    def answered(self, answer: Any, body: dict[str, Any]) -> Answered:
        """See `Dialect`."""
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
            raise Garbage("an answer without data")
        found = Answered()
        for at, one in enumerate(answer["data"]):
            if isinstance(one, dict):
                read = ("embedding",) if _is_vector(one.get("embedding")) else ()
                found.pieces += other_pieces(one, read, f"data[{at}].")
            elif not silent(one):
                found.pieces.append(Nested(answer["data"], at, f"data[{at}]"))
        found.pieces += other_pieces(answer, ("data",), "")
        found.outcome.usage = usage_of(answer)
        found.outcome.more = {"vectors": len(answer["data"])}
        return found

    def reading(self, guard: Guard, body: dict[str, Any], hide_usage: bool) -> Reading:
        """Never asked: `check` refuses streams."""
        raise NotImplementedError


def _is_vector(value: Any) -> bool:
    """Whether something is numbers, or the base64 of such (four bytes each, and never without letters)."""
    if not isinstance(value, str):
        return silent(value)
    return len(value.rstrip("=")) * 3 // 4 % 4 == 0 and _BASE64.fullmatch(value) is not None
