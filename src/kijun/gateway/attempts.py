"""One try to have a question answered, and how it ended: where a text was sent is told in its record, answer or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp

from kijun.gateway.jsons import NotJson
from kijun.gateway.nowhere import LeadsNowhere
from kijun.gateway.streams import Garbage, UpstreamSaidError
from kijun.inspection import InspectionError


class Cut(Exception):
    """The connection ended before the answer did."""


class TooLong(Exception):
    """An answer has more bytes than are taken."""


class FirstByteLate(OSError):
    """The upstream took the request and said nothing for too long: it is not asked again, for it may still be at work. Others are."""


@dataclass(slots=True)
class Attempt:
    """One try, for the record: the text was sent there, unless it was ``unreachable``.

    ``how`` it ended: ``answered``, ``refused`` (see ``status``), ``unreachable``, ``timeout``, ``cut``, ``garbage``, ``too_large``, ``error`` (the service
    said so in its answer), ``left`` (the client), ``stopped``. ``error`` names the fault for technicians.
    """

    upstream: str
    status: int = 0
    error: str = ""
    how: str = ""

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {"upstream": self.upstream, "status": self.status, "error": self.error, "how": self.how}

    def ended(self, how: str, error: BaseException | None = None) -> None:
        """Say how it ended. What went wrong on the way is not overwritten by what came of that."""
        if self.how in ("", "answered"):
            self.how = how
            self.error = self.error or _named(error)


def _named(error: BaseException | None) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError) and isinstance(error.os_error, LeadsNowhere):
        error = error.os_error
    return "" if error is None else type(error).__name__


def how_of(error: BaseException) -> str:
    """How a try ended that this error ended."""
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)):
        return "unreachable"
    if isinstance(error, (FirstByteLate, TimeoutError)):
        return "timeout"
    if isinstance(error, UpstreamSaidError):
        return "error"
    if isinstance(error, (TooLong, InspectionError)):
        return "too_large"
    if isinstance(error, (Garbage, NotJson, RecursionError, aiohttp.ClientResponseError)):
        return "unreachable" if isinstance(error, aiohttp.ClientHttpProxyError) else "garbage"
    return "cut" if isinstance(error, (Cut, aiohttp.ClientError, OSError)) else "error"
