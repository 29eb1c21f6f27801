"""Who reads and who keeps the responsibilities."""

from kijun.governance.accounts.roles import (
    Role,
    add_perm,
    has_role,
    is_executive,
    is_it_staff,
    is_staff_member,
)

add_perm("mandates.read", is_staff_member)
add_perm("mandates.edit", is_it_staff | is_executive)
add_perm("mandates.ask", has_role(Role.IT_STAFF, Role.EXECUTIVE, Role.OWNER))
