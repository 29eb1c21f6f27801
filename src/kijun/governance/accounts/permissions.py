"""Who may do what with people, departments and the trail (the last two stand before roles exist)."""

from kijun.governance.accounts.roles import (
    add_perm,
    is_administrator,
    is_auditor,
    is_executive,
    is_it_staff,
)

add_perm("accounts.manage_people", is_administrator)
add_perm("accounts.read_people", is_administrator | is_it_staff | is_auditor | is_executive)
add_perm("organisation.manage", is_administrator)
add_perm("audit.read", is_auditor | is_administrator | is_it_staff)
