"""What has to be done regularly: seal, join, erase, sweep, stamp. One process at a time; each step may die and be done again."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from kijun.ledger import keeping, nights
from kijun.ledger.erasing import Erased, erase_due, is_due
from kijun.ledger.holding import Append, put_right
from kijun.ledger.joining import join
from kijun.ledger.ledger import Ledger
from kijun.ledger.sealing import is_published, publish, seal

log = logging.getLogger("kijun.ledger")


@dataclass(slots=True)
class Done:
    """What a run did."""

    sealed: int = 0
    joined: int = 0
    erased: list[Erased] = field(default_factory=list)
    busy: bool = False
    holds: int = 0  # that were put right
    waits: bool = False  # nothing was erased, for the clock may have leapt
    owed: bool = (
        False  # destroyed keys may still lie in the database's files, for somebody reads what was before
    )


@contextmanager
def alone(ledger: Ledger) -> Iterator[bool]:
    """True for one process at a time; the others have nothing to do."""
    with (ledger.folder / "maintenance.lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def maintain(
    ledger: Ledger,
    append: Append,
    *,
    force: bool = False,
    erase: bool = False,
    holds: bool = False,
    now: int | None = None,
) -> Done:
    """Seal what is due (all with ``force``) and join small segments; with ``erase`` also erase what is over, with ``holds`` first put the list of
    holds right, as the entries tell it.

    Where the clock says that the last such run was more than a week ago, or there was none, nothing is erased before the next night (`nights`).
    ``now`` (ms) is somebody's own word for the time, and is believed.
    """
    done = Done()
    with alone(ledger) as first:
        if not first:
            done.busy = True
            return done
        done.sealed = seal(ledger, force=force).records
        done.joined = join(ledger)
        if holds:
            done.holds = put_right(ledger, append)
        done.waits = now is None and _has_to_wait(ledger, erase=erase)
        if erase and not done.waits:
            done.erased = erase_due(ledger, append, now=now)
        done.owed = not keeping.scrub(ledger.database)
        if not is_published(ledger):  # after a change, also one of a run that died since
            publish(ledger)
    return done


def _has_to_wait(ledger: Ledger, *, erase: bool) -> bool:
    if not erase:
        with ledger.database.reading() as link:
            waiting = nights.is_waiting(link)
        if waiting:
            with ledger.database.writing() as link:
                nights.count(link)
        return False
    with ledger.database.writing() as link:
        return nights.has_to_wait(link, due=is_due(link))
