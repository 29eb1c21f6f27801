"""Requests and answers on ASGI, as little as the data path needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final

from kijun.gateway.errors import Refusal, bad_request, too_large
from kijun.gateway.jsons import dump

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

JSON: Final = (b"content-type", b"application/json")
_AGENT: Final = 200  # characters of a user agent that are kept


class Left(Exception):
    """The client went away before its request was whole."""


@dataclass(slots=True)
class Request:
    """What came. ``address`` is the caller's, behind trusted proxies; ``deployment`` the model of one of Azure's paths."""

    method: str
    path: str
    headers: dict[bytes, bytes] = field(repr=False)
    address: str = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    deployment: str = ""

    def header(self, name: bytes) -> str:
        """A header as text; empty without."""
        return self.headers.get(name, b"").decode("latin-1")

    @property
    def agent(self) -> str:
        """The client's own name for itself."""
        return self.header(b"user-agent")[:_AGENT]

    def announced(self) -> int:
        """The length that the client announces; 0 where it does not. Raises a 400 `Refusal`."""
        text = self.headers.get(b"content-length", b"0")
        if not text.isdigit() or len(text) > 15:
            raise bad_request("Content-Length が正しくありません。", "Content-Length is no number.")
        return int(text)


async def read_body(receive: Receive, limit: int, grew: Callable[[int], None]) -> bytes:
    """The whole body. ``grew`` is told of each piece's length and may refuse. Raises 413 and `Left`."""
    parts: list[bytes] = []
    seen = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Left
        part = message.get("body", b"")
        if part:
            seen += len(part)
            if seen > limit:
                raise too_large(limit)
            grew(len(part))
            parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


class Sending:
    """Sends to the client; ``waits`` while the client takes nothing."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.waits = False

    async def __call__(self, message: Message) -> None:
        """See the ASGI specification."""
        self.waits = True
        await self._send(message)
        self.waits = False  # not where it ended otherwise: then it waits still


def raw_headers(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers as ASGI takes them; what is not ASCII is replaced, and no line breaks get in."""
    return [
        (
            name.encode("ascii"),
            value.encode("ascii", "replace").replace(b"\r", b" ").replace(b"\n", b" "),
        )
        for name, value in headers.items()
    ]


async def respond(
    send: Send, status: int, body: bytes, headers: Mapping[str, str], content_type: bytes = JSON[1]
) -> None:
    """Send a whole answer."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", content_type),
                (b"content-length", b"%d" % len(body)),
                *raw_headers(headers),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})


async def refuse(send: Send, refusal: Refusal, headers: Mapping[str, str]) -> None:
    """Send a refusal in the API's shape."""
    more = {**headers, **refusal.headers}
    if refusal.retry_after is not None:
        more["retry-after"] = str(max(0, refusal.retry_after))
    if refusal.lasts:
        more["x-should-retry"] = "false"  # the clients of OpenAI and others ask this first
    if refusal.confirmation:
        more["kijun-confirmation"] = refusal.confirmation
    await respond(send, refusal.status, dump(refusal.body()), more)
