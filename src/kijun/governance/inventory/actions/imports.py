"""Taking over a sheet of systems after its preview was confirmed."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.inventory import sheets, steps
from kijun.governance.inventory.actions.common import allow
from kijun.governance.inventory.actions.systems import save_step, start_system
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from kijun.web import imports


@transaction.atomic
def apply_import(actor: Person, municipality: Municipality, plan: imports.ImportPlan) -> tuple[int, int]:
    """Carry a plan out: (systems changed, drafts made). All or nothing.

    Raises ValidationError when a row does not fit any more or leaves a registered system incomplete.
    """
    allow(actor, "inventory.register", None)
    rows = AISystem.objects.of(municipality)
    known = sheets.existing(rows)
    if not plan.ok or imports.outdated(plan, known):
        raise ValidationError(
            _("プレビューのあとに台帳が変わりました。もう一度ファイルを選んで、内容を確認してください。")
        )
    people = {one.staff_number: one for one in Person.objects.of(municipality)}
    departments = {one.code: one for one in Department.objects.of(municipality)}
    by_code = {one.code: one for one in sheets.for_sheet(rows)}
    changed = made = 0
    for item in plan.of("change", "add"):
        values = {change.column: change.after for change in item.changes}
        data = sheets.cleaned(values, people, departments)
        if item.action == "add":
            system = start_system(actor, municipality)
            made += 1
        else:
            system = by_code[item.key]
            changed += 1
        try:
            save_step(actor, system, None, data, None)
        except ValidationError as error:
            row = _("%(row)s行目（%(key)s）：") % {"row": item.row_number, "key": item.key}
            raise ValidationError([f"{row}{message}" for message in error.messages]) from error
        if item.action == "add":
            _continue_where_unanswered(system, data)
    record(municipality.chain, actor, "inventory.imported", municipality, {"changed": changed, "added": made})
    return changed, made


def _continue_where_unanswered(system: AISystem, data: dict[str, object]) -> None:
    """A new draft goes on at the first step whose required fields the sheet did not fill."""
    for step in steps.STEPS:
        if any(data.get(name) in (None, "", []) for name in step.required):
            break
        system.step = step.number + 1
    system.save(update_fields=["step"])
