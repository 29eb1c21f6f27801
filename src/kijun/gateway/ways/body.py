"""The bytes of a request, unpacked: gzip grows a thousandfold, so it is stopped where it grows too large."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Final

from kijun.gateway.errors import Refusal, bad_request, too_large
from kijun.gateway.http import Receive, Request, read_body
from kijun.inspection import Words

#: How many times the largest body an unpacked one may be.
GROWTH: Final = 4
_GZIP: Final = 31  # zlib's window bits for a gzip header
_STEP: Final = 1_000_000


async def read(request: Request, receive: Receive, limit: int, grew: Callable[[int], None]) -> bytes:
    """The body of a request, of at most ``limit`` bytes as sent and four times that unpacked. Raises 400, 413, 415 and `Left`."""
    encoding = request.header(b"content-encoding").strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise Refusal(
            415,
            "unsupported_encoding",
            Words("この圧縮形式は受け付けません。", "This compression is not taken."),
            Words("gzip で圧縮するか、圧縮せずに送ってください。", "Use gzip or none."),
        )
    if request.announced() > limit:
        raise too_large(limit)
    body = await read_body(receive, limit, grew)
    if encoding != "gzip":
        return body
    parts = []
    for part in unpacked(body, limit * GROWTH):
        grew(len(part))
        parts.append(part)
    return b"".join(parts)


def unpacked(data: bytes, limit: int) -> Iterator[bytes]:
    """The parts of some gzip (several members, too); raises 400 for what is none, 413 where it grows past ``limit`` bytes."""
    seen = 0
    try:
        while data:
            member = zlib.decompressobj(_GZIP)
            while not member.eof:
                part = member.decompress(data, _STEP)
                data = member.unconsumed_tail
                seen += len(part)
                if seen > limit:
                    raise too_large(limit)
                if part:
                    yield part
                elif not member.eof and not data:
                    raise zlib.error("cut short")
            data = member.unused_data
    except zlib.error:
        raise bad_request("gzip として読めません。", "The body is no gzip.", code="invalid_gzip") from None
