"""Sealed files come along when they are to lie elsewhere: from the folder into a bucket, back, or into another bucket."""

from __future__ import annotations

import shutil
from pathlib import Path

from kijun.ledger.ledger import Ledger
from kijun.ledger.maintenance import alone
from kijun.ledger.model import Busy
from kijun.ledger.sealing import publish
from kijun.ledger.segments.files import files_of
from kijun.ledger.segments.segment import Segment
from kijun.ledger.segments.store import Store, open_store


def bring(ledger: Ledger, address: str = "") -> int:
    """Bring every sealed file from where the files lay before (the ledger's folder, or a bucket's address) to where they lie now; gives how many.

    Each is compared with its digest on the way. Those that are there already are left as they are, so that a run that died is done again. The
    old files stay; take them away once `verify` says that everything holds. Raises `SegmentFault` at one that is not what was sealed, and
    `Busy` while records are being sealed.
    """
    source = open_store(ledger.folder, address)
    if source.key == ledger.store.key:
        return 0
    with alone(ledger) as first:
        if not first:
            raise Busy(
                "封入などの処理が動いています。終わってから、もう一度実行してください。",
                "Records are being sealed or erased just now: try again when that is done.",
            )
        ledger.claim()
        there = set(ledger.store.names("data"))
        brought = sum(_bring(ledger.store, source, one, there) for one in ledger.segments())
        publish(ledger)
    return brought


def _bring(store: Store, source: Store, segment: Segment, there: set[str]) -> int:
    files, brought = files_of(source), 0
    if segment.index_path not in there:
        with files.held_index(segment) as path:
            _copy(path, store.draft(segment.index_path))
        store.put(segment.index)
        brought += 1
    if segment.path not in there:
        with files.held([segment]) as (path,):
            _copy(path, store.draft(segment.path))
        store.put(segment.data)
        brought += 1
    return brought


def _copy(path: Path, draft: Path) -> None:
    try:
        shutil.copyfile(path, draft)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
