"""Who may see and change AI systems and datasets."""

from __future__ import annotations

from typing import Any

import rules

from kijun.governance.accounts.roles import Role, add_perm, has_role, is_it_staff, is_staff_member

knows_systems = has_role(Role.IT_STAFF, Role.OWNER)


def _owns(person: Any, thing: Any) -> bool:
    """The person answers for the thing. For a page without a thing: for some thing, or by the role."""
    from kijun.governance.inventory.models import AISystem

    if thing is None:
        return bool(knows_systems(person)) or AISystem.objects.filter(owner=person.pk).exists()
    return thing.owner_id is not None and bool(thing.owner_id == person.pk)


def _answers_for_data(person: Any, dataset: Any) -> bool:
    """The dataset's owner, or staff of the department that keeps it. For a page: any member of staff."""
    if dataset is None:
        return bool(is_staff_member(person))
    return bool(dataset.owner_id == person.pk or person.works_in(dataset.owner_department))


def _sees_system(person: Any, system: Any) -> bool:
    from kijun.governance.inventory.queries import visible_systems

    return system is None or visible_systems(person).filter(pk=system.pk).exists()


def _sees_dataset(person: Any, dataset: Any) -> bool:
    from kijun.governance.inventory.queries import visible_datasets

    return dataset is None or visible_datasets(person).filter(pk=dataset.pk).exists()


owns = rules.predicate(_owns)
answers_for_data = rules.predicate(_answers_for_data)
sees_system = rules.predicate(_sees_system)
sees_dataset = rules.predicate(_sees_dataset)

add_perm("inventory.view", is_staff_member & sees_system)
add_perm("inventory.register", is_it_staff)
add_perm("inventory.change", is_it_staff | owns)
add_perm("inventory.view_dataset", is_staff_member & sees_dataset)
add_perm("inventory.add_dataset", is_it_staff)
add_perm("inventory.change_dataset", is_it_staff | answers_for_data)
