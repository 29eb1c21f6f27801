"""An assessment's answers as an Excel sheet, out and in.

Out: one row a control. In: compared with what stands, an error per row; nothing changes before the confirmation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from kijun.catalog import Control
from kijun.governance.accounts.models import Person
from kijun.governance.assessments import actions, catalogue, proving, rewording
from kijun.governance.assessments.actions.answers import (
    ATTESTATION,
    check_answer,
    needs_attestation,
    needs_explanation,
)
from kijun.governance.assessments.models import Answer, AskedRole, Assessment, Status
from kijun.governance.assessments.permissions import Asked
from kijun.governance.evidence.models import Item
from kijun.web import imports
from kijun.web.excel import CellError, ReadResult, ReadRow, Sheet, SheetColumn, read_table, write_workbook
from kijun.web.punctuation import labelled
from kijun.web.versions import Stale

COLUMNS = [
    SheetColumn("control_id", gettext_lazy("番号"), width=10, required=True, aliases=("対策番号",)),
    SheetColumn("role", gettext_lazy("答える人"), kind="choice", choices=AskedRole.choices, width=22),
    SheetColumn("title", gettext_lazy("対策"), width=32),
    SheetColumn("question", gettext_lazy("内容"), width=56),
    SheetColumn("status", gettext_lazy("実施状況"), kind="choice", choices=Status.choices, width=12),
    SheetColumn(
        "reason", gettext_lazy("理由・内容"), width=40, hint=gettext_lazy("実施済以外では必ず入力します。")
    ),
    SheetColumn(
        "planned_on", gettext_lazy("実施予定日"), kind="date", hint=gettext_lazy("予定のときだけ入力します。")
    ),
    SheetColumn(
        "attestation",
        gettext_lazy("申告"),
        width=36,
        hint=gettext_lazy("証跡がないまま実施済とするときだけ、10字以上で入力します。"),
    ),
    SheetColumn("previous", gettext_lazy("前回の回答（読み込みません）"), width=32),
    SheetColumn("evidence", gettext_lazy("証跡（読み込みません）"), width=44),
]
EDITABLE = ("status", "reason", "planned_on", "attestation")


def write(assessment: Assessment, answers: list[Answer]) -> bytes:
    """The sheet as an .xlsx file."""
    catalog, lang = catalogue.pinned(assessment), get_language() or "ja"
    items = proving.items_of(assessment)
    rows = []
    for one in answers:
        control = catalog.control(one.control_id)
        rows.append(
            {
                "control_id": one.control_id,
                "role": one.role,
                "title": control.title.get(lang),
                "question": control.statement.get(lang),
                "status": one.status or None,
                "reason": one.reason,
                "planned_on": one.planned_on,
                "attestation": "",
                "previous": _previous(one, control),
                "evidence": "\n".join(_evidence(item) for item in items.get(one.control_id, [])),
            }
        )
    return write_workbook([Sheet(_("自己点検"), COLUMNS, rows)])


def _previous(answer: Answer, control: Control) -> str:
    """What was approved last, and how the question read where it reads differently now: to be looked at, never read in."""
    if not answer.previous:
        return ""
    status = answer.previous.get("status", "")
    parts = [str(Status(status).label) if status else "", answer.previous.get("reason", "")]
    text = " / ".join(part for part in parts if part)
    if not answer.is_reworded:
        return text
    lang = get_language() or "ja"
    before = [words for _name, words, _now in rewording.lines(answer.previous, control, lang)]
    return "\n".join([_("【対策の内容が変わりました】"), text, *before])


def _evidence(item: Item) -> str:
    day = timezone.localdate(item.as_of)
    parts = [item.shown_title, item.shown_value, item.get_verdict_display(), f"{day:%Y/%m/%d}"]
    return " / ".join(part for part in parts if part)


def existing(answers: list[Answer]) -> dict[str, dict[str, Any]]:
    """What stands, for :func:`kijun.web.imports.plan`."""
    return {
        one.control_id: {
            "status": one.status,
            "reason": one.reason,
            "planned_on": one.planned_on,
            "attestation": "",
        }
        for one in answers
    }


def preview(
    person: Person, assessment: Assessment, answers: list[Answer], content: bytes, filename: str
) -> tuple[ReadResult, imports.ImportPlan | None]:
    """What the file would change; no plan where the file as a whole cannot be read."""
    read = read_table(content, filename, COLUMNS)
    if read.problems:
        return read, None
    known = {one.control_id: one for one in answers}
    assignments = list(assessment.assignments.select_related("department"))
    asked = Asked(person, assessment, assignments)
    columns = [key for key in read.columns if key in EDITABLE]
    made = imports.plan(read.rows, existing(answers), "control_id", columns)
    rows = {row.number: row for row in read.rows}
    proven = proving.items_of(assessment)
    checked = [_check(item, rows, known, asked, proven) for item in made.items if item.action != "missing"]
    return read, imports.ImportPlan(checked)


def _check(
    item: imports.PlanItem,
    rows: Mapping[int, ReadRow],
    known: Mapping[str, Answer],
    asked: Asked,
    proven: Mapping[str, list[Item]],
) -> imports.PlanItem:
    """The row again, with every error that saving it would meet."""
    if item.action in {"same", "error"} or item.row_number is None:
        return item
    errors: list[CellError] = []
    answer = known.get(item.key)
    if answer is None:
        errors.append(
            CellError("control_id", _("この点検に「%(id)s」という対策はありません。") % {"id": item.key})
        )
    elif not asked.may(answer):
        errors.append(CellError("control_id", _("この対策に答える権限がありません。担当の部署が答えます。")))
    else:
        values = merged(answer, item)
        try:
            check_answer(status=values["status"], reason=values["reason"], planned_on=values["planned_on"])
        except ValidationError as error:
            errors += [CellError(key, text) for key, texts in error.message_dict.items() for text in texts]
        evidence = proven.get(item.key, [])
        if values["status"] == Status.DONE and proving.contradicts(evidence) and not values["reason"].strip():
            errors.append(CellError("reason", needs_explanation()))
        unproven = values["status"] == Status.DONE and not proving.supports(evidence)
        if unproven and len(values["attestation"].strip()) < ATTESTATION:
            errors.append(CellError("attestation", needs_attestation()))
    if errors:
        return imports.PlanItem(item.row_number, item.key, "error", item.changes, errors)
    return item


def merged(answer: Answer, item: imports.PlanItem) -> dict[str, Any]:
    """The answer as it would be after the row."""
    values: dict[str, Any] = {
        "status": answer.status,
        "reason": answer.reason,
        "planned_on": answer.planned_on,
        "attestation": "",
    }
    for change in item.changes:
        empty = None if change.column == "planned_on" else ""
        values[change.column] = empty if change.after is None else change.after
    return values


@transaction.atomic
def apply(person: Person, assessment: Assessment, answers: list[Answer], made: imports.ImportPlan) -> int:
    """Save what was previewed, all or nothing; the number of answers changed.

    Raises Stale when somebody changed one of them since the preview, ValidationError for what no longer holds.
    """
    if not made.ok:
        raise ValidationError(_("誤りのある行があります。直してから、もう一度取り込んでください。"))
    if imports.outdated(made, existing(answers)):
        raise Stale
    known = {one.control_id: one for one in answers}
    wanted = made.of("change")
    for item in wanted:
        answer = known[item.key]
        values = merged(answer, item)
        try:
            actions.answer(person, answer, **values, seen_revision=answer.revision)
        except ValidationError as error:
            if isinstance(error, Stale):
                raise
            raise ValidationError([labelled(item.key, text) for text in error.messages]) from error
    return len(wanted)
