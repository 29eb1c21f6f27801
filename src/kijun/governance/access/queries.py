"""Reading what lets people use AI. No writing here."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Final

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.access.models import (
    DataClass,
    Grant,
    GrantKey,
    Model,
    Purpose,
    Route,
    Stop,
    Upstream,
)
from kijun.governance.accounts.models import Person, Posting
from kijun.governance.accounts.roles import Role
from kijun.governance.inventory.models import IN_USE, PERSONAL_KINDS, AISystem, DataKind, Stage
from kijun.governance.organisation.models import Municipality

STALE_DAYS: Final = 90
SOON: Final = datetime.timedelta(days=30)
READS_ALL: Final = frozenset({Role.IT_STAFF, Role.EXECUTIVE, Role.AUDITOR, Role.ADMINISTRATOR})


def upstreams(municipality: Municipality) -> QuerySet[Upstream]:
    """Every service of the municipality."""
    return Upstream.objects.of(municipality)


def models(municipality: Municipality) -> QuerySet[Model]:
    """Models with their system and routes, in a constant number of queries."""
    routes = Route.objects.select_related("upstream")
    rows: QuerySet[Model] = Model.objects.of(municipality)
    return rows.select_related("system").prefetch_related(Prefetch("routes", routes))


def purposes(municipality: Municipality) -> QuerySet[Purpose]:
    """Every purpose of the municipality."""
    rows: QuerySet[Purpose] = Purpose.objects.of(municipality)
    return rows.select_related("owner")


def purposes_of(person: Person) -> QuerySet[Purpose]:
    """The purposes that concern a person: they may use them, answer for them, or own a system used for them."""
    mine = Grant.objects.filter(purpose=OuterRef("pk"), revoked_at=None).filter(
        Q(person=person) | Q(responsible=person) | Q(system__owner=person)
    )
    return purposes(person.municipality).filter(Q(owner=person) | Q(Exists(mine)))


def grants(municipality: Municipality) -> QuerySet[Grant]:
    """Every grant of the municipality, with what its line shows."""
    rows: QuerySet[Grant] = Grant.objects.of(municipality)
    return rows.select_related("person", "responsible", "system", "purpose", "department", "municipality")


def holding(rows: QuerySet[Grant], day: datetime.date | None = None) -> QuerySet[Grant]:
    """Those neither revoked nor outside of their days, for a system and a purpose in use."""
    day = day or timezone.localdate()
    return rows.filter(
        revoked_at=None,
        starts_on__lte=day,
        expires_on__gte=day,
        purpose__enabled=True,
        system__registered_at__isnull=False,
        system__stage__in=IN_USE,
    )


def grants_of(person: Person) -> QuerySet[Grant]:
    """What this person may use today: one row a system and purpose. Stop switches are not asked (`stops_on`)."""
    if not person.is_active:
        return Grant.objects.none()
    return holding(grants(person.municipality).filter(person=person)).order_by("purpose__name", "pk")


def kept_applications(person: Person) -> QuerySet[Grant]:
    """Grants of applications whose keys this person keeps, also those that cannot be used yet."""
    rows = grants(person.municipality).filter(responsible=person, revoked_at=None)
    return rows.filter(expires_on__gte=timezone.localdate())


def kept_by_person(municipality: Municipality) -> dict[int, list[Grant]]:
    """The grants of `kept_applications` of everybody, by the primary key of who keeps them; one query."""
    rows = grants(municipality).filter(responsible__isnull=False, revoked_at=None)
    found: dict[int, list[Grant]] = {}
    for row in rows.filter(expires_on__gte=timezone.localdate()).order_by(
        "responsible__kana_sort", "application"
    ):
        if row.responsible_id is not None:
            found.setdefault(row.responsible_id, []).append(row)
    return found


def visible_grants(person: Person) -> QuerySet[Grant]:
    """Every grant for those who read all; else one's own, and those of systems that one answers for."""
    rows = grants(person.municipality)
    if person.roles_today() & READS_ALL:
        return rows
    return rows.filter(Q(person=person) | Q(responsible=person) | Q(system__owner=person))


def stops_on(municipality: Municipality) -> QuerySet[Stop]:
    """Stop switches that are on."""
    rows: QuerySet[Stop] = Stop.objects.of(municipality).filter(lifted_at=None)
    return rows.select_related("system", "purpose", "person", "by", "lifted_by")


def state_of(grant: Grant, day: datetime.date | None = None) -> str:
    """How it stands with a grant, in one word: ``revoked``, ``expired``, ``not_begun``, ``purpose_off``, ``system_not_in_use``,
    ``expiring`` (within 30 days) or ``active``. Stop switches are not asked (`stop_for`)."""
    day = day or timezone.localdate()
    if grant.revoked_at is not None:
        return "revoked"
    if grant.expires_on < day:
        return "expired"
    if grant.starts_on > day:
        return "not_begun"
    if not grant.purpose.enabled:
        return "purpose_off"
    if grant.system.is_draft or grant.system.stage not in IN_USE:
        return "system_not_in_use"
    return "expiring" if grant.expires_on <= day + SOON else "active"


def stop_for(grant: Grant, on: Iterable[Stop]) -> Stop | None:
    """The switch among ``on`` that keeps a grant from being used."""
    for stop in on:
        if (
            stop.scope == Stop.Scope.EVERYTHING
            or stop.system_id == grant.system_id
            or (stop.purpose_id is not None and stop.purpose_id == grant.purpose_id)
            or (stop.person_id is not None and stop.person_id == grant.person_id)
        ):
            return stop
    return None


