"""The policy snapshot made of the database: only what may be used today, everything that the gateway needs, no more.

What is left out fails closed: a grant whose person left or has no post, of a system that is not in use (構想, 企画, 廃止), or that
is revoked is not there at all, so its keys are unknown keys. Days are turned into moments in Japan's time here.
"""

from __future__ import annotations

import datetime
from typing import Final

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils import timezone

from kijun.gateway import snapshot
from kijun.governance.access import handling, reading
from kijun.governance.access.models import (
    Grant,
    GrantKey,
    Model,
    Purpose,
    Route,
    Stop,
    TownRules,
    Upstream,
)
from kijun.governance.accounts.models import Person, Posting
from kijun.governance.inventory.models import IN_USE
from kijun.governance.organisation.models import Municipality

_DAY: Final = datetime.timedelta(days=1)
LIFTED_FOR: Final = datetime.timedelta(days=366)
"""How long the gateway knows of a stop that was lifted: later, hardly anybody reports what was done under it."""


def build(now: datetime.datetime | None = None) -> snapshot.Snapshot:
    """All municipalities' policy as it stands, with version 0; the number of queries does not depend on the rows."""
    now = now or timezone.now()
    codes = dict(Municipality.objects.values_list("pk", "code"))
    read = reading.readings()
    rules = list(TownRules.objects.select_related("municipality").order_by("municipality__code"))
    stops = _stops(codes, now)
    grants = _grants(codes, now)
    return snapshot.Snapshot(
        version=0,
        published_at=0,
        upstreams=tuple(_upstream(one) for one in Upstream.objects.order_by("pk")),
        models=_models(codes),
        purposes=tuple(
            _purpose(one, codes, read.get(one.pk, reading.Reading()))
            for one in Purpose.objects.select_related("owner").order_by("pk")
        ),
        grants=grants,
        stops=tuple(one for one in stops if one.until is None),
        lifted=tuple(one for one in stops if one.until is not None),
        people=_people({one.municipality for one in grants}),
        inspecting=tuple(
            snapshot.Inspecting(one.municipality.code, one.inspection) for one in rules if one.inspection
        ),
        contact={one.municipality.code: one.contact for one in rules if one.contact},
    )


def _upstream(row: Upstream) -> snapshot.Upstream:
    return snapshot.Upstream(
        id=str(row.pk),
        name=row.name,
        kind=row.kind,
        base_url=row.base_url,
        api_version=row.api_version,
        key=row.key,
        headers=dict(row.headers),
        proxy=row.proxy,
        ca=row.ca,
        connect_timeout=float(row.connect_timeout),
        first_byte_timeout=float(row.first_byte_timeout),
        idle_timeout=float(row.idle_timeout),
        total_timeout=float(row.total_timeout),
        retries=row.retries,
        breaker_failures=row.breaker_failures,
        breaker_seconds=float(row.breaker_seconds),
        training_opt_out=row.opted_out,
        enabled=row.enabled,
    )


def _models(codes: dict[int, str]) -> tuple[snapshot.Model, ...]:
    rows = (
        Model.objects.filter(system__registered_at__isnull=False, system__stage__in=IN_USE)
        .prefetch_related(Prefetch("routes", Route.objects.order_by("order", "-weight", "pk")))
        .order_by("pk")
    )
    return tuple(
        snapshot.Model(
            name=row.name,
            municipality=codes[row.municipality_id],
            system=str(row.system_id),
            routes=tuple(
                snapshot.Route(str(one.upstream_id), one.name, one.order, one.weight)
                for one in row.routes.all()
            ),
        )
        for row in rows
    )


def _purpose(row: Purpose, codes: dict[int, str], read: reading.Reading) -> snapshot.Purpose:
    return snapshot.Purpose(
        id=str(row.pk),
        municipality=codes[row.municipality_id],
        name=row.name,
        name_en=row.name_en,
        description=row.description,
        legal_basis=" / ".join(filter(None, (row.legal_basis, row.consent_scope))),
        owner=str(row.owner),
        data_classes=tuple(row.data_classes),
        input=handling.as_handling(row.input_handling),
        output=handling.as_handling(row.output_handling),
        retention=row.retention,
        networks=tuple(row.networks),
        hours=tuple((day, start, end) for day, start, end in row.hours),
        uninspected=row.uninspected,
        review=row.review,
        collections=read.collections,
        reference=read.for_models,
        overdue=read.overdue,
        enabled=row.enabled,
    )


def _grants(codes: dict[int, str], now: datetime.datetime) -> tuple[snapshot.Grant, ...]:
    day = timezone.localdate(now)
    posted = Posting.objects.on(day).filter(person=OuterRef("person"))
    rows = (
        Grant.objects.filter(
            revoked_at=None,
            expires_on__gte=day,
            system__registered_at__isnull=False,
            system__stage__in=IN_USE,
        )
        .filter(Q(person=None) | Q(Exists(posted), person__is_active=True))
        .select_related("purpose")
        .prefetch_related(Prefetch("keys", GrantKey.objects.order_by("-pk")))
        .order_by("pk")
    )
    return tuple(_grant(row, codes, now) for row in rows)


def _grant(row: Grant, codes: dict[int, str], now: datetime.datetime) -> snapshot.Grant:
    keys = [key for key in row.keys.all() if key.works(now)]
    ends = [key.works_until for key in keys if key.works_until is not None]
    return snapshot.Grant(
        id=str(row.pk),
        municipality=codes[row.municipality_id],
        system=str(row.system_id),
        purpose=str(row.purpose_id),
        name=row.application or row.purpose.name,
        person=str(row.person_id or ""),
        application=row.application,
        department=str(row.department_id or ""),
        keys=tuple(key.digest for key in keys),
        old_until=_ms(min(ends)) if ends else None,
        starts=_ms(midnight(row.starts_on)),
        expires=_ms(midnight(row.expires_on + _DAY)),
        requests=row.requests,
        tokens=row.tokens,
        per_minute=row.per_minute,
    )


def _stops(codes: dict[int, str], now: datetime.datetime) -> list[snapshot.Stop]:
    """Those that are on, and those that were lifted lately."""
    rows = Stop.objects.filter(Q(lifted_at=None) | Q(lifted_at__gte=now - LIFTED_FOR))
    return [_stop(one, codes) for one in rows.order_by("pk")]


def _stop(row: Stop, codes: dict[int, str]) -> snapshot.Stop:
    target = row.system_id or row.purpose_id or row.person_id
    return snapshot.Stop(
        row.scope,
        codes[row.municipality_id],
        str(target or ""),
        row.reason,
        row.reason_en,
        since=_ms(row.at),
        until=None if row.lifted_at is None else _ms(row.lifted_at),
    )


def _people(towns: set[str]) -> dict[str, dict[str, str]]:
    """Everybody's number where somebody may report for others, those who have left too: what is reported may be of before."""
    found: dict[str, dict[str, str]] = {}
    rows = Person.objects.filter(municipality__code__in=towns).order_by("pk")
    for town, number, pk in rows.values_list("municipality__code", "staff_number", "pk"):
        found.setdefault(town, {})[number] = str(pk)
    return found


def midnight(day: datetime.date) -> datetime.datetime:
    """The moment at which a day begins in the town's time zone."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def _ms(moment: datetime.datetime) -> int:
    return int(moment.timestamp() * 1000)
