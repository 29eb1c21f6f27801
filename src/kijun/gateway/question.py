"""The way in: from a request's bytes to what may be sent, recorded durably. Whatever is refused here never reaches an upstream."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Any, Final

from kijun.gateway import confirmations, multipart, seams, verdicts
from kijun.gateway.authorisation import Permission
from kijun.gateway.carried import Carried, Carrier
from kijun.gateway.confirmations import Confirmation, Matter
from kijun.gateway.dialects import Dialect
from kijun.gateway.documents import FileText, Known, add_files, read_files, summarise
from kijun.gateway.errors import Refusal, bad_request
from kijun.gateway.guard import values_of
from kijun.gateway.handling import NOT_INSPECTED
from kijun.gateway.http import Request
from kijun.gateway.inspecting import Reader, in_thread
from kijun.gateway.jsons import MOST_DEPTH, NotJson, NumberTooLarge, TooDeep, canonical, dump, parse
from kijun.gateway.pieces import Texts
from kijun.gateway.records import Account
from kijun.gateway.reference.citing import before_question, put_before
from kijun.gateway.reference.model import Found
from kijun.gateway.snapshot import Action, Model
from kijun.gateway.verdicts import Judgement
from kijun.inspection import InspectionError, Placeholders, Words
from kijun.ledger.model import Entry, Kind, Verdict

#: From this many bytes on, a request is read in a thread.
_LARGE: Final = 200_000


@dataclass
class Question:
    """A request that was read and judged. ``refusal`` is why it goes no further."""

    permission: Permission
    dialect: Dialect
    request: Request
    body: dict[str, Any] = field(repr=False)
    model: Model
    texts: Texts = field(repr=False)
    reader: Reader
    judgement: Judgement = field(repr=False)
    account: Account
    carrier: Carrier
    carried: Carried = field(default_factory=Carried)
    table: Placeholders = field(default_factory=Placeholders)
    verdict: Verdict = Verdict.ALLOWED
    refusal: Refusal | None = None
    confirmation: Confirmation | None = None
    characters: list[str] = field(default_factory=list, repr=False)
    files: Known = field(default_factory=dict, repr=False)
    asked: str = field(default="", repr=False)
    recorded: bool = False
    """The ledger has it, or may have it."""
    found: Found | None = field(default=None, repr=False)
    """Passages of reference documents, where they were looked up for ``asked``."""

    @property
    def passes(self) -> bool:
        """Whether it may be sent."""
        return self.refusal is None

    @property
    def streams(self) -> bool:
        """Whether the client wants the answer as it comes."""
        return self.body.get("stream") in (True, "true")

    def headers(self) -> dict[str, str]:
        """The verdict, for the answer, and the record where there is one."""
        headers = {"kijun-verdict": str(self.verdict), "kijun-policy": str(self.permission.index.version)}
        if self.recorded:
            headers |= dict.fromkeys(("kijun-interaction", "x-request-id"), self.account.interaction)
        if self.judgement.found:
            counts = self.judgement.counts()
            headers["kijun-findings"] = ",".join(f"{type}:{counts[type]}" for type in sorted(counts))
        if masked := len(self.judgement.of(Action.MASK)):
            headers["kijun-masked"] = str(masked)
        if self.texts.uninspected:
            kinds = sorted({one.what for one in self.texts.uninspected})
            headers["kijun-uninspected"] = ",".join(kinds)
        if self.found is not None:
            headers["kijun-sources"] = str(len(self.found.hits))
        return headers

    def payload(self, model: str) -> tuple[bytes, str]:
        """The body for an upstream that knows the model by this name."""
        body = {**self.body, "model": model}
        if self.found is not None and self.found.hits:
            body = put_before(body, self.dialect.path, before_question(self.found.hits))
        return multipart.build(body) if self.dialect.multipart else (dump(body), "application/json")


async def read(
    permission: Permission,
    dialect: Dialect,
    request: Request,
    confirmation_key: bytes,
    seconds: int,
    carrying_key: bytes,
) -> Question:
    """Read, inspect, judge and hide. Raises a `Refusal` for what cannot even be recorded as a question (400, 404, 413)."""
    reader = await permission.index.readers.of(permission.grant.municipality)
    try:
        large = len(request.body) > _LARGE
        grant = permission.grant
        carrier = Carrier(carrying_key, grant.municipality, grant.id, permission.caller.person)
        first = _first_reading(permission, dialect, request, carrier)
        body, token, model, texts, files, carried = await in_thread(first) if large else first()
        if texts.files:
            files.update(await in_thread(read_files, texts))
            add_files(texts, files)
        characters = [piece.text for piece in texts.pieces]
        inspections = await seams.look(reader, texts, await reader.inspect_all(characters))
    except RecursionError:
        raise bad_request("入れ子が深すぎます。", "The request is nested too deeply.") from None
    except InspectionError as error:
        raise cannot_inspect(error) from None
    judging = partial(verdicts.judge, texts.pieces, inspections, permission.purpose.input)
    judgement = await in_thread(judging) if large else judging()
    account = Account(permission, model.name)
    question = Question(
        permission, dialect, request, body, model, texts, reader, judgement, account, carrier, carried
    )
    question.table = carried.table
    question.characters, question.files = characters, files
    _decide(question, token, confirmation_key, seconds)
    if question.passes:
        try:
            judgement.hide(texts.pieces, question.table, for_record=False)
        except InspectionError as error:
            raise cannot_inspect(error) from None
        if len(question.table) and any(one.what == "stored" for one in texts.uninspected):
            part = next(one for one in texts.uninspected if one.what == "stored")
            block(question, verdicts.stored_with_masked(part))
    return question


_First = tuple[dict[str, Any], str, Model, Texts, Known, Carried]


def _first_reading(
    permission: Permission, dialect: Dialect, request: Request, carrier: Carrier
) -> Callable[[], _First]:
    """What is read of a request before anything is inspected: body, confirmation token, model, texts, what came back."""

    def reading() -> _First:
        body = parse_body(request, dialect)
        token = _confirmation_token(request, body)
        if request.deployment:
            body["model"] = request.deployment
        model = permission.model(body.get("model"))
        if not dialect.multipart and not isinstance(body.get("stream"), (bool, type(None))):
            # some services would stream then, and what they send could not be read
            raise bad_request("stream は true か false です。", "stream is true or false.", param="stream")
        dialect.check(body)
        texts = dialect.texts(body)
        return body, token, model, texts, {}, carrier.take(texts, _services(model))

    return reading


def _services(model: Model) -> list[str]:
    """Those that may answer for a model."""
    return [route.upstream for route in model.routes]


def block(question: Question, refusal: Refusal) -> None:
    """Let it go no further."""
    question.verdict, question.refusal = Verdict.BLOCKED, refusal


def parse_body(request: Request, dialect: Dialect) -> dict[str, Any]:
    """The fields of a request; raises 400 and 415."""
    kind = request.header(b"content-type")
    if request.header(b"content-encoding").lower() not in ("", "identity"):
        raise Refusal(
            415,
            "unsupported_encoding",
            Words("圧縮された要求は受け付けません。", "Compressed requests are not taken."),
            Words("圧縮せずに送ってください。", "Send it uncompressed."),
        )
    if dialect.multipart:
        try:
            return multipart.parse(request.body, kind)
        except multipart.BadForm:
            raise bad_request(
                "multipart/form-data として読めません。", "The body is no multipart/form-data."
            ) from None
    try:
        body = parse(request.body, exact=True)
    except NumberTooLarge:
        raise bad_request(
            "大きすぎる数値（1e400 など）が含まれています。",
            "It holds a number that is too large (such as 1e400).",
            code="invalid_json",
        ) from None
    except TooDeep:
        raise bad_request(
            f"オブジェクトや配列の入れ子が深すぎます（{MOST_DEPTH}段まで）。",
            f"Objects and lists lie too deep in each other (at most {MOST_DEPTH}).",
            code="invalid_json",
        ) from None
    except NotJson:
        raise bad_request("JSONとして読めません。", "The body is no JSON.", code="invalid_json") from None
    if not isinstance(body, dict):
        raise bad_request(
            "JSONのオブジェクトではありません。", "The body is no JSON object.", code="invalid_json"
        )
    return body


def input_entry(question: Question, upstream: str = "") -> Entry:
    """What is recorded of the question: as it is sent, with all data hidden, also what the purpose lets through."""
    content = {
        "endpoint": question.dialect.name,
        "request": _recorded_body(question),
        "findings": question.judgement.recorded(),
        "findings_total": len(question.judgement.found),
        "uninspected": [one.told() for one in question.texts.uninspected],
        "client": {"address": question.request.address, "agent": question.request.agent},
        "policy": question.permission.index.version,
        "rules": question.reader.rules,
        "streams": question.streams,
    }
    if question.refusal is not None:
        content["refusal"] = {
            "code": question.refusal.code,
            "ja": question.refusal.why.ja,
            "en": question.refusal.why.en,
        }
    unread = (NOT_INSPECTED,) if question.texts.uninspected else ()
    return question.account.entry(
        Kind.INPUT,
        question.verdict,
        upstream=upstream,
        findings=(*question.judgement.types(), *unread),
        content=content,
        masked=values_of(question.table),
    )


def _recorded_body(question: Question) -> Mapping[str, Any]:
    same = question.passes and not question.judgement.keeps_more
    unread = question.texts.uninspected or question.carried.parts
    if same and not unread and not question.texts.files:
        return question.body
    copy = parse_body(question.request, question.dialect)
    copy.pop(confirmations.FIELD, None)
    if question.request.deployment:
        copy["model"] = question.request.deployment
    question.dialect.check(copy)
    texts = question.dialect.texts(copy)
    add_files(texts, question.files)
    for piece in texts.pieces:
        if isinstance(piece, FileText):  # the record holds what was read, not the file
            piece.replace(piece.text)
    question.judgement.hide(texts.pieces, question.table, for_record=True)
    returned = question.carrier.take(texts, _services(question.model)).parts
    summarise([*texts.uninspected, *returned])
    return copy


def _decide(question: Question, token: str, key: bytes, seconds: int) -> None:
    """The verdict on a question, before anything is hidden."""
    judgement, unread = question.judgement, question.texts.uninspected
    if judgement.of(Action.BLOCK):
        block(question, verdicts.content_blocked(judgement))
    elif unread and not question.permission.purpose.uninspected:
        block(question, verdicts.uninspected_blocked(unread))
    elif judgement.of(Action.CONFIRM):
        caller = question.permission.caller
        matter = Matter(caller.grant.id, caller.person, _digest(question), judgement.digest())
        question.confirmation = confirmations.check(key, token, matter, seconds) if token else None
        if question.confirmation is not None:
            question.verdict = Verdict.CONFIRMED
        else:
            fresh = confirmations.give(key, matter, seconds)
            question.verdict = Verdict.TO_CONFIRM
            question.refusal = verdicts.confirmation_required(judgement, fresh, again=bool(token))
    elif judgement.of(Action.MASK):
        question.verdict = Verdict.MASKED


def _digest(question: Question) -> str:
    """SHA-256 of what was sent, however its keys are ordered."""
    body = {
        name: value.digest if isinstance(value, multipart.Upload) else value
        for name, value in question.body.items()
    }
    return sha256(question.dialect.name.encode() + b"\0" + canonical(body)).hexdigest()


def _confirmation_token(request: Request, body: dict[str, Any]) -> str:
    """The token of a header or a field; the field is never sent on."""
    field_ = body.pop(confirmations.FIELD, "")
    return request.header(confirmations.HEADER.encode()) or (field_ if isinstance(field_, str) else "")


def cannot_inspect(error: InspectionError) -> Refusal:
    """A text that is too long or too twisted to be read."""
    return Refusal(
        413,
        "too_much_text",
        Words(error.message.ja, f"{error.message.en.rstrip('.')}."),
        Words("内容を分けて送ってください。", "Send it in parts."),
    )
