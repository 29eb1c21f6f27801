"""Appending from wherever somebody is: through the writer where one runs, else as the only process that writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from kijun.ledger.checkpoints import Checkpoints
from kijun.ledger.client import FOLDER, Client, is_running
from kijun.ledger.journal import Appending
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import Entry, Limits, Receipt
from kijun.ledger.packing import pack


class Appender(Protocol):
    """Records entries, and signs what the tree became."""

    def append(self, entries: Sequence[Entry], limits: Limits | None = None) -> list[Receipt]:
        """Record entries together, all or none; durable when this returns."""

    def checkpoint(self) -> str:
        """Sign the tree as it is now; gives the note, empty where nothing was recorded yet."""


class Through:
    """The writer is asked."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def append(self, entries: Sequence[Entry], limits: Limits | None = None) -> list[Receipt]:
        """See `Appender`."""
        return self._client.append(entries, limits)

    def checkpoint(self) -> str:
        """See `Appender`."""
        return str(self._client.command("checkpoint") or "")


class _Alone:
    """Nobody else writes."""

    def __init__(self, ledger: Ledger, elsewhere: tuple[Path, ...]) -> None:
        self._ledger = ledger
        self._elsewhere = elsewhere

    def append(self, entries: Sequence[Entry], limits: Limits | None = None) -> list[Receipt]:
        one = Appending([pack(entry) for entry in entries], limits)
        self._ledger.journal.append([one])
        if one.error is not None:
            raise one.error
        return one.receipts

    def checkpoint(self) -> str:
        made = Checkpoints(self._ledger.folder, self._ledger.database, self._elsewhere)
        committed = self._ledger.journal.committed
        return made.make(committed.size, committed.root())


@contextmanager
def appender(home: Path, ledger: Ledger, elsewhere: tuple[Path, ...] = ()) -> Iterator[Appender]:
    """An appender for the data folder ``home``. Raises `database.Running` where a writer holds the ledger and does not answer."""
    if is_running(home):
        client = Client(home)
        try:
            yield Through(client)
        finally:
            client.close()
        return
    alone = Ledger(home / FOLDER, ledger.url, ledger.files)
    try:
        alone.database.lock()
        alone.journal.reload()
        made = _Alone(alone, elsewhere)
        yield made
        made.checkpoint()
    finally:
        alone.close()
