"""``POST /v1/completions``, the older endpoint that continues a text."""

from __future__ import annotations

from typing import Any, Final

from kijun.gateway.dialects.base import Answered, check_bias
from kijun.gateway.dialects.chat import ask_for_usage, choices_of
from kijun.gateway.dialects.choices import ChoicesReading
from kijun.gateway.errors import bad_request
from kijun.gateway.fields import rest
from kijun.gateway.guard import Guard
from kijun.gateway.others import other_pieces, usage_of, word
from kijun.gateway.pieces import Native, Source, Texts, Uninspected, text_piece

_KNOWN: Final = frozenset(("model", "prompt", "stream", "logit_bias"))
_CONTROLS: Final = frozenset(("stream_options",))
#: More than any vocabulary has.
_TOKENS: Final = 1_000_000


class Completions:
    """See `Dialect`."""

    name = "completions"
    path = "completions"
    multipart = False

    def check(self, body: dict[str, Any]) -> None:
        """See `Dialect`."""
        if not isinstance(body.get("prompt"), (str, list)):
            raise bad_request("prompt がありません。", "prompt is missing.", param="prompt")
        check_bias(body)

    def texts(self, body: dict[str, Any]) -> Texts:
        """See `Dialect`."""
        texts = Texts()
        texts_or_tokens(texts, body, "prompt")
        rest(texts, body, _KNOWN, _CONTROLS)
        return texts

    def prepare(self, body: dict[str, Any]) -> bool:
        """See `Dialect`."""
        return ask_for_usage(body)

    def answered(self, answer: Any, body: dict[str, Any]) -> Answered:
        """See `Dialect`."""
        found = Answered()
        for at, choice in enumerate(choices_of(answer)):
            if isinstance(choice.get("text"), str):
                found.pieces.append(text_piece(choice, "text", f"choices[{at}].text", Source.ASSISTANT))
            read = ("text", "logprobs") if isinstance(choice.get("text"), str) else ("logprobs",)
            found.pieces += other_pieces(choice, read, f"choices[{at}].")
            found.shadows.append((choice, "logprobs"))
            found.outcome.finish.append(word(choice.get("finish_reason")))
        found.pieces += other_pieces(answer, ("choices",), "")
        found.outcome.usage = usage_of(answer)
        return found

    def reading(self, guard: Guard, body: dict[str, Any], hide_usage: bool) -> ChoicesReading:
        """See `Dialect`."""
        return ChoicesReading(guard, in_delta=False, hide_usage=hide_usage)


def texts_or_tokens(texts: Texts, body: dict[str, Any], name: str) -> None:
    """A text, a list of texts, or numbers of tokens, which nobody can read; texts among them are read wherever they stand."""
    value = body[name]
    if isinstance(value, str):
        texts.pieces.append(text_piece(body, name, name, Source.PERSON))
        return
    for at, one in enumerate(value):
        if isinstance(one, str):
            texts.pieces.append(text_piece(value, at, f"{name}[{at}]", Source.PERSON, at))
        elif not _are_tokens(one if isinstance(one, list) else [one]):
            texts.pieces.append(Native(value, at, f"{name}[{at}]", Source.PERSON, at))
    if not all(isinstance(one, str) for one in value):
        texts.uninspected.append(Uninspected(name, "tokens", body, name))


def _are_tokens(values: list[Any]) -> bool:
    """Whether these are numbers of tokens, and none somebody's number."""
    return set(map(type, values)) <= {int} and 0 <= min(values, default=0) <= max(values, default=0) < _TOKENS
