"""Who may see and change what lets people use AI."""

from __future__ import annotations

from typing import Any

import rules

from kijun.governance.accounts.roles import (
    Role,
    add_perm,
    has_role,
    is_it_staff,
    is_staff_member,
    sees_everything,
)

reads_all = sees_everything | has_role(Role.ADMINISTRATOR)


def _holds(person: Any, grant: Any) -> bool:
    """The person uses the grant, or answers for the application that does. True without a grant (the page's own check)."""
    return grant is None or person.pk in {grant.person_id, grant.responsible_id}


def _owns_system_of(person: Any, thing: Any) -> bool:
    """The person is the accountable owner of the system that a grant or a stop is about; of any, for a page without one."""
    from kijun.governance.inventory.models import AISystem

    if thing is None:
        if Role.OWNER in person.roles_today():
            return True
        if "_owns_systems" not in person.__dict__:  # the menu asks on every page, several times
            person.__dict__["_owns_systems"] = AISystem.objects.filter(owner=person.pk).exists()
        return bool(person.__dict__["_owns_systems"])
    system = thing if isinstance(thing, AISystem) else getattr(thing, "system", None)
    return system is not None and system.owner_id == person.pk


def _may_use(person: Any, purpose: Any) -> bool:
    """The purpose concerns the person: they may use it, answer for it, or own a system that is used for it."""
    from kijun.governance.access.queries import purposes_of

    return purpose is None or purposes_of(person).filter(pk=purpose.pk).exists()


holds = rules.predicate(_holds)
owns_system_of = rules.predicate(_owns_system_of)
may_use = rules.predicate(_may_use)

add_perm("access.use", is_staff_member)
add_perm("access.view", reads_all)
add_perm("access.view_purpose", is_staff_member & (reads_all | may_use))
add_perm("access.view_grant", is_staff_member & (reads_all | holds | owns_system_of))
add_perm("access.list_grants", is_staff_member & (reads_all | owns_system_of))
add_perm("access.change", is_it_staff)
add_perm("access.hold_key", is_staff_member & (is_it_staff | holds))
add_perm("access.view_stops", is_staff_member & (reads_all | owns_system_of))
add_perm("access.stop", is_staff_member & (is_it_staff | owns_system_of))
