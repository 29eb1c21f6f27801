"""What the actions share."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max, Model
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.audit.refs import Ref
from kijun.governance.inventory.models import AISystem, Dataset
from kijun.governance.organisation.models import Municipality

Actor = Person | Ref


def allow(actor: Actor, permission: str, thing: Model | None) -> None:
    """Raise PermissionDenied unless the person may; a command or a job (a Ref) always may."""
    if isinstance(actor, Person) and not actor.has_perm(permission, thing):
        raise PermissionDenied


def person_of(actor: Actor) -> Person | None:
    return actor if isinstance(actor, Person) else None


def same_town(municipality_id: int, values: dict[str, Any]) -> None:
    """Refuse people and departments of another municipality, however they came in."""
    for name, value in values.items():
        for one in value if isinstance(value, list | tuple) else [value]:
            if isinstance(one, Model) and getattr(one, "municipality_id", municipality_id) != municipality_id:
                raise ValidationError({name: [_("この自治体の部署・職員から選んでください。")]})


def next_number(model: type[AISystem | Dataset], municipality: Municipality) -> int:
    """The next running number. Locks the municipality's row, so that two of a kind never share one."""
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    last = model.objects.of(municipality).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def not_retired(system: AISystem) -> None:
    if system.is_retired:
        raise ValidationError(_("廃止したAIシステムは変更できません。必要なら、先に段階を戻してください。"))


def registered_only(system: AISystem) -> None:
    if system.is_draft:
        raise ValidationError(_("下書きのAIシステムです。先に登録を終えてください。"))
