"""Who may assess risks, accept what remains, and see assessments."""

from __future__ import annotations

from typing import Any

import rules

from kijun.governance.accounts.roles import (
    add_perm,
    is_executive,
    is_it_staff,
    is_staff_member,
)


def _system(thing: Any) -> Any:
    return getattr(thing, "system", thing)


def _owns_system(person: Any, thing: Any) -> bool:
    """The person answers for the system (or for the assessment's). For a page: for some system, or by the role."""
    if thing is None:
        return bool(person.has_perm("inventory.change"))
    return bool(_system(thing).owner_id == person.pk)


def _sees_system(person: Any, thing: Any) -> bool:
    return thing is None or person.has_perm("inventory.view", _system(thing))


owns_system = rules.predicate(_owns_system)
sees_system = rules.predicate(_sees_system)

add_perm("risks.view", is_staff_member & sees_system)
add_perm("risks.assess", is_it_staff | owns_system)
add_perm("risks.lower", is_it_staff)
add_perm("risks.accept", is_executive)
