"""What has to be done regularly: seal, join, erase, sweep, stamp. One process at a time; each step may die and be done again."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from kijun.ledger.erasing import Erased, erase_due
from kijun.ledger.holding import Append
from kijun.ledger.joining import join
from kijun.ledger.ledger import Ledger
from kijun.ledger.sealing import publish, seal


@dataclass(slots=True)
class Done:
    """What a run did."""

    sealed: int = 0
    joined: int = 0
    erased: list[Erased] = field(default_factory=list)
    busy: bool = False


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
    ledger: Ledger, append: Append, *, force: bool = False, erase: bool = False, now: int | None = None
) -> Done:
    """Seal what is due (all with ``force``) and join small segments; with ``erase`` also erase what is over."""
    done = Done()
    with alone(ledger) as first:
        if not first:
            done.busy = True
            return done
        done.sealed = seal(ledger, force=force).records
        done.joined = join(ledger)
        if erase:
            done.erased = erase_due(ledger, append, now=now)
        if done.sealed or done.joined or done.erased:
            publish(ledger)
    return done
