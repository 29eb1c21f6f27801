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
from kijun.gateway.names import is_plain, is_setting, spelled
from kijun.gateway.pieces import Plain, Source, StringPiece, Uninspected, json_or_plain, text_piece
from kijun.gateway.records import Account
from kijun.gateway.snapshot import Action
from kijun.gateway.ways.calls import INFERENCE, Call
from kijun.gateway.ways.items import Item, acted_on, figures_of
from kijun.gateway.ways.naming import Names, clear, clear_model
from kijun.gateway.ways.parts import more, text
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
            clear_model(call.model, self.reader),
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
        technical = {name: one for name, one in call.other.items() if self._is_technical(name, one)}
        other = {name: _worded(name, one) for name, one in call.other.items() if name not in technical}
        attributes = Item(other, "attributes")
        texts.pieces.append(attributes)
        judgement = self._judged(texts.pieces)
        judgement.hide(texts.pieces, table, for_record=True)
        content: dict[str, Any] = {
            "endpoint": clear(call.operation, self.reader) or "other",
            "request": body,
            "findings": judgement.recorded(),
            "findings_total": len(judgement.found),
            "uninspected": _unread(call.said, "messages")
            + [one.told() for one in texts.uninspected if one.what != "other"],
            "policy": self.leave.permission.index.version,
            "rules": self.reader.rules,
            "provider": clear(call.provider, self.reader),
            "trace": origin.trace,
            "attributes": {**technical, **attributes.fields},
        }
        if conversation := clear(call.conversation, self.reader):
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

    def _is_technical(self, name: str, value: Any) -> bool:
        """Whether an attribute is a number or a name that programs give, and no words of somebody's nor somebody's number."""
        if not is_plain(name):
            return False
        if isinstance(value, str):
            return name.endswith(_TECHNICAL) and clear(value, self.reader) != ""
        if not isinstance(value, (int, float)):
            return value is None
        figures = "" if isinstance(value, bool) else figures_of(value)
        return not figures or (name.endswith(_TECHNICAL) and not self.reader.inspect(figures).findings)

    def _judged(self, pieces: Sequence[Any]) -> verdicts.Judgement:
        handling = self.leave.permission.purpose.input
        inspections = acted_on(pieces, [self.reader.inspect(piece.text) for piece in pieces], handling)
        return verdicts.judge(pieces, inspections, handling)

    def _output(
        self, call: Call, origin: Origin, account: Account, table: Placeholders, why: Any = NO_CONTENT
    ) -> Entry:
        first = len(table)
        guard = Guard(self.reader, self.leave.permission.purpose.output, table)
        texts, pieces = _answers(call)
        named = [one["function"]["name"] for message in call.answers for one in message.get("tool_calls", ())]
        tools = [{"name": clear(name, self.reader) or spelled(name) or name} for name in named]
        pieces += [
            Plain(one, "name", "tool_calls", Source.ASSISTANT)
            for one, name in zip(tools, named, strict=True)
            if not clear(name, self.reader)
        ]
        for piece in pieces:
            found = guard.inspect(piece.text)
            for one in found:
                guard.note(piece.place, one)
            piece.put(piece.render(found, guard.kept))
        content: dict[str, Any] = {
            "texts": texts,
            "finish_reasons": [clear(one, self.reader) or "other" for one in call.finish],
            "findings": [told(place, None, one, one.type, action) for place, one, action in guard.findings],
            "findings_total": guard.count,
            "usage": {"input_tokens": call.tokens[0], "output_tokens": call.tokens[1]},
            "uninspected": _unread(call.answers, "choices"),
        }
        if tools:
            content["tool_calls"] = tools
        if call.error:
            content["error"] = {"code": clear(call.error, self.reader) or "error"}
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


def _worded(name: str, value: Any) -> Any:
    """A name that holds somebody's number as words; anything else as it is."""
    return spelled(value) or value if isinstance(value, str) and name.endswith(_TECHNICAL) else value


def _marked(entry: Entry, unlawful: str) -> Entry:
    if not unlawful:
        return entry
    content = {**entry.content, "unlawful": unlawful}
    return replace(entry, findings=(*entry.findings, UNLAWFUL), content=content)


def _answers(call: Call) -> tuple[list[dict[str, str]], list[StringPiece]]:
    """The texts of the answers as they are recorded, and the pieces that stand in them."""
    texts: list[dict[str, str]] = []
    pieces: list[StringPiece] = []

    def add(place: str, said: Any, make: Any = json_or_plain) -> None:
        said = text(said) if said else ""
        if said:
            texts.append(held := {"where": place, "text": said})
            pieces.append(make(held, "text", place, Source.ASSISTANT))

    for at, message in enumerate(call.answers):
        place = f"choices[{at}].message"
        content = message.get("content")
        if isinstance(content, list):
            for number, part in enumerate(content):
                where = f"{place}.content[{number}]"
                add(where, part.get("text", part.get("reasoning_text")), text_piece)
                add(f"{where}.more", _beside(part))
        else:
            add(f"{place}.content", content, text_piece)
        for number, one in enumerate(message.get("tool_calls", ())):
            where = f"{place}.tool_calls[{number}]"
            add(f"{where}.function.arguments", one["function"]["arguments"])
            add(f"{where}.more", one.get("more"))
        add(f"{place}.more", _beside({name: message[name] for name in ("name", "more") if name in message}))
    return texts, pieces


def _beside(part: dict[str, Any]) -> dict[str, Any]:
    """What a message or a part of an answer tells beside its words."""
    plain_ones = (name for name in ("modality", "mime_type") if is_setting(part.get(name, "")))
    found = more(part, "type", "text", "reasoning_text", "what", "characters", "more", *plain_ones)
    inner = part.get("more", {})
    return {**found, **inner} if isinstance(inner, dict) else {**found, "more": inner}


def _unread(messages: Sequence[dict[str, Any]], place: str) -> list[dict[str, str]]:
    """Parts that nobody inspected."""
    return [
        Uninspected(f"{place}[{at}].content[{number}]", str(part.get("what"))).told()
        for at, message in enumerate(messages)
        if isinstance(message.get("content"), list)
        for number, part in enumerate(message["content"])
        if part.get("type") == "unread"
    ]
