"""The table of names held against the entries: a name that is gone lets the same be recorded twice, one that was put there lets what comes be lost.

Names are told apart by the later half of their digits, which are as good as drawn by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from cryptography.exceptions import InvalidTag
from numpy.typing import NDArray

from kijun.ledger.database import Link
from kijun.ledger.keys import ChangedKey, KeyRing, decrypt
from kijun.ledger.naming import is_named

_PART: Final = 5_000
_HALF: Final = 16  # digits


class NamedRows:
    """What the entries of a ledger say that their names are; `faults` holds the table against it."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._seqs: list[int] = []
        self._begun: list[str] = []

    def take(self, seqs: Sequence[int], ids: Sequence[str], begun: Sequence[str]) -> None:
        """Entries by place and id, and the interactions that some of them begin."""
        for seq, id in zip(seqs, ids, strict=True):
            if _is_a_name(id):
                self._ids.append(id)
                self._seqs.append(int(seq))
        self._begun += begun

    def faults(
        self, link: Link, ring: KeyRing, gone: NDArray[np.bool_]
    ) -> Iterator[tuple[str, int | None, str]]:
        """What is wrong, the place and the id. ``gone``: whether what stood at a place was erased; entries behind its end came since."""
        numbers = _numbers(self._ids)
        order = np.argsort(numbers, kind="stable")
        numbers, seqs = numbers[order], np.array(self._seqs, np.int64)[order]
        begun = np.unique(_numbers(self._begun))
        found = np.zeros(len(numbers), np.bool_)
        for rows in link.parts("SELECT id, seq, content_key, digest FROM named ORDER BY id", _PART):
            for id, seq, key, digest in rows:
                if not _is_a_name(id) or not isinstance(seq, int) or seq < 0:
                    yield "a line of table named is none: it was changed", None, str(id)
                    continue
                if seq >= len(gone):
                    continue
                number = _numbers([id])[0]
                if not key:
                    if not _holds(begun, number) and not gone[seq:].any():
                        yield "table named counts an interaction that no entry begins", seq, id
                    continue
                at = slice(*(int(np.searchsorted(numbers, number, side)) for side in ("left", "right")))
                same = seqs[at] == seq
                found[at] |= same
                if not same.any() and not gone[seq]:
                    yield "table named has a name here that the entry does not have", seq, id
                elif not _is_whole(ring, key, digest, id):
                    yield "what table named keeps of what was handed in was changed", seq, id
        for missed in sorted(np.flatnonzero(~found).tolist(), key=lambda one: int(seqs[one])):
            seq = int(seqs[missed])
            yield (
                "its name is not in table named: what was recorded may be recorded again",
                seq,
                self._ids[order[missed]],
            )


def _numbers(ids: Sequence[str]) -> NDArray[np.uint64]:
    """The later halves of names as numbers. What is no name is none of them."""
    return np.array([int(id[_HALF:], 16) if _is_a_name(id) else 0 for id in ids], np.uint64)


def _is_a_name(id: Any) -> bool:
    return isinstance(id, str) and is_named(id) and not set(id) - set("0123456789abcdef")


def _holds(numbers: NDArray[np.uint64], number: np.uint64) -> bool:
    at = int(np.searchsorted(numbers, number))
    return at < len(numbers) and bool(numbers[at] == number)


def _is_whole(ring: KeyRing, key: Any, digest: Any, id: str) -> bool:
    """Whether a fingerprint is what was written, as far as its key can tell; an erased one tells nothing."""
    if not digest:
        return True
    try:
        cipher = ring.cipher(key)
        if cipher is not None:
            decrypt(cipher, bytes(digest), id.encode())
    except (InvalidTag, TypeError, ValueError, OverflowError):
        return False
    except ChangedKey:  # which is named as such
        pass
    return True
