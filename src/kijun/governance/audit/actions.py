"""Writing to the trail. Called inside the transaction of the change it tells of."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from kijun.governance.audit import chain as links
from kijun.governance.audit.models import Chain, Entry
from kijun.governance.audit.refs import Ref, ref


def open_chain(key: str, label: str, *, removable: bool = False) -> Chain:
    """The chain of ``key``, made when it is new."""
    found, _made = Chain.objects.get_or_create(key=key, defaults={"label": label, "removable": removable})
    return found


@transaction.atomic
def record(
    key: str, actor: Model | Ref, action: str, thing: Model | Ref, detail: dict[str, Any] | None = None
) -> Entry:
    """Append one entry to chain ``key``.

    ``action`` is ``app.verb`` in the past tense, for example ``inventory.registered``. ``detail`` must be JSON.
    The chain's row is locked, so that entries of one chain are written one after the other.
    """
    chain = Chain.objects.select_for_update().get_or_create(key=key, defaults={"label": key})[0]
    last = chain.entries.order_by("-seq").first()
    who, what = ref(actor), ref(thing)
    at = timezone.now()
    if last is not None and at <= last.at:  # the clock was set back: the order of the chain counts
        at = last.at
    entry = Entry(
        chain=chain,
        seq=last.seq + 1 if last else 1,
        at=at,
        actor_kind=who.kind,
        actor_id=who.id,
        actor_label=who.label[:200],
        action=action,
        thing_kind=what.kind,
        thing_id=what.id,
        thing_label=what.label[:300],
        detail=detail or {},
        previous=last.digest if last else links.start(key),
    )
    entry.digest = links.digest(entry)
    entry.save(force_insert=True)
    return entry


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What differs, as ``detail``: {"before": {...}, "after": {...}}, values as text where JSON has no type."""
    keys = [key for key in after if before.get(key) != after[key]]
    return {
        "before": {key: _plain(before.get(key)) for key in keys},
        "after": {key: _plain(after[key]) for key in keys},
    }


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    return str(value)


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
