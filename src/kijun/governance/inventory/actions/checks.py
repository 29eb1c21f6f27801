"""Verification before operation (P3.1.8) and the result of a pilot (G.5)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.acting import Actor, allow, person_of
from kijun.governance.audit.actions import record
from kijun.governance.inventory.actions.common import not_retired, registered_only, same_town
from kijun.governance.inventory.models import AISystem, PilotResult, Verification


@transaction.atomic
def verify_system(actor: Actor, system: AISystem, **fields: Any) -> Verification:
    """Keep a verification (fields of :class:`Verification`); a new check is a new row, none is changed."""
    allow(actor, "inventory.change", system)
    registered_only(system)
    not_retired(system)
    if fields["verified_on"] > timezone.localdate():
        raise ValidationError({"verified_on": [_("今日までの日付を入力してください。")]})
    row = Verification.objects.create(
        municipality=system.municipality, system=system, by=person_of(actor), **fields
    )
    detail = {"passed": row.passed, "verified_on": str(row.verified_on)}
    record(system.municipality.chain, actor, "inventory.verified", system, detail)
    return row


@transaction.atomic
def record_pilot(actor: Actor, system: AISystem, **fields: Any) -> PilotResult:
    """Keep what a pilot showed (fields of :class:`PilotResult`), with the effect figure."""
    allow(actor, "inventory.change", system)
    registered_only(system)
    not_retired(system)
    same_town(system.municipality_id, fields)
    if fields["ended_on"] > timezone.localdate():
        raise ValidationError({"ended_on": [_("実証が終わってから、結果を登録してください。")]})
    if fields["ended_on"] < fields["started_on"]:
        raise ValidationError({"ended_on": [_("終了日は、開始日以降の日付にしてください。")]})
    row = PilotResult.objects.create(
        municipality=system.municipality, system=system, by=person_of(actor), **fields
    )
    detail = {"go_on": row.go_on, "started_on": str(row.started_on), "ended_on": str(row.ended_on)}
    record(system.municipality.chain, actor, "inventory.pilot_recorded", system, detail)
    return row
