"""Who reads and who writes the register's working copies. Publishing is decided through approvals."""

from __future__ import annotations

from kijun.governance.accounts.roles import add_perm, is_it_staff, is_staff_member
from kijun.governance.inventory.permissions import owns, sees_system

add_perm("register.view", is_staff_member & sees_system)
add_perm("register.edit", is_it_staff | owns)
