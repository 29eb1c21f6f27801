"""Who confirms, who reads what others confirmed, who labels."""

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


def _is_own(person: Any, review: Any) -> bool:
    return review is None or review.person_id == person.pk


def _leads(person: Any, review: Any) -> bool:
    """The person approves for the department where it was confirmed."""
    if review is None:
        return True
    return review.department is not None and person.covers(review.department, Role.APPROVER)


def _made(person: Any, label: Any) -> bool:
    return label is None or person.pk in {label.made_by_id, label.review.person_id}


def _owns_labelled(person: Any, label: Any) -> bool:
    if label is None:
        return True
    system = label.review.system
    return system is not None and system.owner_id == person.pk


def _leads_labelled(person: Any, label: Any) -> bool:
    return label is None or _leads(person, label.review)


is_own = rules.predicate(_is_own)
leads = rules.predicate(_leads)
made = rules.predicate(_made)
owns_labelled = rules.predicate(_owns_labelled)
leads_labelled = rules.predicate(_leads_labelled)

add_perm("reviews.use", is_staff_member)
# Which reviews of others a person sees is narrowed by `reviews.queries.visible`; this is the door.
add_perm("reviews.own", is_staff_member & is_own)
add_perm(
    "reviews.read", is_staff_member & (is_own | sees_everything | (is_approver & leads) | owns_system_of)
)
add_perm("reviews.read_others", is_staff_member & (sees_everything | is_approver | owns_system_of))
add_perm("reviews.view_labels", is_staff_member)
add_perm("reviews.view_label", is_staff_member & (sees_everything | made | owns_labelled | leads_labelled))
add_perm(
    "reviews.withdraw_label",
    is_staff_member & (made | is_it_staff | owns_labelled | (is_approver & leads_labelled)),
)
add_perm("reviews.label_rules", has_role(Role.IT_STAFF, Role.EXECUTIVE))
