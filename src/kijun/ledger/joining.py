"""Joining: many small segments of a month become few, so that a seal each few minutes does not end in thousands of files."""

from __future__ import annotations

import logging
from typing import Final

from kijun.ledger.keys import ChangedKey
from kijun.ledger.ledger import INDEX_USE, Ledger
from kijun.ledger.sealing import list_segment
from kijun.ledger.segments.joining import join as join_files
from kijun.ledger.segments.joining import joinable
from kijun.ledger.segments.segment import Segment, SegmentFault

log = logging.getLogger("kijun.ledger")
FEW: Final = 8  # small segments of one key that are left alone


def join(ledger: Ledger) -> int:
    """Join what is worth it; gives how many segments were joined into others. Their files go with the next `sealing.publish`."""
    groups = [group for group in joinable(ledger.segments()) if len(group) > FEW]
    if groups:
        ledger.claim()
    return sum(_join(ledger, group) for group in groups)


def _join(ledger: Ledger, group: list[Segment]) -> int:
    first = group[0]
    try:
        key = ledger.keys.ring.derived(first.content_key, INDEX_USE)
    except ChangedKey as error:
        log.warning("segments from %s on are not joined: %s", first.name, error)
        return 0
    if key is None:  # erased meanwhile
        return 0
    name = (
        f"{first.first_seq:012d}-{max(one.last_seq for one in group):012d}-{first.content_key}-{len(group)}"
    )
    try:
        made, names = join_files(ledger.store, group, key, ledger.decrypted, name)
    except (ValueError, SegmentFault) as error:
        # Erased meanwhile, or damaged: `verify` names it, and what is whole goes on being sealed.
        log.warning("segments from %s on are not joined: %s", first.name, type(error).__name__)
        return 0
    with ledger.database.writing() as link:
        listed = sum(len(link.execute("SELECT 1 FROM segments WHERE name = ?", (one,))) for one in names)
        if listed != len(names):  # erased meanwhile: nothing of it may come back
            return 0
        list_segment(link, made)
        link.executemany("DELETE FROM segments WHERE name = ?", [(one,) for one in names])
    ledger.reader.forget(names)
    return len(group)
