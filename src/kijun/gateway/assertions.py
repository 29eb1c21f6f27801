"""Signed assertions of the web process: a person without a key uses AI in a page, under one of their grants.

``kja1.PAYLOAD.SIGNATURE``: base64url without padding; the payload is JSON (person, grant, address, exp, jti), the signature HMAC-SHA256 under a key
derived from the installation's secret. One counts for sixty seconds at most and once.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import orjson

from kijun.gateway.sealing import derived

PREFIX: Final = "kja1."
LONGEST: Final = 60  # seconds
_SKEW: Final = 5  # seconds by which two clocks of one machine may differ, with something to spare


@dataclass(frozen=True, slots=True)
class Assertion:
    """Who asks under which grant. ``exp`` is in seconds since 1970, ``jti`` makes it single; ``address`` is where the person sits, for the
    web process stands between them and the gateway."""

    person: str
    grant: str
    exp: float
    jti: str
    address: str = ""


def key_of(secret: str) -> bytes:
    """The key of an installation's assertions."""
    return derived(secret, "assertions")


def sign(
    secret: str,
    person: str,
    grant: str,
    seconds: int = LONGEST,
    now: float | None = None,
    *,
    address: str = "",
) -> str:
    """An assertion for the ``Authorization: Bearer`` header, good for ``seconds`` and one request."""
    if not person or not grant or not 0 < seconds <= LONGEST:
        raise ValueError("a person, a grant and 1 to 60 seconds are wanted")
    exp = (time.time() if now is None else now) + seconds
    payload = {"person": person, "grant": grant, "exp": exp, "jti": secrets.token_hex(16)}
    return _signed(key_of(secret), {**payload, "address": address[:64]} if address else payload)


def _signed(key: bytes, payload: dict[str, Any]) -> str:
    body = encode(orjson.dumps(payload))
    return f"{PREFIX}{body}.{encode(hmac.digest(key, (PREFIX + body).encode(), 'sha256'))}"


def read(key: bytes, token: str, now: float | None = None) -> Assertion | None:
    """What an assertion says; None for a forged, broken or late one."""
    opened = opened_payload(key, token, PREFIX)
    match opened:
        case {"person": str(person), "grant": str(grant), "exp": int() | float() as exp, "jti": str(jti)}:
            current = time.time() if now is None else now
            if person and grant and 8 <= len(jti) <= 64 and current < exp <= current + LONGEST + _SKEW:
                address = opened.get("address", "")
                return Assertion(person, grant, float(exp), jti, address if isinstance(address, str) else "")
    return None


def opened_payload(key: bytes, token: str, prefix: str) -> Any:
    """The payload of a token that was signed with this key; None for any other."""
    if not token.startswith(prefix) or not token.isascii() or len(token) > 4096:
        return None
    body, _, signature = token.removeprefix(prefix).partition(".")
    wanted = hmac.new(key, (prefix + body).encode(), sha256).digest()
    try:
        if not hmac.compare_digest(wanted, decode(signature)):
            return None
        return orjson.loads(decode(body))
    except ValueError:
        return None


def encode(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The bytes again; raises `ValueError`."""
    if "=" in text:
        raise ValueError("padding")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
