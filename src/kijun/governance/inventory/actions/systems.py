"""Registering and changing an AI system."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.acting import Actor, allow, person_of
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import changes, record
from kijun.governance.inventory import steps
from kijun.governance.inventory.actions.common import not_retired, same_town
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from kijun.governance.organisation.numbering import next_number
from kijun.web.punctuation import listed


def _in_town(actor: Actor, municipality: Municipality) -> None:
    if isinstance(actor, Person) and actor.municipality_id != municipality.pk:
        raise PermissionDenied


@transaction.atomic
def start_system(actor: Actor, municipality: Municipality) -> AISystem:
    """An empty draft with the next number; the guided form fills it."""
    allow(actor, "inventory.register", None)
    _in_town(actor, municipality)
    system = AISystem(
        municipality=municipality,
        number=next_number(AISystem, municipality),
        made_by=person_of(actor),
        data_kinds=[],
    )
    system.save(force_insert=True)
    record(municipality.chain, actor, "inventory.draft_started", system, {"code": system.code})
    return system


@transaction.atomic
def save_step(
    actor: Actor,
    system: AISystem,
    step: int | None,
    data: dict[str, Any],
    seen_revision: int | None,
    *,
    finished: bool = True,
) -> AISystem:
    """Save one step's fields of a draft or of a registered system.

    ``step`` is its number (None: any fields, as an import brings them); ``data`` holds cleaned values by field,
    ``user_departments`` as a list of departments. ``finished`` False keeps a draft at this step: the person
    left before the page was complete. Raises Stale, ValidationError.
    """
    allow(actor, "inventory.change", system)
    not_retired(system)
    allowed = steps.FIELDS if step is None else steps.STEPS[step - 1].fields
    values = {name: value for name, value in data.items() if name in allowed}
    same_town(system.municipality_id, values)
    before = {name: steps.value_of(system, name) for name in values}
    after = {name: list(value) if name == "user_departments" else value for name, value in values.items()}
    system.claim(seen_revision)
    for name, value in after.items():
        if name != "user_departments":
            setattr(system, name, value)
    if system.is_draft and step is not None and finished:
        system.step = max(system.step, step + 1)
    if not system.is_draft:
        steps.check_complete(system)
    system.save()
    if "user_departments" in after:
        system.user_departments.set(after["user_departments"])
    detail = changes(_in_order(before), _in_order(after))
    if detail["after"]:
        action = "inventory.draft_saved" if system.is_draft else "inventory.changed"
        record(system.municipality.chain, actor, action, system, detail)
    return system


def _in_order(values: dict[str, Any]) -> dict[str, Any]:
    """Departments in one order, so that the same set is no change."""
    return {
        name: sorted(map(str, value)) if name == "user_departments" else value
        for name, value in values.items()
    }


@transaction.atomic
def register_system(actor: Actor, system: AISystem, seen_revision: int | None = None) -> AISystem:
    """End a draft: everything required is there. The system starts as 構想. Raises ValidationError by field."""
    allow(actor, "inventory.register", system)
    if not system.is_draft:
        raise ValidationError(_("このAIシステムは登録済みです。"))
    steps.check_complete(system)
    system.claim(seen_revision)
    system.registered_at = timezone.now()
    system.registered_by = person_of(actor)
    system.step = len(steps.STEPS) + 1
    system.save()
    detail = {"code": system.code, "name": system.name}
    record(system.municipality.chain, actor, "inventory.registered", system, detail)
    return system


@transaction.atomic
def discard_draft(actor: Actor, system: AISystem) -> None:
    """Throw an unfinished draft away. A registered system is retired instead, never deleted."""
    allow(actor, "inventory.register", system)
    if not system.is_draft:
        raise ValidationError(_("登録済みのAIシステムは削除できません。使わなくなったら廃止してください。"))
    detail = {"code": system.code, "name": system.name}
    record(system.municipality.chain, actor, "inventory.draft_discarded", system, detail)
    system.delete()


@transaction.atomic
def set_owner(actor: Actor, system: AISystem, person: Person) -> AISystem:
    """Name the person who answers for the system (P8.1.1)."""
    allow(actor, "inventory.change", system)
    return _set_owner(actor, system, person)


def hand_over_system(actor: Person, system: AISystem, old: Person, new: Person) -> None:
    """Give a system to the successor of a person who moves; accounts checked that ``actor`` may."""
    if system.owner_id == old.pk:
        _set_owner(actor, system, new)


def pass_on_system(actor: Person, system: AISystem, old: Department, new: Department) -> None:
    """To the successor of a closed department, as provider, user or both; organisation checked that ``actor`` may and where to."""
    before = {"provider_department": system.provider_department or "", "user_departments": _users(system)}
    system.claim(None)
    if system.provider_department_id == old.pk:
        system.provider_department = new
        system.save(update_fields=["provider_department"])
    if system.user_departments.filter(pk=old.pk).exists():
        system.user_departments.remove(old)
        system.user_departments.add(new)
    after = {"provider_department": system.provider_department or "", "user_departments": _users(system)}
    record(
        system.municipality.chain, actor, "inventory.departments_handed_on", system, changes(before, after)
    )


def _users(system: AISystem) -> str:
    return listed(one.name for one in system.user_departments.order_by("order", "code"))


def _set_owner(actor: Actor, system: AISystem, person: Person) -> AISystem:
    same_town(system.municipality_id, {"owner": person})
    if not person.is_active:
        raise ValidationError({"owner": [_("有効な職員から選んでください。")]})
    before = system.owner
    system.claim(None)
    system.owner = person
    system.save(update_fields=["owner"])
    detail = changes({"owner": before}, {"owner": person})
    record(system.municipality.chain, actor, "inventory.owner_set", system, detail)
    return system
