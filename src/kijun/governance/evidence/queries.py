"""What other apps and pages read of evidence and findings."""

from __future__ import annotations

import datetime
from collections import defaultdict

from django.db.models import Q, QuerySet
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.evidence import scopes
from kijun.governance.evidence.models import SOON, Finding, Item
from kijun.governance.organisation.models import Municipality
from kijun.web.search import shown_number


def current_items(municipality: Municipality, scope_kind: str, scope_id: int) -> dict[str, list[Item]]:
    """Control id → its evidence in force in one scope, newest first (what has expired included); one query."""
    rows = Item.objects.filter(
        municipality=municipality, scope_kind=scope_kind, scope_id=scope_id, superseded_at=None
    ).select_related("file", "made_by")
    found: dict[str, list[Item]] = defaultdict(list)
    for item in rows:
        found[item.control_id].append(item)
    return dict(found)


def open_findings(
    municipality: Municipality,
    scope_kind: str | None = None,
    scope_id: int | None = None,
    control_id: str | None = None,
) -> QuerySet[Finding]:
    """Findings that are not closed, the most urgent first, of a scope or a control where one is named."""
    rows = Finding.objects.filter(municipality=municipality).exclude(state=Finding.State.CLOSED)
    if scope_kind is not None:
        rows = rows.filter(scope_kind=scope_kind)
    if scope_id is not None:
        rows = rows.filter(scope_id=scope_id)
    if control_id is not None:
        rows = rows.filter(control_id=control_id)
    return rows.select_related("owner", "department")


WORKING = (Finding.State.OPEN, Finding.State.PLANNED)
"""States in which a finding is worked on."""
WITHOUT_OWNER = Q(owner=None) | Q(owner__is_active=False)
"""A condition on findings: nobody works on it."""


def visible_items(person: Person) -> QuerySet[Item]:
    """The evidence of the scopes that the person may see, without systems that were retired."""
    rows = Item.objects.filter(scopes.visible_rows(person), municipality=person.municipality)
    return rows.exclude(scopes.past_rows(person.municipality))


def visible_findings(person: Person) -> QuerySet[Finding]:
    """The findings of the scopes that the person may see, and those that the person owns."""
    rows = Finding.objects.filter(municipality=person.municipality)
    return rows.filter(scopes.visible_rows(person)) | rows.filter(owner=person)


def with_code(rows: QuerySet[Finding]) -> QuerySet[Finding]:
    """Adds ``shown_code``: the number as people read and search it, F-0044."""
    return rows.annotate(shown_code=shown_number("F-", 4))


def led_by(person: Person) -> Q:
    """A condition on findings that the person leads: all for IT staff, else those of the departments of their roles."""
    grants = [grant for grant in person.grants_today() if grant.role in {Role.APPROVER, Role.OWNER}]
    if Role.IT_STAFF in person.roles_today() or any(grant.department is None for grant in grants):
        return Q()
    covered = Q(pk__in=[])
    for grant in grants:
        assert grant.department is not None
        covered |= Q(department__path__startswith=grant.department.path)
    return covered


def expiring(rows: QuerySet[Item], days: int = SOON) -> QuerySet[Item]:
    """Those in force whose last day is within ``days`` from today, today included."""
    today = timezone.localdate()
    return rows.filter(
        superseded_at=None, expires_on__gte=today, expires_on__lte=today + datetime.timedelta(days=days)
    )
