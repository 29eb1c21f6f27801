"""Taking over a sheet of systems or of datasets after its preview was confirmed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.acting import allow
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.inventory import dataset_sheets, sheets, steps
from kijun.governance.inventory.actions.datasets import save_dataset
from kijun.governance.inventory.actions.systems import save_step, start_system
from kijun.governance.inventory.models import AISystem, Dataset
from kijun.governance.inventory.sheet_cells import Known
from kijun.governance.organisation.models import Municipality
from kijun.web import imports


@transaction.atomic
def apply_import(actor: Person, municipality: Municipality, plan: imports.ImportPlan) -> tuple[int, int]:
    """Carry a plan of systems out: (systems changed, drafts made). All or nothing.

    Raises ValidationError when a row does not fit any more or leaves a registered system incomplete.
    """
    allow(actor, "inventory.register", None)
    known = sheets.known(municipality)
    by_code = {one.code: one for one in sheets.for_sheet(AISystem.objects.of(municipality))}

    def save(item: imports.PlanItem, values: dict[str, Any]) -> None:
        data = sheets.cleaned(values, known.people, known.departments)
        new = item.action == "add"
        system = start_system(actor, municipality) if new else by_code[item.key]
        save_step(actor, system, None, data, None)
        if new:
            _continue_where_unanswered(system, data)

    counts = _carry_out(plan, known, save)
    detail = {"changed": counts[0], "added": counts[1]}
    record(municipality.chain, actor, "inventory.imported", municipality, detail)
    return counts


@transaction.atomic
def import_datasets(actor: Person, municipality: Municipality, plan: imports.ImportPlan) -> tuple[int, int]:
    """Carry a plan of datasets out: (changed, added). All or nothing. Raises ValidationError as above."""
    allow(actor, "inventory.add_dataset", None)
    known = dataset_sheets.known(municipality)
    by_code = {one.code: one for one in Dataset.objects.of(municipality)}
    systems = {one.code: one for one in AISystem.objects.of(municipality)}

    def save(item: imports.PlanItem, values: dict[str, Any]) -> None:
        data = dataset_sheets.cleaned(values, known.people, known.departments, systems)
        save_dataset(actor, municipality, by_code.get(item.key), data)

    counts = _carry_out(plan, known, save)
    detail = {"changed": counts[0], "added": counts[1]}
    record(municipality.chain, actor, "inventory.datasets_imported", municipality, detail)
    return counts


def _carry_out(
    plan: imports.ImportPlan, known: Known, save: Callable[[imports.PlanItem, dict[str, Any]], None]
) -> tuple[int, int]:
    if not plan.ok or imports.outdated(plan, known.rows):
        raise ValidationError(
            _("プレビューのあとに台帳が変わりました。もう一度ファイルを選んで、内容を確認してください。")
        )
    for item in plan.of("change", "add"):
        try:
            save(item, {change.column: change.after for change in item.changes})
        except ValidationError as error:
            row = _("%(row)s行目（%(key)s）：") % {"row": item.row_number, "key": item.key}
            raise ValidationError([f"{row}{message}" for message in error.messages]) from error
    return len(plan.of("change")), len(plan.of("add"))


def _continue_where_unanswered(system: AISystem, data: dict[str, object]) -> None:
    """A new draft goes on at the first step whose required fields the sheet did not fill."""
    for step in steps.STEPS:
        if any(data.get(name) in (None, "", []) for name in step.required):
            break
        system.step = step.number + 1
    system.save(update_fields=["step"])
