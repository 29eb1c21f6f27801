"""Who may do what with evidence and findings. Auditors read everything and change nothing."""

from __future__ import annotations

from typing import Any

import rules

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role, add_perm, has_role, is_it_staff, is_staff_member
from kijun.governance.evidence import scopes

adds = has_role(Role.ADMINISTRATOR, Role.IT_STAFF, Role.OWNER, Role.APPROVER, Role.EXECUTIVE, Role.STAFF)
leads = has_role(Role.IT_STAFF, Role.OWNER, Role.APPROVER, Role.EXECUTIVE)


def _in_sight(person: Any, thing: Any) -> bool:
    """The thing (item or finding) belongs to a scope that the person may see. True without a thing."""
    if thing is None:
        return True
    if getattr(thing, "owner_id", None) == person.pk and person.pk:
        return True
    return scopes.may_see(person, thing.scope_kind, thing.scope_id)


def _made_it(person: Any, item: Any) -> bool:
    return item is None or item.made_by_id == person.pk


def _works_on(person: Person, finding: Any) -> bool:
    """The owner, the department's own people, and those who hold a step of the plan."""
    if finding is None:
        return True
    if finding.owner_id == person.pk or person.works_in(finding.department):
        return True
    covers = person.covers(finding.department, Role.APPROVER, Role.OWNER)
    return bool(covers or finding.steps.filter(person=person).exists())


def _confirms(person: Person, finding: Any) -> bool:
    """Who may say that a finding is mended: IT staff, executives, the department's approver, the owner's role."""
    if finding is None:
        return True
    if person.roles_today() & {Role.IT_STAFF, Role.EXECUTIVE}:
        return True
    return person.covers(finding.department, Role.APPROVER, Role.OWNER)


in_sight = rules.predicate(_in_sight)
made_it = rules.predicate(_made_it)
works_on = rules.predicate(_works_on)
confirms = rules.predicate(_confirms)

add_perm("evidence.read", is_staff_member & in_sight)
add_perm("evidence.add", adds & in_sight)
add_perm("evidence.withdraw", adds & in_sight & (made_it | is_it_staff))
add_perm("evidence.collect", is_it_staff)
add_perm("evidence.raise_finding", leads & in_sight)
add_perm("evidence.work_finding", adds & in_sight & (works_on | is_it_staff))
add_perm("evidence.close_finding", leads & in_sight & confirms)
