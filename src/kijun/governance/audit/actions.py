"""Writing to the trail. Called inside the transaction of the change it tells of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from kijun.governance.audit import chain as links
from kijun.governance.audit.models import Chain, Entry
from kijun.governance.audit.refs import Ref, actor_ref, ref


def open_chain(key: str, label: str, *, removable: bool = False) -> Chain:
    """The chain of ``key``, made when it is new."""
    found, _made = Chain.objects.get_or_create(key=key, defaults={"label": label, "removable": removable})
    return found


def record(
    key: str, actor: Model | Ref, action: str, thing: Model | Ref, detail: dict[str, Any] | None = None
) -> Entry:
    """Append one entry to chain ``key``.

    ``action`` is ``app.verb`` in the past tense, for example ``inventory.registered``. ``detail`` must be JSON.
    The chain's row is locked, so that entries of one chain are written one after the other.
    """
    return record_many(key, actor, [(action, thing, detail)])[0]


@transaction.atomic
def record_many(
    key: str, actor: Model | Ref, events: Iterable[tuple[str, Model | Ref, dict[str, Any] | None]]
) -> list[Entry]:
    """Append entries in order, with the same number of queries however many there are."""
    chain = Chain.objects.select_for_update().get_or_create(key=key, defaults={"label": key})[0]
    last = chain.entries.order_by("-seq").first()
    seq, previous = (last.seq, last.digest) if last else (0, links.start(key))
    at = timezone.now()
    if last is not None and at <= last.at:  # the clock was set back: the order of the chain counts
        at = last.at
    who = actor_ref(actor)
    entries = []
    for action, thing, detail in events:
        what, seq = ref(thing), seq + 1
        entry = Entry(
            chain=chain,
            seq=seq,
            at=at,
            actor_kind=who.kind,
            actor_id=who.id,
            actor_label=_text(who.label, 200),
            action=action,
            thing_kind=what.kind,
            thing_id=what.id,
            thing_label=_text(what.label, 300),
            detail=_plain(detail or {}),
            previous=previous,
        )
        previous = entry.digest = links.digest(entry)
        entries.append(entry)
    return Entry.objects.bulk_create(entries, batch_size=500)


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What differs, as ``detail``: {"before": {...}, "after": {...}}, values as text where JSON has no type."""
    keys = [key for key in after if before.get(key) != after[key]]
    return {
        "before": {key: _plain(before.get(key)) for key in keys},
        "after": {key: _plain(after[key]) for key in keys},
    }


def _text(text: str, length: int) -> str:
    """Text that every database keeps letter by letter: no NUL, no half of a surrogate pair."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:length]


def _plain(value: Any) -> Any:
    """JSON that comes back from either database as it went in, for the digest is taken over it.

    PostgreSQL's ``jsonb`` writes 1e22 as a whole number and drops the sign of -0.0: such numbers are kept as text.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        shown = repr(value)
        return value if re.fullmatch(r"-?[0-9]+\.[0-9]+", shown) and shown != "-0.0" else shown
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {_text(str(key), 1000): _plain(one) for key, one in value.items()}
    if isinstance(value, Model):  # a model may say how the trail names it: two people may share a name
        value = getattr(value, "name_in_trail", value)
    return _text(str(value), 100_000)


@transaction.atomic
def remove_chain(key: str, actor: Model | Ref) -> None:
    """Take a removable chain away whole; its last head stands in the installation's own chain."""
    chain = Chain.objects.select_for_update().get(key=key)
    if not chain.removable:
        raise ValueError(f"chain {key} is kept for good")
    last = chain.entries.order_by("-seq").first()
    record(
        "",
        actor,
        "audit.chain_removed",
        Ref("audit.chain", key, chain.label),
        {"entries": last.seq if last else 0, "head": last.digest if last else links.start(key)},
    )
    chain.delete()


def note_verification(key: str, actor: Model | Ref, head: links.Head, breaks: list[links.Break]) -> Entry:
    """Write down that somebody verified the chain, up to which entry, and how many breaks there were."""
    return record(
        key,
        actor,
        "audit.verified",
        Ref("audit.chain", key, Chain.objects.get(key=key).label),
        {"entries": head.seq, "head": str(head), "breaks": len(breaks)},
    )
