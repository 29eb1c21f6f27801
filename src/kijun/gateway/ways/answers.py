"""What OTLP's clients are answered (OTLP 1.x, 4.1: success, partial success, failures as a ``Status``)."""

from __future__ import annotations

from typing import Any, Final

from kijun.gateway.errors import Refusal
from kijun.gateway.http import JSON, Send, respond
from kijun.gateway.jsons import dump

PROTOBUF: Final = b"application/x-protobuf"
#: gRPC's codes by HTTP's; what is not named is INVALID_ARGUMENT.
_CODES: Final = {401: 16, 403: 7, 404: 5, 405: 12, 413: 8, 429: 8, 500: 13, 503: 14}


async def accept(
    send: Send, kind: bytes, rejected: int, why: str, field: str, headers: dict[str, str]
) -> None:
    """All was taken, or all but some. ``field`` names their number in JSON."""
    if kind == JSON[1]:
        told: dict[str, Any] = {}
        if rejected:
            told["partialSuccess"] = {field: str(rejected), "errorMessage": why}
        await respond(send, 200, dump(told), headers)
        return
    body = b""
    if rejected:
        partial = _varint(1 << 3) + _varint(rejected) + _text(2, why)
        body = _bytes(1, partial)
    await respond(send, 200, body, headers, PROTOBUF)


async def fail(send: Send, kind: bytes, refusal: Refusal, headers: dict[str, str]) -> None:
    """Nothing more was taken. Clients send again after 429 and 503."""
    more = {**headers, **refusal.headers}
    if refusal.retry_after is not None:
        more["retry-after"] = str(max(0, refusal.retry_after))
    code, told = _CODES.get(refusal.status, 3), refusal.body()
    message = told["error"]["message"]
    if kind == JSON[1]:
        await respond(send, refusal.status, dump({"code": code, "message": message, **told}), more)
    else:
        body = _varint(1 << 3) + _varint(code) + _text(2, message)
        await respond(send, refusal.status, body, more, PROTOBUF)


def _varint(number: int) -> bytes:
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    made.append(number)
    return bytes(made)


def _bytes(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _text(field: int, said: str) -> bytes:
    return _bytes(field, said.encode("utf-8", "replace"))
