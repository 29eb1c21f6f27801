"""``POST /kijun/v1/decisions`` and ``/kijun/v1/outcomes``: what a predictive system decided, and what turned out to be true.

An item's id is its sender's and counts within one system. The same id with the same content gets the same receipt; with another one it is
refused (409). An outcome belongs to the decision of its id, whichever comes first, and there is one for each ``source``: a later
instance may judge otherwise than the first. Texts are inspected and masked; numbers are kept as they are, but for those that are somebody's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final

from kijun.gateway import verdicts
from kijun.gateway.errors import Refusal, bad_request
from kijun.gateway.guard import values_of
from kijun.gateway.inspecting import IN_THREAD, Reader
from kijun.gateway.jsons import NotJson, canonical, parse
from kijun.gateway.names import spelled
from kijun.gateway.records import Account
from kijun.gateway.snapshot import Action, Handling
from kijun.gateway.ways import checking, times
from kijun.gateway.ways.appending import Appender
from kijun.gateway.ways.checking import MOST, MOST_TOLD, Fault, Form
from kijun.gateway.ways.items import Item
from kijun.gateway.ways.naming import Names, clear, clear_model, is_identifier, plain
from kijun.gateway.ways.people import in_charge
from kijun.gateway.ways.permits import Leave
from kijun.gateway.ways.recording import SHOULD, UNLAWFUL, VIOLATION
from kijun.inspection import InspectionError, Placeholders, Words
from kijun.ledger.model import Differs, Entry, Kind, Receipt, Verdict, now_ms

_FORMS: Final[Mapping[Kind, Form]] = {Kind.DECISION: checking.DECISION, Kind.OUTCOME: checking.OUTCOME}
_NAMES: Final = frozenset(("id", "subject", "model", "person"))  # which programs give
_EXACT: Final = 1 << 63
_threads = ThreadPoolExecutor(1, "decisions")


@dataclass(slots=True)
class Answer:
    """What is answered: a receipt for each item that is recorded, and what is wrong with the others."""

    receipts: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        told: dict[str, Any] = {"recorded": len(self.receipts), "receipts": self.receipts}
        if self.faults:
            told["refused"] = len({one.item for one in self.faults})
            told["errors"] = [one.told() for one in self.faults[:MOST_TOLD]]
        return told


@dataclass(frozen=True, slots=True)
class Made:
    """An item and its entry."""

    number: int
    id: Any
    entry: Entry
    before: bytes = b""
    """The fingerprint that records had before numbers and times were compared by their value."""

    def as_before(self) -> Made:
        """The same under the fingerprint of before; as it is where it has that already."""
        return (
            replace(self, entry=replace(self.entry, fingerprint=self.before), before=b"")
            if self.before
            else self
        )


def items_of(body: bytes) -> list[Any]:
    """The items of a request: one object, or a list of them. Raises 400 and 413."""
    try:
        found = parse(body)
    except NotJson:
        raise bad_request(
            "JSONとして読めません（NaN や Infinity は使えません。値がないときは null にしてください）。",
            "The body is no JSON (NaN and Infinity are none; use null where there is no value).",
            code="invalid_json",
        ) from None
    items = found if isinstance(found, list) else [found]
    if not items:
        raise bad_request("1件もありません。", "There is not one item.")
    if len(items) > MOST:
        raise Refusal(
            413,
            "too_many_items",
            Words(f"一度に送れるのは{MOST:,}件までです。", f"At most {MOST:,} items are taken at once."),
            Words("分けて送ってください。", "Send them in parts."),
        )
    return items


async def take(
    kind: Kind,
    body: bytes,
    leave: Leave,
    reader: Reader,
    names: Names,
    appender: Appender,
    ledger: Any,
    partial: bool,
) -> Answer:
    """Check, inspect and record a request's body; without ``partial`` all or nothing. Raises a `Refusal`."""
    given = (kind, body, leave, reader, names)
    if len(body) < IN_THREAD:
        made, faults = _read(*given)
    else:
        made, faults = await asyncio.get_running_loop().run_in_executor(_threads, _read, *given)
    if faults and not partial:
        raise Faulty(faults)
    receipts: list[Receipt] = []
    while made:
        try:
            receipts = await appender.append(ledger, [one.entry for one in made], None)
            break
        except Differs as error:
            other = frozenset(error.ids)
            again = [one.as_before() if one.entry.id in other else one for one in made]
            if again != made:
                made = again
                continue
            conflicts = [_conflict(one) for one in made if one.entry.id in other]
            if not partial:
                raise Faulty(conflicts, 409) from None
            faults += conflicts
            made = [one for one in made if one.entry.id not in other]
    told = [_receipt(one, receipt) for one, receipt in zip(made, receipts, strict=True)]
    return Answer(told, sorted(faults, key=lambda one: one.item))


class Faulty(Refusal):
    """Nothing was recorded, because of these."""

    def __init__(self, faults: list[Fault], status: int = 400) -> None:
        ja = "同じ番号で内容の異なる記録がすでにあるため" if status == 409 else "誤りのある項目があるため"
        en = "an id is recorded already with other content" if status == 409 else "some items have faults"
        super().__init__(
            status,
            "conflict" if status == 409 else "invalid_items",
            Words(f"{ja}、1件も記録していません。", f"Nothing was recorded: {en}."),
            Words(
                "errors を見て直すか、正しいものだけを記録するときは ?partial=true を付けてください。",
                "See errors, or add ?partial=true to record those that are right.",
            ),
            param=f"[{faults[0].item}].{faults[0].field}",
        )
        self.faults = faults

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        return {**super().body(), "errors": [one.told() for one in self.faults[:MOST_TOLD]]}


