"""Who reports, who follows and leads an incident, who closes it, who adopts the playbook, who reads lessons."""

from __future__ import annotations

from typing import Any

import rules

from kijun.governance.access.permissions import owns_system_of
from kijun.governance.accounts.roles import (
    Role,
    add_perm,
    has_role,
    is_executive,
    is_it_staff,
    is_staff_member,
    sees_everything,
)
from kijun.governance.incidents.models.incident import Severity, State


def _reported(person: Any, incident: Any) -> bool:
    """The person reported it, or the doubt that it came from."""
    if incident is None:
        return True
    report = incident.report
    return person.pk in {incident.reporter_id, report.reporter_id if report is not None else None}


def _leads(person: Any, incident: Any) -> bool:
    return incident is not None and incident.leader_id == person.pk


def _prevents(person: Any, incident: Any) -> bool:
    """Something is to be done by the person so that it does not happen again."""
    return incident is not None and incident.preventions.filter(person=person.pk).exists()


def _serious(person: Any, incident: Any) -> bool:
    """Now, or at any time before."""
    return incident is not None and (incident.was_serious or incident.severity == Severity.SERIOUS)


def _untouched(person: Any, incident: Any) -> bool:
    """The person's own report, which nobody has taken up."""
    return incident is not None and incident.reporter_id == person.pk and incident.state == State.RECEIVED


reported = rules.predicate(_reported)
untouched = rules.predicate(_untouched)
leads = rules.predicate(_leads)
prevents = rules.predicate(_prevents)
is_serious = rules.predicate(_serious)
commands = is_it_staff | leads | owns_system_of

add_perm("incidents.report", is_staff_member)
# Which incidents a person sees is narrowed by `incidents.queries.visible`; who only reported sees the summary.
add_perm("incidents.read", is_staff_member & (reported | leads | sees_everything | owns_system_of | prevents))
add_perm("incidents.follow", is_staff_member & (leads | sees_everything | owns_system_of))
add_perm("incidents.lead", is_staff_member & commands)
# What is serious is closed by an executive who did not lead it; the rest also by who answers for it.
ends = (is_executive & ~leads) | (~is_serious & commands)
add_perm("incidents.close", is_staff_member & ends)
add_perm("incidents.withdraw", is_staff_member & (untouched | ends))
add_perm("incidents.lessons", is_staff_member)
add_perm("incidents.playbook", is_staff_member)
add_perm("incidents.draft", is_it_staff)
add_perm("incidents.adopt", is_executive)
add_perm("incidents.plan", is_staff_member & (is_it_staff | owns_system_of))
add_perm("incidents.drill", is_staff_member & (is_it_staff | has_role(Role.OWNER) | owns_system_of))
