"""A snapshot made ready for questions, and the keeper that notices a new one.

Requests hold the `Index` that they began with; a new snapshot swaps one reference. A snapshot that cannot be read changes nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from kijun.gateway.inspecting import Readers
from kijun.gateway.sealing import Unsealable, unseal
from kijun.gateway.settings import Network
from kijun.gateway.snapshot import (
    PLACE,
    Grant,
    Model,
    Purpose,
    Snapshot,
    Stop,
    UnreadableSnapshot,
    Upstream,
    load,
)

log = logging.getLogger(__name__)

_Fingerprint = tuple[int, int, int]
_ABSENT: Final[_Fingerprint] = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Service:
    """An upstream with its secrets opened. ``tls`` is None where the machine's own authorities are trusted."""

    upstream: Upstream
    key: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Index:
    """A snapshot, found quickly. ``grants_by_key``: SHA-256 (hex) → the grant and whether the key is an old one."""

    snapshot: Snapshot
    grants: Mapping[str, Grant]
    grants_by_key: Mapping[str, tuple[Grant, bool]]
    purposes: Mapping[str, Purpose]
    networks: Mapping[str, tuple[Network, ...]]
    models: Mapping[tuple[str, str], Mapping[str, Model]]
    services: Mapping[str, Service]
    readers: Readers

    @property
    def version(self) -> int:
        """The snapshot's version."""
        return self.snapshot.version

    def models_of(self, grant: Grant) -> Mapping[str, Model]:
        """The models of a grant's system, by name."""
        return self.models.get((grant.municipality, grant.system), {})

    def stop_for(self, municipality: str, system: str, purpose: str, person: str) -> Stop | None:
        """The stop switch that is on for these, if one is."""
        return stop_for(self.snapshot.stops, municipality, system, purpose, person)


def stop_for(
    stops: tuple[Stop, ...], municipality: str, system: str, purpose: str, person: str
) -> Stop | None:
    """The first of some switches that stops these."""
    ids = {"system": system, "purpose": purpose, "person": person}
    for one in stops:
        if one.municipality not in ("", municipality):
            continue
        if one.scope == "everything" or (one.id and ids.get(one.scope) == one.id):
            return one
    return None


def index(snapshot: Snapshot, secret: str, readers: Readers | None = None) -> Index:
    """Make a snapshot ready. ``readers`` of the snapshot before are used again where nothing changed."""
    models: dict[tuple[str, str], dict[str, Model]] = {}
    for model in snapshot.models:
        models.setdefault((model.municipality, model.system), {})[model.name] = model
    by_key: dict[str, tuple[Grant, bool]] = {}
    for grant in snapshot.grants:
        for place, key in enumerate(grant.keys):
            by_key.setdefault(key.lower(), (grant, place > 0))
    return Index(
        snapshot,
        {one.id: one for one in snapshot.grants},
        by_key,
        {one.id: one for one in snapshot.purposes},
        {one.id: _networks(one) for one in snapshot.purposes},
        models,
        {one.id: made for one in snapshot.upstreams if (made := _service(one, secret)) is not None},
        Readers({one.municipality: one.policy for one in snapshot.inspecting}, readers),
    )


def _networks(purpose: Purpose) -> tuple[Network, ...]:
    """Networks of a purpose; raises `UnreadableSnapshot`, for a network that is misread could let everybody in."""
    try:
        return tuple(ipaddress.ip_network(one, strict=False) for one in purpose.networks)
    except ValueError as error:
        raise UnreadableSnapshot(f"purpose {purpose.id}: a network is none") from error


def _service(upstream: Upstream, secret: str) -> Service | None:
    if not upstream.enabled:
        return None
    try:
        return Service(
            upstream,
            unseal(secret, upstream.key),
            {name: unseal(secret, value) for name, value in upstream.headers.items()},
            _tls(upstream.ca) if upstream.ca else None,
        )
    except (Unsealable, ssl.SSLError, ValueError) as error:
        log.error("upstream %s is left out: %s", upstream.id, type(error).__name__)
        return None


@lru_cache(maxsize=64)
def _tls(pem: str) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=pem)


class Keeper:
    """Holds the index in force and looks for a new snapshot every ``seconds``.

    ``on_change`` is called in the event loop after each swap.
    """

    def __init__(
        self, folder: Path, secret: Callable[[], str], seconds: float, on_change: Callable[[Index], None]
    ) -> None:
        self._path = folder / PLACE
        self._secret, self._seconds, self._on_change = secret, seconds, on_change
        self._seen = _ABSENT
        self._told = ""
        self._warming: asyncio.Task[None] | None = None
        self._looking = asyncio.Lock()
        self.index: Index | None = None

    async def look(self) -> bool:
        """Look once; True where a new index is in force. What cannot be read is logged, without its content."""
        async with self._looking:  # who looks while another reads has what that one read
            return await self._look()

    async def _look(self) -> bool:
        found = _fingerprint(self._path)
        if found in (self._seen, _ABSENT):
            return False
        self._seen = found
        readers = self.index.readers if self.index else None
        try:
            fresh = await asyncio.to_thread(self._read, readers)
        except (OSError, ValueError) as error:
            if isinstance(error, OSError):
                self._seen = _ABSENT
            if (kind := type(error).__name__) != self._told:
                log.error("the policy that was published cannot be used: %s", kind)
            self._told = kind if isinstance(error, OSError) else ""
            return False
        self.index, self._told = fresh, ""
        log.info("policy %d is in force", fresh.version)
        self._on_change(fresh)
        if readers is not None:  # beside: a stop switch must not wait for somebody's new words
            self._warming = asyncio.create_task(asyncio.to_thread(fresh.readers.warm, readers))
        return True

    async def keep_looking(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except Exception as error:
                log.error("looking for a policy failed: %s", type(error).__name__)
            await asyncio.sleep(self._seconds)

    def _read(self, readers: Readers | None) -> Index:
        return index(load(self._path.read_bytes()), self._secret(), readers)


def _fingerprint(path: Path) -> _Fingerprint:
    try:
        found = path.stat()
    except OSError:
        return _ABSENT
    return found.st_mtime_ns, found.st_ino, found.st_size
