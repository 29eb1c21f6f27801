"""Reading the trail: entries that somebody looks for, the history of a thing, verification."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from kijun.governance.audit import chain as links
from kijun.governance.audit import triggers, words
from kijun.governance.audit.models import Chain, Entry
from kijun.governance.audit.refs import ref
from kijun.web.search import containing

HISTORY = 20
"""How many entries the history of a thing shows."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a before/after table; ``before`` is None where there was nothing to compare with."""

    field: str
    before: str | None
    after: str


def entries(key: str) -> QuerySet[Entry]:
    """The entries of one chain, the newest first."""
    return Entry.objects.filter(chain__key=key).order_by("-seq")


def search(
    key: str,
    *,
    person: str = "",
    thing: str = "",
    action: str = "",
    since: datetime.date | None = None,
    until: datetime.date | None = None,
) -> QuerySet[Entry]:
    """Entries of a chain by words in the person's and the thing's name, action code and days (inclusive)."""
    found = entries(key)
    for word in person.split():
        found = found.filter(containing(word, ["actor_label"]))
    for word in thing.split():
        found = found.filter(containing(word, ["thing_label"]))
    if action:
        found = found.filter(action=action)
    if since:
        found = found.filter(at__gte=_midnight(since))
    if until:
        found = found.filter(at__lt=_midnight(until + datetime.timedelta(days=1)))
    return found


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def actions(key: str) -> list[tuple[str, str]]:
    """The actions that occur in a chain: (code, words), in the order of the words."""
    codes = Entry.objects.filter(chain__key=key).order_by().values_list("action", flat=True).distinct()
    return sorted(((code, words.action(code)) for code in codes), key=lambda pair: pair[1])


def history(*things: Model) -> list[Entry]:
    """The last entries about a thing (or several, taken together), the newest first; one query.

    One more than :data:`HISTORY` where there are more.
    """
    wanted = Q(pk__in=[])
    for name in map(ref, things):
        wanted |= Q(thing_kind=name.kind, thing_id=name.id)
    return list(Entry.objects.filter(wanted).order_by("-at", "-seq")[: HISTORY + 1])


def changes(entry: Entry) -> list[Change]:
    """What an entry's ``detail`` says, as lines of a table."""
    detail: dict[str, Any] = entry.detail if isinstance(entry.detail, dict) else {"": entry.detail}
    before, after = detail.get("before"), detail.get("after")
    kind, lines = entry.thing_kind, []
    if isinstance(before, dict) or isinstance(after, dict):
        old, new = (one if isinstance(one, dict) else {} for one in (before, after))
        lines = [
            Change(
                words.field(kind, key),
                words.value(kind, key, old.get(key)) if isinstance(before, dict) else None,
                words.value(kind, key, new.get(key)),
            )
            for key in {**old, **new}
        ]
        detail = {key: one for key, one in detail.items() if key not in {"before", "after"}}
    return lines + [
        Change(words.field(kind, key), None, words.value(kind, key, one)) for key, one in detail.items()
    ]


def verify(key: str, kept: links.Head | None = None) -> tuple[links.Head, list[links.Break]]:
    """Walk a whole chain; see :func:`kijun.governance.audit.chain.verify`. A chain of 100,000 takes seconds."""
    return links.verify(key, _as_found(key), kept)


def _as_found(key: str) -> Iterator[Any]:
    """Every entry in order; one that cannot even be read (SQLite keeps any text where a time belongs) has no digest."""
    rows, last = Entry.objects.filter(chain__key=key).order_by("seq"), 0
    while True:
        try:
            for entry in rows.filter(seq__gt=last).iterator(chunk_size=2000):
                yield entry
                last = entry.seq
            return
        except (AttributeError, TypeError, ValueError, OverflowError):
            pass
        following = rows.filter(seq__gt=last)
        for seq in list(following.values_list("seq", flat=True)[:2000]):
            try:
                yield following.get(seq=seq)
            except (AttributeError, TypeError, ValueError, OverflowError):
                digests = following.values("previous", "digest").get(seq=seq)
                yield Entry(seq=seq, **digests)
            last = seq


def unguarded() -> list[str]:
    """The triggers of the database that should refuse any change of the trail, and do not (any more)."""
    return sorted(triggers.missing(connection))


def head(key: str) -> links.Head:
    """The end of a chain as it stands, without verifying it."""
    last = entries(key).first()
    return links.Head(key, last.seq, last.digest) if last else links.Head(key, 0, links.start(key))


def chains(key: str | None = None) -> list[Chain]:
    """All chains, the installation's own first, or the one of ``key``."""
    found = Chain.objects.order_by("key")
    return list(found if key is None else found.filter(key=key))


def last_verification(key: str) -> Entry | None:
    """The entry of the last verification from a page, if there was one."""
    return entries(key).filter(action="audit.verified").first()


def was_removed(key: str) -> links.Head | None:
    """The last head of a chain that was taken away whole, as the installation's own chain tells it."""
    entry = entries("").filter(action="audit.chain_removed", thing_id=key).first()
    return links.Head(key, entry.detail["entries"], entry.detail["head"]) if entry else None
