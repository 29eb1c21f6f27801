"""Whom a staff number names. Senders know people by their number, the ledger by an id of the control plane, and both are digits: a number
that is kept as it came would be the record of whoever has it as an id."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from kijun.gateway.policy import Index
from kijun.gateway.ways.naming import is_identifier

#: Stands before a number that nobody has: no id of the control plane begins so.
UNKNOWN: Final = "?"
_LONGEST: Final = 20  # characters of a staff number


def number_of(text: str) -> str:
    """A staff number as the control plane writes it: half-width capitals without blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text[:100])).replace("−", "-").upper()


def in_charge(index: Index, municipality: str, told: str) -> str:
    """The ledger's id of whom a number names in a municipality; the number behind `UNKNOWN` where nobody has it.

    Empty for what is no number: it may be a name, which must not stand in a clear column; nor may a number that people have of the state.
    """
    number = number_of(told)
    known = index.snapshot.people.get(municipality, {}).get(number)
    if known:
        return str(known)
    is_number = number.isascii() and number.isdigit() and len(number) <= _LONGEST
    return f"{UNKNOWN}{number}" if is_number and is_identifier(number) else ""
