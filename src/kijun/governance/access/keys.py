"""Keys of grants: made of 256 random bits, shown once, kept as SHA-256.

Nothing slower than SHA-256 is needed: there is no dictionary of 256-bit numbers to try (docs/decisions/0009).
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

MARK: Final = "kj-"
SHOWN: Final = 7
"""How much of a key may be seen afterwards, so that people tell keys apart: ``kj-ab12``."""


def new_key() -> str:
    """``kj-`` and 43 characters of base64url, 256 bits from the system's generator."""
    return MARK + secrets.token_urlsafe(32)


def digest(key: str) -> str:
    """The SHA-256 (hex) by which a key is known."""
    return hashlib.sha256(key.encode()).hexdigest()


def prefix(key: str) -> str:
    """The part that may be shown."""
    return key[:SHOWN]
