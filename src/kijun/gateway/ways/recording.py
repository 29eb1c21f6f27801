"""Calls that were made elsewhere, as entries of the ledger: inspected and masked as the gateway does it, an input and its output together.

There is nothing to prevent any more. What the purpose would have held back is masked like the rest, the verdict is ``masked``, and the content
says what should have become of it (``should_have_been``: masked, to_confirm, blocked). What should have been held back or blocked also stands
among the findings as `VIOLATION`, and what was done under a stop switch or out of hours as `UNLAWFUL`: searches and figures go by findings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from kijun.gateway import verdicts
from kijun.gateway.dialects import DIALECTS
from kijun.gateway.guard import Guard, told, values_of
from kijun.gateway.handling import NOT_INSPECTED, strictest
from kijun.gateway.inspecting import Reader
from kijun.gateway.pieces import Native, Plain, Source, StringPiece, Uninspected, json_or_plain, text_piece
from kijun.gateway.records import Account
from kijun.gateway.snapshot import Action
from kijun.gateway.ways.calls import INFERENCE, Call
from kijun.gateway.ways.naming import Names, plain
from kijun.gateway.ways.permits import Leave
from kijun.inspection import InspectionError, Placeholders
from kijun.ledger.model import Entry, Kind, Verdict

VIOLATION: Final = "POLICY_VIOLATION"
UNLAWFUL: Final = "USED_WHILE_STOPPED"
SOURCE: Final = "otlp"
#: What should have become of it, by the action that the purpose has for it.
SHOULD: Final = {Action.MASK: "masked", Action.CONFIRM: "to_confirm", Action.BLOCK: "blocked"}
NO_CONTENT: Final = {
    "ja": "この記録の送り手は、入出力の内容を送っていません。",
    "en": "Whoever sent this record sent no contents.",
}
_TOO_MUCH: Final = {
    "ja": "内容が検査できる長さを超えるため、残していません。",
    "en": "The contents are longer than what can be inspected and were not kept.",
}
_CHAT: Final = DIALECTS["chat/completions"]
#: Attributes that programs name things by: inspection would take some of them for secrets.
_TECHNICAL: Final = (
    ".id",
    ".model",
    ".name",
    ".system",
    ".kind",
    ".type",
    ".address",
    "_id",
    "model_name",
    "Id",
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a call comes from. ``key`` names it within its system; ``at`` is when it began, ``began`` what the sender said of that (ms).

    ``is_message``: it tells one message of the call, and nothing is recorded for the half that it does not tell. ``fingerprint``: by which the same
    key with other content is told from a repetition; empty where the key itself is made of the content.
    """

    key: tuple[str, ...]
    at: int
    duration_ms: int
    trace: dict[str, Any]
    interaction: tuple[str, ...]
    counts: bool = True
    is_message: bool = False
    fingerprint: bytes = b""


@dataclass(slots=True)
class Recorder:
    """Makes entries for one request's leave."""

    leave: Leave
    reader: Reader
    names: Names

    def entries(self, call: Call, origin: Origin) -> list[Entry]:
        """The input and the output of a call; of a single message the one of them that it is."""
        grant = self.leave.permission.grant
        scope = (grant.municipality, grant.system)
        account = Account(
            self.leave.permission,
            plain(call.model),
            self.names("interaction", *scope, *origin.interaction),
            origin.at,
        )
        unlawful = self.leave.unlawful(origin.at)
        table = Placeholders()
        told_by = bool(call.said), bool(call.answers)
        try:
            given = self._input(call, origin, account, table)
            made = self._output(call, origin, account, table)
        except (InspectionError, RecursionError):
            call.said, call.answers, call.tools, call.other = [], [], None, {}
            table = Placeholders()
            given = self._input(call, origin, account, table, _TOO_MUCH)
            made = self._output(call, origin, account, table, _TOO_MUCH)
        halves = [
            replace(
                _marked(one, unlawful),
                id=self.names(str(one.kind), *scope, *origin.key),
                at=origin.at,
                source=SOURCE,
                fingerprint=origin.fingerprint,
            )
            for one in (given, made)
        ]
        if not origin.is_message:
            return halves
        return [one for one, is_told in zip(halves, told_by, strict=True) if is_told]

    def _input(
        self, call: Call, origin: Origin, account: Account, table: Placeholders, why: Any = NO_CONTENT
    ) -> Entry:
        body: dict[str, Any] = {"model": account.model, "messages": call.said}
        if call.tools:
            body["tools"] = call.tools if isinstance(call.tools, list) else [call.tools]
        texts = _CHAT.texts(body)
        texts.pieces += _names_of_tools(call.said, "messages")
        technical = {name: value for name, value in call.other.items() if _is_technical(name, value)}
        held = {"attributes": {name: one for name, one in call.other.items() if name not in technical}}
        if held["attributes"]:
            texts.pieces.append(Native(held, "attributes", "attributes", Source.PERSON))
        judgement = self._judged(texts.pieces)
        judgement.hide(texts.pieces, table, for_record=True)
        content: dict[str, Any] = {
            "endpoint": plain(call.operation) or "other",
            "request": body,
            "findings": judgement.recorded(),
            "findings_total": len(judgement.found),
            "uninspected": _unread(call.said, "messages")
            + [one.told() for one in texts.uninspected if one.what != "other"],
            "policy": self.leave.permission.index.version,
            "rules": self.reader.rules,
            "provider": plain(call.provider),
            "trace": origin.trace,
            "attributes": {**technical, **held["attributes"]},
        }
        if conversation := plain(call.conversation):
            content["conversation"] = conversation
        if not call.said:
            content["without_content"] = why
        verdict, more = _verdict(judgement.strictest, bool(call.said), content)
        tokens = call.tokens[0] if origin.counts and call.operation in INFERENCE else 0
        return account.entry(
            Kind.INPUT,
            verdict,
            findings=(*judgement.types(), *more, *_unread_mark(content)),
            content=content,
            masked=values_of(table),
            tokens=(tokens, 0),
        )

    def _judged(self, pieces: Sequence[Any]) -> verdicts.Judgement:
        inspections = [self.reader.inspect(piece.text) for piece in pieces]
        return verdicts.judge(pieces, inspections, self.leave.permission.purpose.input)

    def _output(
        self, call: Call, origin: Origin, account: Account, table: Placeholders, why: Any = NO_CONTENT
    ) -> Entry:
        first = len(table)
        guard = Guard(self.reader, self.leave.permission.purpose.output, table)
        texts, pieces = _answers(call)
        tools = [
            {"name": one["function"]["name"]}
            for message in call.answers
            for one in message.get("tool_calls", ())
        ]
        pieces += [
            Plain(one, "name", "tool_calls", Source.ASSISTANT) for one in tools if not plain(one["name"])
        ]
        for piece in pieces:
            found = guard.inspect(piece.text)
            for one in found:
                guard.note(piece.place, one)
            piece.put(piece.render(found, guard.kept))
        content: dict[str, Any] = {
            "texts": texts,
            "finish_reasons": [plain(one) or "other" for one in call.finish],
            "findings": [told(place, None, one, one.type, action) for place, one, action in guard.findings],
            "findings_total": guard.count,
            "usage": {"input_tokens": call.tokens[0], "output_tokens": call.tokens[1]},
            "uninspected": _unread(call.answers, "choices"),
        }
        if tools:
            content["tool_calls"] = tools
        if call.error:
            content["error"] = {"code": plain(call.error) or "error"}
        if not texts:
            content["without_content"] = why
        worst = strictest(action for _, _, action in guard.findings)
        verdict, more = _verdict(worst, bool(texts), content)
        if call.error:
            verdict = Verdict.INCOMPLETE if texts else Verdict.FAILED
        tokens = call.tokens[1] if origin.counts and call.operation in INFERENCE else 0
        return account.entry(
            Kind.OUTPUT,
            verdict,
            findings=(*sorted({one.type for _, one, _ in guard.findings}), *more, *_unread_mark(content)),
            content=content,
            masked=values_of(table, first),
            tokens=(0, tokens),
            duration_ms=origin.duration_ms,
        )


