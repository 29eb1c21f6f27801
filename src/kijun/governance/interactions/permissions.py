"""Who may read records, keep them from being erased, import them, and answer access reports."""

from __future__ import annotations

from typing import Any

import rules

from kijun.governance.access.permissions import owns_system_of
from kijun.governance.accounts.roles import (
    Role,
    add_perm,
    has_role,
    is_approver,
    is_it_staff,
    is_staff_member,
    sees_everything,
)


def _leads(person: Any, report: Any) -> bool:
    """The person approves for the department that a report is about. A report on nobody's department belongs to no approver."""
    if report is None:
        return True
    return report.department is not None and person.covers(report.department, Role.APPROVER)


leads = rules.predicate(_leads)
holds_records = has_role(Role.AUDITOR, Role.EXECUTIVE, Role.IT_STAFF)

add_perm("interactions.mine", is_staff_member)
# Which records a person reads is narrowed by `interactions.reach`; this is the door.
add_perm("interactions.search", is_staff_member & (sees_everything | is_approver | owns_system_of))
add_perm("interactions.hold", holds_records)
# Which departments' an approver sees is narrowed by `interactions.reach`.
add_perm("interactions.view_refusals", holds_records | is_approver)
add_perm("interactions.view_looks", has_role(Role.AUDITOR, Role.EXECUTIVE))
add_perm("interactions.view_reports", is_staff_member & (sees_everything | is_approver))
add_perm("interactions.view_report", is_staff_member & (sees_everything | (is_approver & leads)))
add_perm("interactions.acknowledge", is_approver & leads)
add_perm("interactions.import", is_it_staff)
