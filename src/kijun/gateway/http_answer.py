"""An upstream's answer over HTTP: its head, and its body as it comes, bounded in size and time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Final

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError

from kijun.gateway.attempts import Cut, TooLong
from kijun.gateway.policy import Service
from kijun.gateway.streams import Garbage

#: Kinds of bodies that hold something; a transcription of silence as plain text does not.
_NEVER_EMPTY: Final = frozenset(("", "application/json", "text/event-stream"))


class HttpAnswer:
    """An answer over HTTP."""

    def __init__(self, response: aiohttp.ClientResponse, service: Service, limit: int, ends: float) -> None:
        self._response, self._idle = response, service.upstream.idle_timeout
        self._limit, self._ends = limit, ends
        self._first = b""
        self.status = response.status
        self.content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        self.headers = response.headers

    async def begin(self) -> None:
        """Wait until something of the body is there: a head alone is no answer yet. Raises `Cut`, and `Garbage` for what no API answers.

        That is nothing at all, and a page for people: a proxy that asks to sign in, a service that is being mended.
        """
        try:
            self._first = await self._response.content.readany()
        except (aiohttp.ClientError, OSError) as error:
            raise _fault(error) from error
        if not self._first and self.content_type in _NEVER_EMPTY:
            raise Garbage("nothing")
        if self.content_type == "text/html":
            raise Garbage("a page")

    async def chunks(self) -> AsyncIterator[bytes]:
        """See `Answer`."""
        content, seen = self._response.content, len(self._first)
        if seen > self._limit:
            raise TooLong
        if self._first:
            first, self._first = self._first, b""
            yield first
        while True:
            left = min(self._idle, self._ends - time.monotonic())
            if left <= 0:
                raise TimeoutError
            try:
                chunk = content.read_nowait()  # what lies there already needs no clock
                if not chunk:
                    if content.at_eof():
                        return
                    async with asyncio.timeout(left):
                        chunk = await content.readany()
            except (aiohttp.ClientError, OSError) as error:
                if isinstance(error, TimeoutError):
                    raise
                raise _fault(error) from error
            if not chunk:
                return
            seen += len(chunk)
            if seen > self._limit:
                raise TooLong
            yield chunk

    def close(self) -> None:
        """See `Answer`."""
        if self._response.content.at_eof():
            self._response.release()
        else:
            self._response.close()


def _fault(error: Exception) -> Cut | Garbage:
    """Why a body came to no end: what is not compressed as it says came whole, and is garbage."""
    return Garbage("encoding") if isinstance(error.__cause__, ContentEncodingError) else Cut()
