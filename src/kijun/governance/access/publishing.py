"""Handing the policy to the gateway: a version at a time, each later one with later data.

An action calls :func:`publish` inside its transaction; when that is committed, the database is read anew and the file written.
Whoever publishes locks one row first (SQLite: its one writer), reads behind the lock and writes before letting go, so that of two
that publish at once the later version holds what both have changed. What is published already is not published again.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.db.models import Max
from django.utils import timezone

from kijun.gateway import snapshot
from kijun.governance.access.models import PublishedSnapshot, Publisher
from kijun.governance.access.snapshots import build

log = logging.getLogger("kijun.access")
KEPT: Final = 1000
"""Versions that stay on record."""


class _Batch:
    """What was asked within one transaction; carried out once."""

    done = False


class _AfterCommit:
    """Publishes once the change is committed. A failure is told in the log and mended by the next publication, the hourly job or a
    restart; the change itself stands."""

    def __init__(self, why: str, batch: _Batch) -> None:
        self.why, self.batch = why, batch

    def __call__(self) -> None:
        if self.batch.done:
            return
        try:
            publish_now(self.why)
            self.batch.done = True
        except (OSError, DatabaseError):
            log.exception("the policy could not be written for the gateway")


def publish(why: str) -> None:
    """Publish when the running transaction commits (at once without one); several in one transaction are one publication.

    Each is registered by itself, for a savepoint that is rolled back takes its own away and must take no other's.
    """
    waiting = (entry[1] for entry in connections[DEFAULT_DB_ALIAS].run_on_commit)
    batches = (one.batch for one in waiting if isinstance(one, _AfterCommit) and not one.batch.done)
    transaction.on_commit(_AfterCommit(why, next(batches, None) or _Batch()))


def publish_now(why: str) -> int:
    """Write the policy as the database has it now; returns its version. Raises OSError where the file cannot be written.

    Nothing is written when the file in the data folder says the same already.
    """
    home = Path(settings.HOME)
    with transaction.atomic():
        Publisher.objects.get_or_create(pk=1)
        Publisher.objects.select_for_update().get(pk=1)
        made = build()
        content = _content(made)
        last = PublishedSnapshot.objects.order_by("-version").first()
        if last is not None and last.content == content and last.digest == _digest(home):
            return last.version
        version = max(_highest(), _version_in(home)) + 1
        at = timezone.now()
        made = dataclasses.replace(made, version=version, published_at=int(at.timestamp() * 1000))
        row = PublishedSnapshot(version=version, at=at, content=content, why=why[:200])
        row.digest = hashlib.sha256(snapshot.dump(made)).hexdigest()
        row.save(force_insert=True)
        PublishedSnapshot.objects.filter(version__lte=version - KEPT).delete()
        snapshot.write(home, made)
    log.debug("policy %s published: %s", version, why)
    return version


def _content(made: snapshot.Snapshot) -> str:
    """The SHA-256 of what a policy says, without version and time."""
    return hashlib.sha256(snapshot.dump(made)).hexdigest()


def _highest() -> int:
    return PublishedSnapshot.objects.aggregate(last=Max("version"))["last"] or 0


def _digest(home: Path) -> str:
    try:
        return hashlib.sha256((home / snapshot.PLACE).read_bytes()).hexdigest()
    except OSError:
        return ""


def _version_in(home: Path) -> int:
    """The version of the file: higher than the database's where that came back from a backup."""
    try:
        return snapshot.read(home).version
    except (OSError, snapshot.UnreadableSnapshot):
        return 0


@dataclass(frozen=True, slots=True)
class State:
    """What the gateway has been given: the last version, whether its file lies there as it was written, and whether it is what the
    database says today."""

    last: PublishedSnapshot | None
    in_place: bool
    current: bool


def state() -> State:
    """For pages and commands: where something is missing here, the gateway works with an old policy or with none."""
    last = PublishedSnapshot.objects.order_by("-version").first()
    if last is None:
        return State(None, False, False)
    return State(last, last.digest == _digest(Path(settings.HOME)), last.content == _content(build()))


def gateway_address() -> str:
    """Where the gateway answers, without a slash at the end: what its process wrote into the data folder, else its default."""
    try:
        line = (
            (Path(settings.HOME) / "gateway" / "address").read_text(encoding="utf-8").split("\n")[0].strip()
        )
    except (OSError, UnicodeDecodeError):
        line = ""
    return line.rstrip("/") if line.startswith(("http://", "https://")) else DEFAULT_ADDRESS


def base_url() -> str:
    """What clients are given as ``base_url``."""
    address = gateway_address()
    return address if address.endswith("/v1") else f"{address}/v1"


DEFAULT_ADDRESS: Final = "http://127.0.0.1:8080"
