"""Automatic collection, and what follows from it: evidence that lapses or turns bad raises a finding at once (G.12).

First every collector is asked, without holding a lock; then everything is written in one transaction under the lock of
the municipality. Run twice it changes nothing; run by two at once it is still written once (unique constraints).
"""

from __future__ import annotations

import datetime
import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone, translation

from kijun.governance.evidence import lapses, proofs, scopes
from kijun.governance.evidence.models import Item, Verdict, sort_key
from kijun.governance.evidence.proofs import Collector, Proof, Scope
from kijun.governance.evidence.scopes import ScopeFacts
from kijun.governance.organisation.models import Municipality

log = logging.getLogger(__name__)
Key = tuple[str, int, str, str]  # scope kind, scope id, control, collector
GOOD = {Verdict.MET, Verdict.PARTLY}


@dataclass(slots=True)
class CollectResult:
    """What a run did. ``failed`` are collectors that broke down: their old evidence stands, the others are not held up."""

    scopes: int = 0
    made: int = 0
    unchanged: int = 0
    raised: int = 0
    mended: int = 0
    failed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Answer:
    scope: Scope
    collector: Collector
    proof: Proof | None
    texts: dict[str, str] = field(default_factory=dict)


def collect(municipality: Municipality, scopes_: Iterable[Scope] | None = None) -> CollectResult:
    """Ask every collector in every scope (or in the given ones), keep what changed, raise and mend findings.

    A new row is made when value, verdict, expiry or link changed; else the row in force is confirmed as of now.
    """
    facts = {(one.kind, one.id): one for one in scopes.every(municipality)}
    if scopes_ is None:
        wanted = [Scope(municipality, one.kind, one.id) for one in facts.values()]
    else:
        wanted = list(scopes_)
    result = CollectResult(scopes=len(wanted))
    places = {(one.kind, one.id) for one in wanted} & set(facts)
    shown = {place: facts[place] for place in places}
    with transaction.atomic():  # what lapsed is told before anybody asks how soon it was told (G.12)
        _lock(municipality)
        result.raised = lapses.lapsed(municipality, shown)
    answers = _ask(wanted, result)
    with transaction.atomic():
        _lock(municipality)
        worse = _keep(municipality, wanted, answers, result)
        _follow(municipality, shown, worse, result)
    return result


def _lock(municipality: Municipality) -> None:
    """One run at a time for a municipality (PostgreSQL; SQLite has one writer anyhow)."""
    Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)


def _ask(wanted: list[Scope], result: CollectResult) -> list[_Answer]:
    answers = []
    for scope in wanted:
        for collector in proofs.collectors():
            if scope.kind not in collector.scopes:
                continue
            try:
                answers.append(_ask_one(scope, collector))
            except Exception:  # one broken collector must not blind the town to all others
                log.exception("collector %s failed in %s", collector.name, scope.key)
                result.failed.append(f"{collector.name} {scope.key}")
    return answers


def _ask_one(scope: Scope, collector: Collector) -> _Answer:
    with translation.override("ja"):
        if connection.in_atomic_block:
            with transaction.atomic():  # a failed query of PostgreSQL ends its savepoint only
                proof = collector.collect(scope)
        else:
            proof = collector.collect(scope)
        if proof is None:
            return _Answer(scope, collector, None)
        texts = {"title": str(proof.title)[:200], "value": str(proof.value)[:500]}
    with translation.override("en"):
        texts |= {"title_en": str(proof.title)[:200], "value_en": str(proof.value)[:500]}
    return _Answer(scope, collector, proof, texts)


def _keep(
    municipality: Municipality, wanted: list[Scope], answers: list[_Answer], result: CollectResult
) -> list[Item]:
    """Write what changed; returns the new items whose verdict fell from met or partly met to unmet."""
    now = timezone.now()
    current = _current(municipality, wanted)
    same: list[Item] = []
    gone: list[int] = []
    fresh: list[Item] = []
    suspects: list[tuple[Item, str]] = []
    for answer in answers:
        for control_id in answer.collector.controls:
            key = (answer.scope.kind.value, answer.scope.id, control_id, answer.collector.name)
            old = current.get(key)
            new = _item(municipality, key, answer, now)
            if old is not None and new is not None and not _differs(old, new):
                old.as_of = new.as_of
                same.append(old)
                continue
            if old is not None:
                gone.append(old.pk)
            if new is not None:
                fresh.append(new)
                if new.verdict == Verdict.UNMET and (old is None or old.verdict != Verdict.UNMET):
                    suspects.append(
                        (new, old.verdict if old is not None and old.verdict != Verdict.UNKNOWN else "")
                    )
    for start in range(0, len(gone), 500):
        Item.objects.filter(pk__in=gone[start : start + 500]).update(superseded_at=now)
    Item.objects.bulk_update(same, ["as_of"], batch_size=200)
    worse = [item for item, before in suspects if (before or _last_word(item)) in GOOD]
    Item.objects.bulk_create(fresh)
    result.made, result.unchanged = len(fresh), len(same)
    return worse


def _last_word(item: Item) -> str:
    """The last verdict before, where there was one: between good and bad a collector may have had nothing to say."""
    rows = Item.objects.filter(
        municipality=item.municipality,
        scope_kind=item.scope_kind,
        scope_id=item.scope_id,
        control_id=item.control_id,
        collector=item.collector,
        kind=Item.Kind.AUTOMATIC,
    ).exclude(verdict=Verdict.UNKNOWN)
    return rows.order_by("-made_at", "-pk").values_list("verdict", flat=True).first() or ""


def _current(municipality: Municipality, wanted: list[Scope]) -> dict[Key, Item]:
    places = {(scope.kind.value, scope.id) for scope in wanted}
    rows = Item.objects.filter(municipality=municipality, superseded_at=None, kind=Item.Kind.AUTOMATIC)
    return {
        (item.scope_kind, item.scope_id, item.control_id, item.collector): item
        for item in rows
        if (item.scope_kind, item.scope_id) in places
    }


def _item(municipality: Municipality, key: Key, answer: _Answer, now: datetime.datetime) -> Item | None:
    proof = answer.proof
    if proof is None:
        return None
    kind, id, control_id, collector = key
    return Item(
        municipality=municipality,
        scope_kind=kind,
        scope_id=id,
        control_id=control_id,
        control_sort=sort_key(control_id),
        collector=collector,
        kind=Item.Kind.AUTOMATIC,
        verdict=proof.verdict,
        figures=_plain(proof.figures),
        url=proof.url[:500],
        as_of=min(proof.as_of, now),
        expires_on=proof.expires_on,
        **answer.texts,
    )


def _plain(figures: dict[str, Any]) -> dict[str, Any]:
    plain = (bool, int, float, str, list, dict, type(None))
    return {key: value if isinstance(value, plain) else str(value) for key, value in figures.items()}


def _differs(old: Item, new: Item) -> bool:
    return any(
        getattr(old, name) != getattr(new, name)
        for name in ("value", "value_en", "title", "title_en", "verdict", "expires_on", "url")
    )


def _follow(
    municipality: Municipality,
    facts: dict[tuple[Any, int], ScopeFacts],
    worse: list[Item],
    result: CollectResult,
) -> None:
    """Findings that follow from what was collected and from the day's date."""
    by_place = defaultdict(list)
    for item in worse:
        by_place[item.scope_kind, item.scope_id].append(item)
    for place, one in facts.items():
        for item in by_place.get(place, []):
            result.raised += lapses.turned_worse(municipality, one, item)
    result.raised += lapses.lapsed(municipality, facts)
    result.mended += lapses.mended(municipality, facts)
