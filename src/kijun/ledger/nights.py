"""Whether it is time to erase, or the clock has leapt: what is destroyed because a clock was a year ahead never comes back.

The clock that tells the date may be set by anybody, or run wild. Beside it Linux keeps one that counts how long the machine has been running and that
nobody can set. So where the date seems to have leapt, nothing is erased until the machine was seen running for another `NIGHT` by that clock, with
the date going on as it should. Each run of maintenance, every few minutes, counts what has passed since the one before; what passed while
the machine was off, and until the first run after that, is not counted: it cannot be known.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from kijun.ledger.database import Link
from kijun.ledger.model import now_ms
from kijun.ledger.schema import meta, set_meta

log = logging.getLogger("kijun.ledger")
DAY: Final = 86_400_000  # milliseconds
LEAP: Final = 8 * DAY  # between two runs that erase; where more have passed it may be the clock that leapt
NIGHT: Final = (
    20 * 3600
)  # seconds until the next night: a nightly run may come a few hours earlier than the last
_LAST, _WAITING = "erasing_at", "erasing_waits"
#: Elsewhere the clock that stands still while the machine sleeps: the wait is longer then, never shorter.
_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait for the next night: the date when it began (ms), how long the machine was seen running since (s), and when that was
    counted last: in which run of the machine, at what time of it (s)."""

    since: int
    waited: float
    boot: str
    running: float


def running() -> tuple[str, float]:
    """Which run of the machine this is, and for how long it has been running (s), sleep included."""
    try:
        boot = _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        boot = ""
    return boot, time.clock_gettime(_CLOCK)


def is_waiting(link: Link) -> bool:
    """Whether a wait has begun."""
    return _waiting(link) is not None


def count(link: Link) -> None:
    """Count what has passed of a wait, if there is one."""
    wait = _waiting(link)
    if wait is not None:
        _keep(link, _counted(wait))


def has_to_wait(link: Link, *, due: bool) -> bool:
    """Whether a run that erases must not yet. ``due``: something would be erased, by a date that may be wrong. Notes the run where it may.

    Of a ledger that nothing was ever erased from there is no date to hold this one against: what is due in its first night waits for the next.
    """
    now, last, wait = now_ms(), meta(link, _LAST), _waiting(link)
    if now - int(last) <= LEAP if last is not None else not due:
        _go(link, now)
        return False
    if wait is not None:
        wait = _counted(wait)
        passed = now - wait.since
        if -DAY <= passed <= wait.waited * 1000 + LEAP:  # the date went on as it should
            if wait.waited >= NIGHT:
                _go(link, now)
                return False
            _keep(link, wait)
            log.warning(
                "nothing is erased yet: the wait for the next night began %d hours ago", wait.waited // 3600
            )
            return True
    boot, at = running()
    _keep(link, Wait(now, 0.0, boot, at))
    log.warning(
        "nothing is erased before the next night: the last was %s, or the clock has leapt; look at the clock",
        "never" if last is None else f"{(now - int(last)) // DAY} days ago",
    )
    return True


def _go(link: Link, now: int) -> None:
    set_meta(link, _LAST, str(now))
    link.execute("DELETE FROM meta WHERE name = ?", (_WAITING,))


def _counted(wait: Wait) -> Wait:
    boot, at = running()
    more = at - wait.running if boot == wait.boot and at >= wait.running else 0.0
    return replace(wait, waited=wait.waited + more, boot=boot, running=at)


def _waiting(link: Link) -> Wait | None:
    told = meta(link, _WAITING)
    return None if told is None else Wait(**json.loads(told))


def _keep(link: Link, wait: Wait) -> None:
    set_meta(link, _WAITING, json.dumps(asdict(wait)))
