"""Who may read reports, and who keeps the record of those that were given out."""

from kijun.governance.accounts.roles import Role, add_perm, has_role, is_it_staff, is_staff_member

add_perm("reports.view", is_staff_member)
add_perm(
    "reports.organisation",
    has_role(Role.IT_STAFF, Role.EXECUTIVE, Role.AUDITOR, Role.ADMINISTRATOR, Role.APPROVER, Role.OWNER),
)
add_perm("reports.issue", is_it_staff | has_role(Role.EXECUTIVE))
