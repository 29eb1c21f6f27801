"""``POST /kijun/v1/inspections``: what would be found in texts, and what the purpose would do. Nothing is recorded, nothing is forwarded.

A page asks before somebody sends, so that they see what is masked, stopped or to be confirmed while they can still change it.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from kijun.gateway import verdicts
from kijun.gateway.authorisation import Permission
from kijun.gateway.errors import bad_request
from kijun.gateway.inspecting import in_thread
from kijun.gateway.jsons import NotJson, parse
from kijun.gateway.pieces import Plain, Source
from kijun.gateway.question import cannot_inspect
from kijun.gateway.snapshot import Action
from kijun.gateway.verdicts import Judgement
from kijun.inspection import InspectionError, Placeholders

PATH: Final = "/kijun/v1/inspections"
MOST_TEXTS: Final = 50
_MOST_FINDINGS: Final = 1_000
_SOURCES: Final = (Source.PERSON, Source.DOCUMENT)
#: The verdict of the strictest action.
_VERDICTS: Final = {
    Action.ALLOW: "allowed",
    Action.MASK: "masked",
    Action.CONFIRM: "to_confirm",
    Action.BLOCK: "blocked",
}


async def inspect(permission: Permission, data: bytes) -> dict[str, Any]:
    """The answer to ``{"texts": ["…", {"text": "…", "source": "document"}]}``. Raises a `Refusal` (400, 413)."""
    pieces = _pieces(data)
    reader = await permission.index.readers.of(permission.grant.municipality)
    try:
        inspections = await reader.inspect_all([one.text for one in pieces])
        judgement = verdicts.judge(pieces, inspections, permission.purpose.input)
        # What is shown as sent has placeholders as the gateway would make them.
        hide = partial(judgement.hide, pieces, Placeholders(), for_record=False)
        await in_thread(hide)
    except InspectionError as error:
        raise cannot_inspect(error) from None
    return {
        "verdict": _VERDICTS[judgement.strictest],
        "findings": _findings(judgement),
        "findings_total": len(judgement.found),
        "sent": [one.text for one in pieces],
        "policy": permission.index.version,
    }


def _findings(judgement: Judgement) -> list[dict[str, Any]]:
    """Those that something is done about come first: of a table with thousands of names the one that stops it is not left out."""
    order = {Action.BLOCK: 0, Action.CONFIRM: 1, Action.MASK: 2, Action.ALLOW: 3}
    return [one.told() for one in sorted(judgement.found, key=lambda one: order[one.action])[:_MOST_FINDINGS]]


def _pieces(data: bytes) -> list[Plain]:
    try:
        body = parse(data)
    except (NotJson, RecursionError):
        raise bad_request("JSONとして読めません。", "The body is no JSON.", code="invalid_json") from None
    texts = body.get("texts") if isinstance(body, dict) else None
    if not isinstance(texts, list) or not texts:
        raise bad_request("texts がありません。", "texts is missing or no list.", param="texts")
    if len(texts) > MOST_TEXTS:
        raise bad_request(
            f"texts は{MOST_TEXTS}件までです。", f"texts holds more than {MOST_TEXTS}.", param="texts"
        )
    return [_piece(one, at) for at, one in enumerate(texts)]


def _piece(one: Any, at: int) -> Plain:
    place = f"texts[{at}]"
    if isinstance(one, str):
        one = {"text": one}
    if not isinstance(one, dict) or not isinstance(one.get("text"), str):
        raise bad_request(f"{place} が文字列ではありません。", f"{place} is no text.", param=place)
    source = one.get("source", Source.PERSON)
    if source not in _SOURCES:
        raise bad_request(
            f"{place}.source は person か document です。",
            f"{place}.source is neither person nor document.",
            param=place,
        )
    return Plain({"text": one["text"]}, "text", place, Source(source), at)
