"""The life cycle: 構想 → 企画 → 実証 → 運用 → 拡大 → 廃止, with gates in front of each stage."""

from __future__ import annotations

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.acting import Actor, allow, person_of
from kijun.governance.audit.actions import record
from kijun.governance.inventory import gates
from kijun.governance.inventory.actions.common import registered_only
from kijun.governance.inventory.models import IN_USE, ORDER, AISystem, Stage, StageChange
from kijun.governance.inventory.queries import is_back


def needs_reason(before: str, after: str) -> bool:
    """Everything but the next step forward is explained."""
    return after == Stage.RETIRED or ORDER.index(Stage(after)) != ORDER.index(Stage(before)) + 1


def asks_gates(before: str, after: str) -> bool:
    """Gates stand on the way forward; stepping back and retiring are always possible."""
    return after != Stage.RETIRED and not is_back(before, after)


def next_stage(system: AISystem) -> Stage | None:
    """The stage that usually follows; None for the last two (拡大 stays, 廃止 is the end)."""
    position = ORDER.index(Stage(system.stage))
    following = ORDER[position + 1] if position + 1 < len(ORDER) else None
    return None if following == Stage.RETIRED else following


@transaction.atomic
def change_stage(
    actor: Actor,
    system: AISystem,
    stage: str,
    *,
    on: datetime.date | None = None,
    reason: str = "",
    seen_revision: int | None = None,
) -> StageChange:
    """Move a system to ``stage`` on a day (default: today) and keep what the gates said.

    Raises ValidationError: with the obstacles' messages when a gate is closed, keyed by field for date and reason.
    """
    allow(actor, "inventory.change", system)
    registered_only(system)
    on = on or timezone.localdate()
    _check(system, stage, on, reason)
    before = system.stage
    if asks_gates(before, stage):
        closed = gates.obstacles(system, stage)
        if closed:
            raise ValidationError([str(one.message) for one in closed])
    system.claim(seen_revision)
    system.stage = stage
    if stage in IN_USE and system.started_on is None:
        system.started_on = on
    system.ended_on = on if stage == Stage.RETIRED else None
    system.save()
    change = StageChange.objects.create(
        municipality=system.municipality,
        system=system,
        before=before,
        after=stage,
        on=on,
        reason=reason.strip(),
        by=person_of(actor),
    )
    detail = {"before": {"stage": before}, "after": {"stage": stage}, "on": str(on), "reason": reason.strip()}
    record(system.municipality.chain, actor, "inventory.stage_changed", system, detail)
    return change


def _check(system: AISystem, stage: str, on: datetime.date, reason: str) -> None:
    if stage not in Stage.values:
        raise ValidationError({"stage": [_("段階を選んでください。")]})
    if stage == system.stage:
        raise ValidationError({"stage": [_("すでにこの段階です。")]})
    if on > timezone.localdate():
        raise ValidationError({"on": [_("今日までの日付を入力してください。")]})
    last = system.stage_changes.order_by("-at", "-pk").first()
    if last is not None and on < last.on:
        raise ValidationError({"on": [_("前の段階に移った日以降の日付を入力してください。")]})
    if needs_reason(system.stage, stage) and not reason.strip():
        raise ValidationError({"reason": [_("理由を入力してください。")]})
