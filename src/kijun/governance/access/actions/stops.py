"""Stop switches: off at once, on again with a reason."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.access.actions.common import allow_in, reason, same_town
from kijun.governance.access.models import Purpose, Stop
from kijun.governance.access.plain import check_names
from kijun.governance.access.publishing import publish
from kijun.governance.accounts.acting import Actor, allow, person_of
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Municipality


@transaction.atomic
def stop(
    actor: Actor,
    municipality: Municipality,
    *,
    target: AISystem | Purpose | Person | None,
    why: str,
    why_en: str = "",
) -> Stop:
    """Stop one system, purpose or person, or (``target`` None) everything of the municipality; in force within seconds.

    IT staff stop anything; the accountable owner the own system.
    """
    if isinstance(target, AISystem):
        allow(actor, "access.stop", target)
    else:
        allow_in(actor, "access.change", municipality)
    same_town(municipality.pk, {"target": target})
    why = reason(why)
    check_names({"reason_en": why_en}, lines=True)
    row = Stop(municipality=municipality, reason=why, reason_en=why_en.strip()[:300], by=person_of(actor))
    if isinstance(target, AISystem):
        row.scope, row.system = Stop.Scope.SYSTEM, target
    elif isinstance(target, Purpose):
        row.scope, row.purpose = Stop.Scope.PURPOSE, target
    elif isinstance(target, Person):
        row.scope, row.person = Stop.Scope.PERSON, target
    else:
        row.scope = Stop.Scope.EVERYTHING
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    same = Stop.objects.of(municipality).filter(
        scope=row.scope, system=row.system, purpose=row.purpose, person=row.person, lifted_at=None
    )
    if same.exists():
        raise ValidationError(_("すでに止まっています。"))
    row.save(force_insert=True)
    record(municipality.chain, actor, "access.stopped", row, {"reason": why})
    publish(f"stop {row.pk}")
    return row


@transaction.atomic
def lift_stop(actor: Actor, row: Stop, *, why: str, seen_revision: int | None = None) -> Stop:
    """What was stopped may be used again."""
    allow(actor, "access.stop" if row.scope == Stop.Scope.SYSTEM else "access.change", row)
    if row.lifted_at is not None:
        raise ValidationError(_("すでに再開しています。"))
    why = reason(why)
    row.claim(seen_revision)
    row.lifted_at, row.lifted_by, row.lifted_why = timezone.now(), person_of(actor), why
    row.save(update_fields=["lifted_at", "lifted_by", "lifted_why"])
    record(row.municipality.chain, actor, "access.stop_lifted", row, {"reason": why})
    publish(f"stop {row.pk} lifted")
    return row