def _unread_mark(content: dict[str, Any]) -> tuple[str, ...]:
    return (NOT_INSPECTED,) if content["uninspected"] else ()


def _verdict(action: Action, says: bool, content: dict[str, Any]) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict, and marks beside the findings."""
    if action is Action.ALLOW:
        return (Verdict.ALLOWED if says else Verdict.NONE), ()
    content["should_have_been"] = SHOULD[action]
    return Verdict.MASKED, (VIOLATION,) if action in (Action.BLOCK, Action.CONFIRM) else ()


def _is_technical(name: str, value: Any) -> bool:
    """Whether an attribute is a number or a name that programs give, and no words of somebody's."""
    if isinstance(value, str):
        return name.endswith(_TECHNICAL) and plain(value) != ""
    return isinstance(value, (bool, int, float)) or value is None


def _marked(entry: Entry, unlawful: str) -> Entry:
    if not unlawful:
        return entry
    content = {**entry.content, "unlawful": unlawful}
    return replace(entry, findings=(*entry.findings, UNLAWFUL), content=content)


def _names_of_tools(messages: Sequence[dict[str, Any]], place: str) -> list[Plain]:
    """Names of called tools that are words rather than names."""
    return [
        Plain(
            one["function"], "name", f"{place}[{at}].tool_calls[{number}].function.name", Source.ASSISTANT, at
        )
        for at, message in enumerate(messages)
        for number, one in enumerate(message.get("tool_calls", ()))
        if not plain(one["function"]["name"])
    ]


def _answers(call: Call) -> tuple[list[dict[str, str]], list[StringPiece]]:
    """The texts of the answers as they are recorded, and the pieces that stand in them."""
    texts: list[dict[str, str]] = []
    pieces: list[StringPiece] = []

    def add(place: str, said: Any, make: Any) -> None:
        if isinstance(said, str) and said:
            texts.append(held := {"where": place, "text": said})
            pieces.append(make(held, "text", place, Source.ASSISTANT))

    for at, message in enumerate(call.answers):
        place = f"choices[{at}].message"
        content = message.get("content")
        if isinstance(content, list):
            for number, part in enumerate(content):
                add(f"{place}.content[{number}]", part.get("text", part.get("reasoning_text")), text_piece)
        add(f"{place}.content", content, text_piece)
        for number, one in enumerate(message.get("tool_calls", ())):
            where = f"{place}.tool_calls[{number}].function.arguments"
            add(where, one["function"]["arguments"], json_or_plain)
    return texts, pieces


def _unread(messages: Sequence[dict[str, Any]], place: str) -> list[dict[str, str]]:
    """Parts that nobody inspected."""
    return [
        Uninspected(f"{place}[{at}].content[{number}]", str(part.get("what"))).told()
        for at, message in enumerate(messages)
        if isinstance(message.get("content"), list)
        for number, part in enumerate(message["content"])
        if part.get("type") == "unread"
    ]
