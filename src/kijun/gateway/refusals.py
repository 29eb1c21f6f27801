"""Calls that were refused before they became a question, counted in the ledger: by grant, reason and minute, and by source network for keys that open nothing.

Who is refused and goes on asking would otherwise leave no trace (stop switches, times, networks, budgets, rates, wrong keys). Each first refusal is recorded
at once, the further ones of a window together at its end: hammering fills no disk. What was asked is not read, and a key that opens nothing is not kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
from dataclasses import dataclass, field, replace
from typing import Any, Final

from kijun.gateway.authentication import Caller
from kijun.gateway.policy import Index
from kijun.ledger.model import NOBODYS, Entry, Kind, Verdict, new_id, now_ms

log = logging.getLogger(__name__)

WRONG_KEY: Final = "invalid_api_key"
#: What is refused before anything is recorded, though the grant is known. Faults of a request's form are no matter of access.
WATCHED: Final = frozenset(
    ("insufficient_quota", "rate_limit_exceeded", "model_not_found", "confirmation_used", WRONG_KEY)
)
_MOST_NETWORKS: Final = 10  # that one window names; the others are counted together
_MOST_SOURCES: Final = 5  # networks that one entry of a grant names
_OTHERS: Final = "other"
_LAST_WORDS: Final = 3.0  # seconds that a ledger gets at the end


@dataclass(slots=True)
class _Count:
    """What came and is not recorded yet. ``told``: something of this window is recorded already."""

    same: dict[str, Any]
    code: str
    told: bool = False
    number: int = 0
    first: int = 0
    last: int = 0
    sources: list[str] = field(default_factory=list)

    def add(self, source: str) -> None:
        self.last = now_ms()
        self.first = self.first or self.last
        self.number += 1
        self._name(source)

    def _name(self, source: str) -> None:
        if source not in self.sources and len(self.sources) < _MOST_SOURCES:
            self.sources.append(source)

    def taken(self) -> _Count:
        """All of it, in a count of its own; what comes from now on is counted anew."""
        taken = replace(self)
        self.number, self.first, self.sources = 0, 0, []
        return taken

    def back(self, taken: _Count) -> None:
        """What was taken could not be recorded."""
        self.number += taken.number
        self.first, self.last = taken.first, max(self.last, taken.last)
        fresh, self.sources = self.sources, taken.sources
        for source in fresh:
            self._name(source)

    def entry(self) -> Entry:
        """It, as a record."""
        content = {
            "refused": self.code,
            "count": self.number,
            "from": self.first,
            "to": self.last,
            "networks": list(self.sources),
        }
        id = new_id()
        return Entry(
            kind=Kind.REFUSAL,
            id=id,
            interaction=id,
            at=self.last,
            verdict=Verdict.BLOCKED,
            content=content,
            **self.same,
        )


class Refusals:
    """Those of one process. Made inside of the event loop; `close` at its end. ``window`` is in seconds."""

    def __init__(self, ledger: Any, window: float = 60.0) -> None:
        self._ledger, self._window = ledger, window
        self._counts: dict[tuple[str, ...], _Count] = {}
        self._fresh = asyncio.Event()
        self._closing = False
        self._task = asyncio.create_task(self._run())

    def of_grant(self, index: Index, caller: Caller, code: str, address: str) -> None:
        """A call under a grant that is known."""
        grant = caller.grant
        purpose = index.purposes.get(grant.purpose)
        same = {
            "municipality": grant.municipality,
            "retention": purpose.retention if purpose is not None else "y1",
            "purpose": grant.purpose,
            "system": grant.system,
            "person": caller.person,
            "application": grant.application,
            "department": grant.department,
            "grant": grant.id,
        }
        self._add((grant.id, caller.person, code), same, code, network(address))

    def of_key(self, address: str) -> None:
        """A key that opens nothing, or none."""
        source = network(address)
        key = ("", source)
        if key not in self._counts and sum(not one[0] for one in self._counts) >= _MOST_NETWORKS:
            source, key = _OTHERS, ("", _OTHERS)
        self._add(key, {"municipality": NOBODYS}, WRONG_KEY, source)

    def _add(self, key: tuple[str, ...], same: dict[str, Any], code: str, source: str) -> None:
        count = self._counts.get(key)
        if count is None:
            count = self._counts[key] = _Count(same, code)
            self._fresh.set()
        count.add(source)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._closing:
            await self._fresh.wait()
            ends = loop.time() + self._window
            while (left := ends - loop.time()) > 0 and not self._closing:
                if self._fresh.is_set():
                    self._fresh.clear()
                    await self._tell([one for one in self._counts.values() if not one.told])
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(left):
                        await self._fresh.wait()
            if await self._tell(list(self._counts.values())):
                self._counts = {key: one for key, one in self._counts.items() if one.number}
            if self._counts:
                self._fresh.set()

    async def _tell(self, some: list[_Count]) -> bool:
        """Record what is not recorded yet; False where the ledger cannot: it stays counted, and the next time tells it."""
        taken = [(one, one.taken()) for one in some if one.number]
        if not taken:
            return True
        try:
            await self._ledger.append([count.entry() for _, count in taken])
        except Exception as error:  # whatever it is, the counting goes on
            for one, count in taken:
                one.back(count)
            log.error("refusals could not be recorded yet: %s", type(error).__name__)
            return False
        for one, _ in taken:
            one.told = True
        if wrong := sum(count.number for one, count in taken if one.code == WRONG_KEY):
            log.warning("%s calls with a key that opens nothing", wrong)
        return True

    async def close(self) -> None:
        """Record what is still to be told, and leave."""
        self._closing = True
        self._fresh.set()
        await asyncio.wait({self._task}, timeout=_LAST_WORDS)
        if not self._task.done():
            self._task.cancel()


def network(address: str) -> str:
    """The network that an address lies in (/24, or /56 of IPv6): enough to find a program, and no person's."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 56), strict=False))
