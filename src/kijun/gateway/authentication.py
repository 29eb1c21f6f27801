"""Whose call this is: a key or a signed assertion leads to a grant.

Keys are 256 random bits and stand in the policy as SHA-256. Whatever was sent, one hash and one look-up are made, and nothing is remembered
or logged about keys that open nothing: two million of them cost two million hashes.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from kijun.gateway import assertions
from kijun.gateway.errors import missing_key, unknown_key
from kijun.gateway.policy import Index
from kijun.gateway.snapshot import Grant

_LONGEST: Final = 4096  # characters of a header that may carry a key


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls under which grant. ``once`` is a token that must not have been used before, until ``once_until`` (ms); ``address``
    is the person's own, where the web process asks for them."""

    grant: Grant
    person: str
    once: str = ""
    once_until: int = 0
    address: str = ""


def credential(headers: dict[bytes, bytes]) -> str:
    """The key or assertion of a request: ``Authorization: Bearer …``, or Azure's ``api-key``. Empty without one."""
    held = headers.get(b"authorization", b"")
    scheme, _, token = held.partition(b" ")
    if scheme.lower() != b"bearer":
        token = headers.get(b"api-key", b"")
    token = token.strip()
    return token.decode("latin-1") if len(token) <= _LONGEST else ""


def authenticate(index: Index, token: str, assertion_key: bytes, now: float | None = None) -> Caller:
    """The caller; raises a 401 `Refusal` for anything that opens nothing now."""
    if not token:
        raise missing_key()
    current = time.time() if now is None else now
    if token.startswith(assertions.PREFIX):
        return _by_assertion(index, token, assertion_key, current)
    found = index.grants_by_key.get(sha256(token.encode("utf-8", "replace")).hexdigest())
    if found is None:
        raise unknown_key()
    grant, is_old = found
    if is_old and grant.old_until is not None and current * 1000 >= grant.old_until:
        raise unknown_key()
    return Caller(grant, grant.person)


def _by_assertion(index: Index, token: str, key: bytes, now: float) -> Caller:
    said = assertions.read(key, token, now)
    grant = index.grants.get(said.grant) if said is not None else None
    if said is None or grant is None or grant.person not in ("", said.person):
        raise unknown_key()
    until = int(said.exp * 1000) + 10_000
    return Caller(grant, said.person, f"assertion:{said.jti}", until, said.address)