def usable_systems(municipality: Municipality) -> QuerySet[AISystem]:
    """Systems for which a grant can be given: registered, planned at least, not retired."""
    rows: QuerySet[AISystem] = AISystem.objects.of(municipality)
    return rows.filter(registered_at__isnull=False).exclude(stage__in=[Stage.IDEA, Stage.RETIRED])


def upstreams_without_opt_out(system: AISystem) -> QuerySet[Upstream]:
    """Services behind the system's models of which nobody has recorded that they do not train on what is sent."""
    rows: QuerySet[Upstream] = Upstream.objects.of(system.municipality)
    return rows.filter(routes__model__system=system, opt_out_on=None).distinct()


def personal_grants_behind(upstream: Upstream) -> int:
    """How many grants for personal data rest on a service: told before its opt-out is withdrawn."""
    rows = Grant.objects.filter(revoked_at=None, system__ai_models__routes__upstream=upstream)
    return sum(1 for one in rows.select_related("purpose").distinct() if one.purpose.has_personal_data)


_KINDS: Final = {
    DataClass.PERSONAL: PERSONAL_KINDS,
    DataClass.SENSITIVE: frozenset({DataKind.SENSITIVE}),
    DataClass.MY_NUMBER: frozenset({DataKind.MY_NUMBER}),
}


def why_not_personal(system: AISystem, purpose: Purpose) -> ValidationError | None:
    """Why personal data may not go to a system for this purpose: its record in the inventory (by which its risk was assessed) does
    not name them, or a service behind it may train on what is sent (P5.1.2, P5.1.4)."""
    if not purpose.has_personal_data:
        return None
    names = {"purpose": purpose.shown_name, "system": system.shown_name}
    for data_class in purpose.data_classes:
        kinds = _KINDS.get(data_class)
        if kinds is not None and not kinds & set(system.data_kinds):
            return ValidationError(
                _(
                    "「%(purpose)s」は%(class)sを扱いますが、「%(system)s」の台帳の「扱う情報」にありません。"
                    "先に台帳とリスク評価を直すか、扱わない目的を選んでください。"
                ),
                params={**names, "class": DataClass(data_class).label},
            )
    unsafe = upstreams_without_opt_out(system).first()
    if unsafe is None:
        return None
    return ValidationError(
        _(
            "「%(purpose)s」は個人情報を扱いますが、「%(system)s」の接続先「%(upstream)s」は、入力が学習に使われないことの確認が済んでいません。"
            "接続先のページで確認を記録するか、個人情報を扱わない目的を選んでください。"
        ),
        params={**names, "upstream": unsafe.name},
    )


# --- grants that somebody should look at (P6.1.2, U6.1.2) -----------------------------------------


def unused(rows: QuerySet[Grant], now: datetime.datetime | None = None) -> QuerySet[Grant]:
    """Used before, and not for 90 days."""
    since = (now or timezone.now()) - datetime.timedelta(days=STALE_DAYS)
    return rows.filter(last_used_at__lt=since)


def never_used(rows: QuerySet[Grant], now: datetime.datetime | None = None) -> QuerySet[Grant]:
    """In force for 90 days and never used."""
    day = timezone.localdate(now) - datetime.timedelta(days=STALE_DAYS)
    return rows.filter(last_used_at=None, starts_on__lte=day)


def without_keeper(rows: QuerySet[Grant], day: datetime.date | None = None) -> QuerySet[Grant]:
    """Nobody who is active and posted today answers for the grant."""
    posted = Posting.objects.on(day or timezone.localdate())
    person = Exists(posted.filter(person=OuterRef("person"), person__is_active=True))
    responsible = Exists(posted.filter(person=OuterRef("responsible"), person__is_active=True))
    return rows.exclude(person | responsible)


def expiring(rows: QuerySet[Grant], day: datetime.date | None = None) -> QuerySet[Grant]:
    """Ends within 30 days."""
    day = day or timezone.localdate()
    return rows.filter(expires_on__gte=day, expires_on__lte=day + SOON)


STALE: Final = {
    "unused": unused,
    "never_used": never_used,
    "no_keeper": without_keeper,
    "expiring": expiring,
}


def with_stale(rows: QuerySet[Grant]) -> QuerySet[Grant]:
    """The rows with ``stale_unused`` and the like: whether somebody should look at a grant, by each key of `STALE`."""
    one = holding(Grant.objects.filter(pk=OuterRef("pk")))
    return rows.annotate(**{f"stale_{why}": Exists(narrow(one)) for why, narrow in STALE.items()})


def stale(municipality: Municipality) -> dict[int, tuple[Grant, list[str]]]:
    """Grants that somebody should look at, with why: keys of `STALE`."""
    found: dict[int, tuple[Grant, list[str]]] = {}
    rows = holding(grants(municipality))
    for why, narrow in STALE.items():
        for grant in narrow(rows):
            found.setdefault(grant.pk, (grant, []))[1].append(why)
    return found


def working_keys(grant: Grant, at: datetime.datetime | None = None) -> list[GrantKey]:
    """The keys that work, the newest first."""
    return [key for key in grant.keys.all() if key.works(at)]
