"""Who may do what with approvals. What a step needs is asked of :mod:`.eligibility`, step by step."""

from __future__ import annotations

from typing import Any

import rules

from kijun.governance.accounts.roles import add_perm, is_administrator, is_it_staff, is_staff_member
from kijun.governance.approvals import eligibility


def _may_see(person: Any, approval: Any) -> bool:
    """One of those whom the approval concerns. True without one (the page's own check)."""
    return approval is None or eligibility.visible(person).filter(pk=approval.pk).exists()


may_see = rules.predicate(_may_see)
add_perm("approvals.read", is_staff_member & may_see)
add_perm("approvals.manage_routes", is_administrator | is_it_staff)
