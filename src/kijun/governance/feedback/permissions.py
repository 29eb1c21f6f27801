"""Who says what they think of answers, who answers reports, who asks vendors, who decides on what is serious."""

from __future__ import annotations

from typing import Any

import rules

from kijun.governance.access.permissions import owns_system_of
from kijun.governance.accounts.roles import (
    add_perm,
    is_executive,
    is_it_staff,
    is_staff_member,
    sees_everything,
)


def _reported(person: Any, report: Any) -> bool:
    return report is None or report.reporter_id == person.pk


def _handles(person: Any, report: Any) -> bool:
    """The report waits for this person's answer. For a page: some report does or did."""
    if report is not None:
        return bool(getattr(report, "handler_id", None) == person.pk)
    if "_handles_reports" not in person.__dict__:  # the menu asks on every page
        from kijun.governance.feedback.models import Report

        person.__dict__["_handles_reports"] = Report.objects.filter(handler=person.pk).exists()
    return bool(person.__dict__["_handles_reports"])


reported = rules.predicate(_reported)
handles = rules.predicate(_handles)

add_perm("feedback.give", is_staff_member)
# Which reports a person reads is narrowed by `feedback.queries.visible`; this is the door.
add_perm("feedback.list", is_staff_member & (sees_everything | handles | owns_system_of))
add_perm("feedback.read", is_staff_member & (reported | sees_everything | handles | owns_system_of))
add_perm("feedback.answer", is_staff_member & (is_it_staff | handles | owns_system_of))
add_perm("feedback.ask", is_staff_member & (is_it_staff | owns_system_of))
add_perm("feedback.settle", is_executive)
# What was asked and answered: also for those whose reach (`interactions.reach`) does not hold it, for the reporter gave it to them.
add_perm("feedback.open", is_staff_member & (sees_everything | handles | owns_system_of))
