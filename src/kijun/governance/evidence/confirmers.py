"""Who else could confirm a finding: without anybody the doer may, so that a small town is not stuck."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from kijun.governance.accounts.models import Person, RoleGrant
from kijun.governance.accounts.roles import Role
from kijun.governance.evidence.models import Finding


def others(finding: Finding, doer: Person) -> list[Person]:
    """Active people other than ``doer`` who may close the finding today (see ``permissions``); two queries."""
    holds = Q(role__in=[Role.IT_STAFF, Role.EXECUTIVE])
    covering = Q(department=None)
    if finding.department is not None:
        codes = finding.department.path.rstrip("/").split("/")
        paths = ["/".join(codes[:end]) + "/" for end in range(1, len(codes) + 1)]
        covering |= Q(department__path__in=paths)
    holds |= Q(role__in=[Role.APPROVER, Role.OWNER]) & covering
    grants = RoleGrant.objects.on(timezone.localdate()).filter(holds, municipality=finding.municipality)
    people = Person.objects.filter(is_active=True, pk__in=grants.values("person"))
    return list(people.exclude(pk=doer.pk))
