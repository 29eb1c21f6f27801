"""Codes of labels: easy to type, hard to guess, wrong where a character is.

Thirty-one characters (no 0/O, 1/I/L), a prime number: a weighted sum modulo 31 finds every single wrong character and every two that
changed places. Eleven characters are random (54 bits), the twelfth checks.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import Final

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH: Final = 12
_GAPS: Final = re.compile(r"[\s\u200b\-‐-―−ー－_.]+")


def _check(body: str) -> str:
    total = sum((place + 1) * ALPHABET.index(one) for place, one in enumerate(body))
    return ALPHABET[total % len(ALPHABET)]


def make() -> str:
    """A new code, without gaps."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + _check(body)


def shown(code: str) -> str:
    """K7X2-9QF3-MAB8."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def read(typed: str) -> str | None:
    """The code out of what somebody typed (any width, case and gaps); None where it is none."""
    text = _GAPS.sub("", unicodedata.normalize("NFKC", typed[:100])).upper()
    if len(text) != LENGTH or any(one not in ALPHABET for one in text):
        return None
    return text if _check(text[:-1]) == text[-1] else None
