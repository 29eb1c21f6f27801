"""Interactions whose process died before the answer was recorded, or gave its question up: they are kept, and marked."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping
from typing import Final

from kijun.ledger.journal import Appending, Journal
from kijun.ledger.model import COLUMNS, Entry, Kind, Verdict
from kijun.ledger.packing import pack
from kijun.ledger.schema import quoted

log = logging.getLogger("kijun.ledger")
GRACE: Final = 10.0  # seconds in which a process may come back with the answer
LONGEST: Final = 6 * 3600.0  # seconds after which no answer comes any more, whoever waits for it
_SAME: Final = (
    "interaction",
    "municipality",
    "retention",
    "source",
    "purpose",
    "system",
    "person",
    "application",
    "department",
    "grant",
    "model",
    "upstream",
)
_DIED: Final = {
    "code": "process_died",
    "ja": "応答が記録されないまま、AIゲートウェイの処理が終わりました。",
    "en": "The gateway ended without recording an answer.",
}
_NOT_SENT: Final = {
    "code": "not_sent",
    "ja": "入力を記録できたことを時間内に確かめられなかったため、AIには送信していません。",
    "en": "It was sent to nobody: the gateway did not learn in time that the question was recorded.",
}


class Orphans:
    """Watches which processes that owe an answer are connected."""

    def __init__(self, journal: Journal, clock: Callable[[], float] = time.monotonic) -> None:
        self._journal = journal
        self._clock = clock
        self._missed: dict[str, float] = {}
        self._since: dict[int, float] = {}

    def look(self, connected: Collection[str]) -> list[Appending]:
        """What is to be appended for processes that have been away for too long."""
        now = self._clock()
        lost: list[Appending] = []
        waiting = self._journal.unanswered()
        missing = {worker for worker, _seq in waiting if worker not in connected}
        self._missed = {worker: self._missed.get(worker, now) for worker in missing}
        self._since = {seq: self._since.get(seq, now) for _worker, seq in waiting}
        for worker, seq in waiting:
            if now - self._missed.get(worker, now) >= GRACE or now - self._since[seq] >= LONGEST:
                lost += self._end(worker, seq, Verdict.INCOMPLETE, _DIED)
        return lost

    def withdrawn(self, worker: str, interactions: Collection[str]) -> list[Appending]:
        """What is to be appended for questions that a process gave up: of those that are recorded and wait for an answer."""
        with self._journal.database.reading() as link:
            rows = link.execute("SELECT interaction, seq FROM unanswered WHERE worker = ?", (worker,))
        asked = [int(seq) for interaction, seq in rows if interaction in interactions]
        return [end for seq in asked for end in self._end(worker, seq, Verdict.FAILED, _NOT_SENT)]

    def _end(self, worker: str, seq: int, verdict: Verdict, error: Mapping[str, str]) -> list[Appending]:
        """What is to be appended for a question; nothing where it is gone, of which nobody waits for an answer any more."""
        names = ", ".join(map(quoted, _SAME))
        with self._journal.database.reading() as link:
            rows = link.execute(f"SELECT {names} FROM entries WHERE seq = ?", (seq,))  # noqa: S608 - fixed names
        if not rows:
            log.warning("the question at place %d is gone, and its answer is waited for no more", seq)
            with self._journal.database.writing() as link:
                link.execute("DELETE FROM unanswered WHERE seq = ?", (seq,))
            return []
        same = dict(zip(_SAME, rows[0], strict=True))
        assert set(same) <= set(COLUMNS)
        end = Entry(kind=Kind.OUTPUT, verdict=verdict, content={"error": dict(error)}, **same)
        return [Appending([pack(end)], worker=worker)]
