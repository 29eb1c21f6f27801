"""Refusals in the shape of the API: what happened, why, and what to do, in Japanese and English, never a value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kijun.inspection import Words

#: Types of errors that clients of the API know.
INVALID: Final = "invalid_request_error"
PERMISSION: Final = "permission_error"
LIMIT: Final = "rate_limit_error"
SERVER: Final = "server_error"

#: Statuses by which an upstream finds fault with the request, so that the client has to hear of it.
_OF_THE_CLIENT: Final = frozenset((400, 413, 415, 422))
#: Statuses after which another try may help.
AGAIN: Final = frozenset((408, 409, 425, 429, 500, 502, 503, 504, 529))
#: What stays as it is however often it is sent, though its status (429, 5xx) makes clients of the API try again.
_LASTING: Final = frozenset(
    ("insufficient_quota", "upstream_cannot", "upstream_key_refused", "answer_too_large")
)
#: What an upstream may name a fault, so that programs know it again: `context_length_exceeded`.
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{2,59}")
_MOMENT: Final = 90  # seconds that "wait a moment" means at most
_LONGEST_WAIT: Final = 3_600  # of a Retry-After, in seconds
#: What the gateway offers, behind the base URL.
ENDPOINTS: Final = (
    "chat/completions",
    "responses",
    "completions",
    "embeddings",
    "audio/transcriptions",
    "models",
)

_TRY_AGAIN: Final = Words("少し待ってから、もう一度お試しください。", "Wait a moment and try again.")
_CORRECT: Final = Words("要求の内容を直してください。", "Correct the request.")
_TELL: Final = Words(
    "もう一度送っても直りません。IT担当者に知らせてください。",
    "Trying again does not help: tell the IT staff of your office.",
)
_ASK: Final = Words("IT担当者に相談してください。", "Ask the IT staff of your office.")


class Refusal(Exception):
    """A request ends here. ``status`` is HTTP's, ``code`` is for programs (docs/gateway.md lists them), the words are for people."""

    def __init__(
        self,
        status: int,
        code: str,
        why: Words,
        what_to_do: Words = _ASK,
        *,
        type: str = INVALID,
        param: str | None = None,
        retry_after: int | None = None,
        findings: Sequence[Mapping[str, Any]] = (),
        confirmation: str = "",
        interaction: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.why, self.what_to_do = status, code, why, what_to_do
        self.type, self.param, self.retry_after = type, param, retry_after
        self.findings, self.confirmation, self.interaction = list(findings), confirmation, interaction
        self.headers = dict(headers or {})
        self.contact = ""

    @property
    def lasts(self) -> bool:
        """The same request gets the same answer, however soon it is repeated: not so for rates and full queues, which tell when to come back."""
        if self.retry_after is not None:
            return False
        of_the_request = self.status < 500 and self.status not in AGAIN
        return of_the_request or self.code in _LASTING or self.what_to_do is _TELL

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        message = f"{self.why.ja}{self.what_to_do.ja} / {self.why.en} {self.what_to_do.en}".rstrip()
        if self.contact:
            message += f" [問い合わせ先 / contact: {self.contact}]"
        error: dict[str, Any] = {
            "message": message,
            "type": self.type,
            "code": self.code,
            "param": self.param,
            "reason": {"ja": self.why.ja, "en": self.why.en},
            "what_to_do": {"ja": self.what_to_do.ja, "en": self.what_to_do.en},
        }
        if self.findings:
            error["findings"] = self.findings
        if self.interaction:
            error["interaction"] = self.interaction
        if self.confirmation:
            error["confirmation"] = self.confirmation
        if self.contact:
            error["contact"] = self.contact
        return {"error": error}


def bad_request(ja: str, en: str, *, param: str | None = None, code: str = "invalid_request") -> Refusal:
    """A request that cannot be understood."""
    return Refusal(400, code, Words(ja, en), _CORRECT, param=param)


def too_large(limit: int) -> Refusal:
    """A request with more bytes than are taken."""
    megabytes = limit // 1_000_000
    return Refusal(
        413,
        "request_too_large",
        Words(
            f"要求が大きすぎます（上限 {megabytes} MB）。",
            f"The request is too large (limit: {megabytes} MB).",
        ),
        Words("内容を分けて送ってください。", "Send it in parts."),
    )


def too_slow() -> Refusal:
    """A request whose body did not come."""
    return Refusal(
        408,
        "request_timeout",
        Words("要求の本文が時間内に届きませんでした。", "The request's body did not come in time."),
        _TRY_AGAIN,
    )


def unknown_path() -> Refusal:
    """An address that is not offered: another endpoint of the API, or one that stands nowhere."""
    return Refusal(
        404,
        "unknown_url",
        Words("Kijunはこの宛先（エンドポイント）を提供していません。", "Kijun does not offer this endpoint."),
        Words(
            f"使えるのは、/v1 で終わるURL（base_url）の下の {'、'.join(ENDPOINTS)} です。",
            f"It offers, under a base URL that ends in /v1: {', '.join(ENDPOINTS)}.",
        ),
    )


def wrong_method(allowed: str) -> Refusal:
    """The address is there, but not for this method."""
    return Refusal(
        405,
        "method_not_allowed",
        Words(f"この宛先は {allowed} だけを受け付けます。", f"This address takes {allowed} only."),
        _CORRECT,
        headers={"allow": allowed},
    )


def missing_key() -> Refusal:
    """A request without a key."""
    return _unauthorised(
        Words("APIキーがありません。", "There is no API key."),
        Words(
            "Kijunのキー（kj- で始まります）を「Authorization: Bearer キー」のヘッダーで送ってください。",
            "Send a key of Kijun's (it begins with kj-) in the header 'Authorization: Bearer KEY'.",
        ),
    )


def unknown_key() -> Refusal:
    """A key that opens nothing: which of the reasons it is, nobody is told who has no right to know."""
    return _unauthorised(
        Words(
            "APIキーが正しくないか、今は使えません。",
            "The API key is not valid, or cannot be used now.",
        ),
        Words(
            "写し間違いがないか確かめてください。取り替えや取消し、期限切れ、実証を始める前のAIシステムでも使えません。"
            "Kijunの「自分の利用権」で確かめるか、IT担当者に新しいキーを頼んでください。",
            "Check that it was copied whole. A key that was replaced or revoked, has expired, or is for an AI system "
            "before its pilot opens nothing either: see 'My grants' in Kijun, or ask the IT staff for a new one.",
        ),
    )


def _unauthorised(why: Words, what_to_do: Words) -> Refusal:
    return Refusal(
        401,
        "invalid_api_key",
        why,
        what_to_do,
        type="authentication_error",
        headers={"www-authenticate": "Bearer"},
    )


def overloaded() -> Refusal:
    """More requests than this process takes at the same time."""
    return Refusal(
        429,
        "too_many_requests",
        Words("要求が集中しているため、受け付けられませんでした。", "Too many requests are running."),
        _TRY_AGAIN,
        type=LIMIT,
        retry_after=1,
    )


def not_ready() -> Refusal:
    """No policy is there yet."""
    return Refusal(
        503,
        "not_ready",
        Words("AI利用の準備がまだできていません。", "The gateway is not ready yet."),
        _TRY_AGAIN,
        type=SERVER,
        retry_after=2,
    )


def ledger_busy() -> Refusal:
    """Too much is waiting to be recorded."""
    return Refusal(
        429,
        "ledger_busy",
        Words("記録が混み合っているため、受け付けられませんでした。", "Too much is waiting to be recorded."),
        _TRY_AGAIN,
        type=LIMIT,
        retry_after=1,
    )


def limit_reached(ja: str, en: str, *, rate: bool, retry_after: int) -> Refusal:
    """A grant's month or minute is used up. The ledger says in one text what happened and then what to do: clients get each by itself."""
    why_ja, _, todo_ja = ja.partition("。")
    why_en, _, todo_en = en.partition(": " if rate else ". ")
    usual = _TRY_AGAIN if rate else _ASK
    return Refusal(
        429,
        "rate_limit_exceeded" if rate else "insufficient_quota",
        Words(f"{why_ja}。", f"{why_en.rstrip('.')}."),
        Words(todo_ja or usual.ja, todo_en[:1].upper() + todo_en[1:] or usual.en),
        type=LIMIT if rate else "insufficient_quota",
        retry_after=retry_after or None,
    )


def ledger_unavailable() -> Refusal:
    """What cannot be recorded is not sent, and not shown."""
    return Refusal(
        503,
        "ledger_unavailable",
        Words(
            "記録を残せないため、AIの利用を止めています。",
            "Records cannot be kept just now, so nothing is sent and nothing is shown.",
        ),
        Words(
            "少し待っても直らないときは、IT担当者に知らせてください。",
            "If it stays so, tell the IT staff of your office.",
        ),
        type=SERVER,
        retry_after=5,
    )


def failed_upstream(status: int, code: str, ja: str, en: str, *, retry_after: int | None = None) -> Refusal:
    """The AI service did not answer as it should."""
    if status in _OF_THE_CLIENT or status == 501:
        return Refusal(status, code, Words(ja, en), _CORRECT)
    kind = LIMIT if status == 429 else SERVER
    return Refusal(status, code, Words(ja, en), _TRY_AGAIN, type=kind, retry_after=retry_after)


def unreadable() -> Refusal:
    """What the AI service sent is not what its API sends."""
    return failed_upstream(
        502,
        "upstream_garbage",
        "AIサービスの応答を読み取れません。",
        "The AI service's answer makes no sense.",
    )


def refused_by_upstream(status: int, said: Mapping[str, Any] | None, wait: float | None) -> Refusal:
    """What the client hears of an upstream's bad status. ``said`` is the upstream's own error, ``wait`` the seconds it asks for."""
    if status in _OF_THE_CLIENT and said is not None:
        code = said.get("code")
        known = isinstance(code, str) and _NAME.fullmatch(code) is not None
        return failed_upstream(
            status,
            str(code) if known else "upstream_refused",
            "AIサービスが要求を受け付けませんでした。",
            "The AI service refused the request.",
        )
    if status == 404:
        return Refusal(
            404,
            "upstream_not_found",
            Words(
                "AIサービスがこのモデルを知らないか、この要求に対応していません。",
                "The AI service does not know this model, or cannot do this.",
            ),
            Words(
                "AIサービスでのモデル名が正しいか、IT担当者に確かめてもらってください。",
                "Ask the IT staff of your office to check the model's name at the service.",
            ),
        )
    if status == 501 and said is not None:
        return failed_upstream(
            501, "upstream_cannot", "このAIサービスにはできない要求です。", "This AI service cannot do that."
        )
    if status == 429:
        return _rate_limited(max(1, round(wait if wait is not None else 5)))
    if status in (401, 403):
        return Refusal(
            502,
            "upstream_key_refused",
            Words(
                f"AIサービスが、自治体側のキーを受け付けません（状態 {status}）。",
                f"The AI service refuses the key of your municipality (status {status}).",
            ),
            _TELL,
            type=SERVER,
        )
    if status < 500 and status not in AGAIN:
        return Refusal(502, "upstream_error", _not_its_api(status), _TELL, type=SERVER)
    return failed_upstream(
        504 if status in (408, 504) else 502,
        "upstream_error",
        "AIサービスが正しく応答しませんでした。",
        f"The AI service answered with an error (status {status}).",
    )


def _rate_limited(wait: int) -> Refusal:
    """A service that takes no more. ``wait`` is in seconds; a client is told to come back after an hour at most, a person the whole of it."""
    refusal = failed_upstream(
        429,
        "upstream_rate_limited",
        "AIサービスの利用が集中しているか、使える量を使い切っています。",
        "The AI service takes no more requests just now.",
        retry_after=min(wait, _LONGEST_WAIT),
    )
    if wait > _MOMENT:
        ja, en = _time(wait)
        refusal.what_to_do = Words(
            f"AIサービスは約{ja}待つよう求めています。急ぐときはIT担当者に知らせてください。",
            f"It asks to wait about {en}. If that is too long, tell the IT staff of your office.",
        )
    return refusal


def _time(seconds: int) -> tuple[str, str]:
    """A time in words, rounded."""
    units = ((86_400, "日", "day"), (3_600, "時間", "hour"), (60, "分", "minute"))
    length, ja, en = next((one for one in units if seconds >= 2 * one[0]), units[-1])
    number = round(seconds / length)
    return f"{number}{ja}", f"{number} {en}{'' if number == 1 else 's'}"


def _not_its_api(status: int) -> Words:
    """What a status means that the API has not: an address that is another's, a proxy between, a contract that ended."""
    if 300 <= status < 400:
        return Words(
            f"AIサービスの宛先が、別の場所を案内しています（状態 {status}）。宛先の設定が正しくないようです。",
            f"The AI service's address points elsewhere (status {status}): it does not seem to be set right.",
        )
    return Words(
        f"AIサービスの宛先が、AIサービスのものではない応答を返しました（状態 {status}）。",
        f"What answers at the AI service's address does not answer as its API does (status {status}).",
    )


def internal() -> Refusal:
    """A fault of ours."""
    return Refusal(
        500,
        "internal_error",
        Words("ゲートウェイの内部で問題が起きました。", "Something went wrong inside the gateway."),
        type=SERVER,
    )
