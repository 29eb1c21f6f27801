"""Who sets up collections, who writes documents of one, who reads them."""

from __future__ import annotations

from typing import Any

import rules

from kijun.governance.accounts.roles import Role, add_perm, is_it_staff, is_staff_member


def _writes(person: Any, collection: Any) -> bool:
    """The collection's owner, IT staff, and whoever works in its department."""
    if collection is None:
        return True
    if collection.owner_id == person.pk or Role.IT_STAFF in person.roles_today():
        return True
    return bool(person.works_in(collection.department))


writes = rules.predicate(_writes)

add_perm("chat.manage_collections", is_it_staff)
add_perm("chat.write_documents", (is_staff_member | is_it_staff) & writes)