def _read(
    kind: Kind, body: bytes, leave: Leave, reader: Reader, names: Names
) -> tuple[list[Made], list[Fault]]:
    now = now_ms()
    items = items_of(body)
    good, faults = checking.check(_FORMS[kind], items, times.oldest(leave.permission.purpose.retention, now))
    made = []
    for number, item in good:
        if not _is_callers(item.get("person"), leave):
            faults.append(
                Fault(
                    number, "person", "このキーの利用者ではありません。", "This is not the person of the key."
                )
            )
            continue
        try:
            entry = _entry(kind, item, leave, reader, names, now)
            made.append(Made(number, item["id"], entry, _digest({**item, "id": str(item["id"])})))
        except InspectionError as error:
            faults.append(Fault(number, "", error.message.ja, error.message.en))
    return made, faults


def _is_callers(told: Any, leave: Leave) -> bool:
    """Whether an item names nobody but the person of the key, where the key is a person's.

    Once it was the ledger's id that was asked for: where it is nobody's number it still passes, for what was sent then has its receipt for ever.
    """
    own = leave.permission.caller.person
    if not own or told is None:
        return True
    named = in_charge(leave.permission.index, leave.permission.grant.municipality, told)
    return named == own or (told == own and not named.isdigit())


def _entry(kind: Kind, item: dict[str, Any], leave: Leave, reader: Reader, names: Names, now: int) -> Entry:
    permission = leave.permission
    grant = permission.grant
    scope, id = (grant.municipality, grant.system), str(item["id"])
    at = times.read(item.get("at"))
    at = now if at is None else at
    content, table = dict(item), Placeholders()
    if isinstance(subject := item.get("subject"), str):
        content["subject_key"] = names.hidden("subject", *scope, subject)
    more = _inspect(content, permission.purpose.input, reader, table)
    is_clear = content.get("model") == item.get("model")
    model = clear_model(str(item.get("model") or ""), reader) if is_clear else ""
    account = Account(permission, model, names("decision", *scope, id), at)
    unlawful = leave.unlawful(at) if kind is Kind.DECISION else ""
    if unlawful:
        content["unlawful"] = unlawful
        more = replace(more, types=(*more.types, UNLAWFUL))
    content |= {"policy": permission.index.version, "rules": reader.rules}
    entry = account.entry(kind, more.verdict, findings=more.types, content=content, masked=values_of(table))
    own = (str(item.get("source") or ""),) if kind is Kind.OUTCOME else ()
    person = in_charge(permission.index, grant.municipality, str(item.get("person") or ""))
    return replace(
        entry,
        id=names(str(kind), *scope, id, *own),
        at=at,
        source="decisions",
        person=entry.person or person,
        fingerprint=_fingerprint(item),
    )


def _digest(item: dict[str, Any]) -> bytes:
    return sha256(canonical(item)).digest()


def _fingerprint(item: dict[str, Any]) -> bytes:
    """What tells an item from others: the same numbers, the same moment and the same texts are the same, however they were written."""
    by_value = {**_by_value(item), "id": str(item["id"]), "at": times.read(item.get("at"))}
    return _digest({name: one for name, one in by_value.items() if one is not None})


def _by_value(value: Any) -> Any:
    """A value in which the same number is the same, however it was written: 1 and 1.0."""
    if isinstance(value, dict):
        return {name: _by_value(one) for name, one in value.items()}
    if isinstance(value, list):
        return list(map(_by_value, value))
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT else value


@dataclass(frozen=True, slots=True)
class _Seen:
    verdict: Verdict = Verdict.NONE
    types: tuple[str, ...] = ()


def _inspect(content: dict[str, Any], handling: Handling, reader: Reader, table: Placeholders) -> _Seen:
    """Put placeholders into the texts of an item, and what was found into its content."""
    told = {name: _worded(name, one, reader) for name, one in content.items() if not _is_plain(name, one)}
    piece = Item(deepcopy(told))
    seen = piece.lines.acted_on(reader.inspect(piece.text), handling)
    judgement = verdicts.judge([piece], [seen], handling)
    if not judgement.found:
        return _Seen(Verdict.ALLOWED)
    judgement.hide([piece], table, for_record=True)
    content |= piece.fields
    content["findings"] = judgement.recorded()
    content["findings_total"] = len(judgement.found)
    strictest = judgement.strictest
    if strictest is Action.ALLOW:
        return _Seen(Verdict.ALLOWED, judgement.types())
    content["should_have_been"] = SHOULD[strictest]
    marks = (VIOLATION,) if strictest in (Action.BLOCK, Action.CONFIRM) else ()
    return _Seen(Verdict.MASKED, (*judgement.types(), *marks))


def _is_plain(name: str, value: Any) -> bool:
    """Whether a field holds a number, a time, or a name that programs give."""
    if name in ("at", "score", "threshold", "subject_key") or value is None:
        return True
    return name in _NAMES and is_identifier(str(value))


def _worded(name: str, value: Any, reader: Reader) -> Any:
    """A name that holds somebody's number as words, in which it is found; anything else as it is."""
    is_name = name in _NAMES and isinstance(value, str) and plain(value) != ""
    return spelled(value) if is_name and not clear(value, reader) else value


def _conflict(one: Made) -> Fault:
    return Fault(
        one.number,
        "id",
        "この番号は、別の内容ですでに記録されています。",
        "This id is recorded already with other content.",
        "conflict",
    )


def _receipt(one: Made, receipt: Receipt) -> dict[str, Any]:
    return {
        "id": one.id,
        "entry": receipt.id,
        "interaction": one.entry.interaction,
        "seq": receipt.seq,
        "leaf": receipt.leaf,
    }
