"""Confirmation tokens: somebody has seen what was found in a request and sends just this request all the same.

``kjc1.PAYLOAD.SIGNATURE``, signed as assertions are. A token counts for one grant and person, one content and one set of findings, ten minutes, once.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import orjson

from kijun.gateway.assertions import encode, opened_payload
from kijun.gateway.sealing import derived

PREFIX: Final = "kjc1."
HEADER: Final = "kijun-confirmation"
FIELD: Final = "kijun_confirmation"
_SKEW: Final = 5  # seconds, as of assertions


@dataclass(frozen=True, slots=True)
class Matter:
    """What is confirmed: whose, which content (SHA-256), what was found (`findings_digest`)."""

    grant: str
    person: str
    content: str
    findings: str


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A token that counts. ``nonce`` makes it single until ``until`` (milliseconds since 1970)."""

    nonce: str
    until: int


def key_of(secret: str) -> bytes:
    """The key of an installation's confirmations."""
    return derived(secret, "confirmations")


def findings_digest(findings: Iterable[tuple[str, str, int, int]]) -> str:
    """One value for a set of findings: place, type, start, end."""
    return sha256(orjson.dumps(sorted(findings))).hexdigest()


def give(key: bytes, matter: Matter, seconds: int, now: float | None = None) -> str:
    """A token for this matter."""
    payload: dict[str, Any] = {
        "m": _digest(matter),
        "exp": (time.time() if now is None else now) + seconds,
        "n": secrets.token_hex(16),
    }
    body = encode(orjson.dumps(payload))
    return f"{PREFIX}{body}.{encode(hmac.digest(key, (PREFIX + body).encode(), 'sha256'))}"


def check(
    key: bytes, token: str, matter: Matter, seconds: int, now: float | None = None
) -> Confirmation | None:
    """The confirmation, where the token was given for just this matter and is in time; else None.

    None too for one that counts for longer than ``seconds``: a clock that was ahead gave it.
    """
    match opened_payload(key, token, PREFIX):
        case {"m": str(digest), "exp": int() | float() as exp, "n": str(nonce)}:
            current = time.time() if now is None else now
            if current < exp <= current + seconds + _SKEW and hmac.compare_digest(
                digest.encode(), _digest(matter).encode()
            ):
                return Confirmation(nonce, int(exp * 1000) + 1000)
    return None


def _digest(matter: Matter) -> str:
    return sha256(orjson.dumps([matter.grant, matter.person, matter.content, matter.findings])).hexdigest()
