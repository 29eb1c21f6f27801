"""Departments from a sheet: compared, shown, and carried out after confirmation."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.audit.actions import record_many
from kijun.governance.organisation.actions._may import Actor, check
from kijun.governance.organisation.actions.tree import (
    KEEP,
    clean_code,
    lock,
    put_department,
    put_version,
    refuse_broken_tree,
    sync_tree,
)
from kijun.governance.organisation.columns import as_rows
from kijun.governance.organisation.models import Department, Municipality
from kijun.web import imports
from kijun.web.excel import CellError, ReadResult, ReadRow
from kijun.web.kana import is_kana, normalise_kana
from kijun.web.models import StagedImport
from kijun.web.punctuation import labelled

KIND = "organisation.departments"


@transaction.atomic
def stage(
    actor: Actor,
    municipality: Municipality,
    read: ReadResult,
    *,
    filename: str,
    valid_from: datetime.date,
    reason: str,
) -> StagedImport:
    """Compare a sheet with the tree of ``valid_from`` and keep the plan for the preview; nothing else changes."""
    check(actor, municipality)
    existing = as_rows(municipality, valid_from)
    taken = set(Department.objects.of(municipality).values_list("code", flat=True)) - set(existing)
    for row in read.rows:
        _tidy(row)
    parents = {code: values["parent"] for code, values in existing.items()}
    parents |= {
        str(row.values["code"]): row.values.get("parent", parents.get(str(row.values["code"])))
        for row in read.rows
        if row.values.get("code")
    }
    for row in read.rows:
        _judge(row, parents, taken)
    plan = imports.plan(read.rows, existing, "code", read.columns)
    StagedImport.objects.filter(
        municipality_id=municipality.pk, made_at__lt=timezone.now() - StagedImport.LIFETIME
    ).delete()
    return StagedImport.objects.create(
        kind=KIND,
        municipality_id=municipality.pk,
        made_by_id=getattr(actor, "pk", 0),
        filename=filename[:200],
        plan={"plan": imports.dump(plan), "valid_from": valid_from.isoformat(), "reason": reason},
    )


def _tidy(row: ReadRow) -> None:
    """Width and kana as the forms make them, so that the preview shows what will be saved."""
    for key in ("code", "parent"):
        if isinstance(value := row.values.get(key), str):
            row.values[key] = unicodedata.normalize("NFKC", value).strip() or None
    if isinstance(kana := row.values.get("kana"), str) and kana:
        row.values["kana"] = normalise_kana(kana)
    order = row.values.get("order")
    if isinstance(order, Decimal) and order == order.to_integral_value():
        row.values["order"] = int(order)  # type: ignore[assignment]  # a plan takes whole numbers
    elif "order" in row.values and order is None:
        row.values["order"] = 0  # type: ignore[assignment]  # as above


def _judge(row: ReadRow, parents: dict[str, Any], taken: set[str]) -> None:
    """Add what is wrong with a row beside the cells themselves."""
    code, parent = row.values.get("code"), row.values.get("parent")
    if code:
        try:
            clean_code(str(code))
        except ValidationError as error:
            row.errors.append(CellError("code", error.messages[0]))
        if code in taken:
            message = _(
                "この部署コードは、この日には存在しない別の部署が使っています。別のコードにしてください。"
            )
            row.errors.append(CellError("code", message))
    if parent and str(parent) not in parents:
        message = _("上位の部署「%(code)s」がありません。コードを確かめるか、その部署の行を加えてください。")
        row.errors.append(CellError("parent", message % {"code": parent}))
    elif parent and _loops(str(code), parents):
        row.errors.append(CellError("parent", _("上位の部署をたどると、この部署自身に戻ってしまいます。")))
    kana = row.values.get("kana")
    if kana and not is_kana(str(kana)):
        row.errors.append(CellError("kana", _("カタカナで入力してください。例：ゼイムカ")))
    order: Any = row.values.get("order")
    if order is not None and not (isinstance(order, int) and 0 <= order < 2**31):
        row.errors.append(CellError("order", _("0以上の整数で入力してください。")))
    for key, length in (("name", 80), ("kana", 120), ("name_en", 120)):
        if len(str(row.values.get(key) or "")) > length:
            row.errors.append(
                CellError(key, _("%(length)s文字までで入力してください。") % {"length": length})
            )


def _loops(code: str, parents: dict[str, Any]) -> bool:
    at, walked = parents.get(code), {code}
    while at:
        if at == code:
            return True
        if at in walked:
            return False
        walked.add(str(at))
        at = parents.get(str(at))
    return False


@transaction.atomic
def carry_out(actor: Actor, municipality: Municipality, staged: StagedImport) -> dict[imports.Action, int]:
    """Do what the preview showed; gives how many rows did what.

    ValidationError when a row has an error, when it waited too long, or when somebody changed the same
    departments meanwhile: nothing is changed then.
    """
    check(actor, municipality)
    lock(municipality)
    rows = StagedImport.objects.select_for_update().filter(kind=KIND, municipality_id=municipality.pk)
    found = rows.filter(pk=staged.pk).first()
    if found is None:
        raise ValidationError(_("この取り込みは、すでに終わっています。"), code="done")
    staged = found
    if staged.is_expired:
        raise ValidationError(_("確認までに時間がたちすぎました。ファイルをもう一度選んでください。"))
    plan = imports.load(staged.plan["plan"])
    valid_from = datetime.date.fromisoformat(staged.plan["valid_from"])
    reason = staged.plan["reason"]
    if not plan.ok:
        raise ValidationError(_("誤りのある行があります。ファイルを直してから、もう一度選んでください。"))
    if imports.outdated(plan, as_rows(municipality, valid_from)):
        raise ValidationError(
            _("確認している間に、別の人が部署を変更しました。ファイルをもう一度選んでください。")
        )
    known = {one.code: one for one in Department.objects.of(municipality)}
    events: list[tuple[str, Any, dict[str, Any] | None]] = []
    for item in _parents_first(plan.of("add")):
        values = {change.column: change.after for change in item.changes}
        known[item.key] = put_department(
            municipality, code=item.key, name=str(values["name"]), kana=str(values.get("kana") or ""),
            name_en=str(values.get("name_en") or ""), parent=known[str(values["parent"])] if values.get("parent") else None,
            valid_from=valid_from, order=int(values.get("order") or 0), reason=reason,  # type: ignore[arg-type]  # judged
        )  # fmt: skip
        events.append(("organisation.department_added", known[item.key], {"code": item.key}))
    for item in plan.of("change"):
        events.append(_change(known[item.key], item, known, valid_from, reason))
    refuse_broken_tree(municipality, valid_from)
    sync_tree(municipality)
    events.append(
        (
            "organisation.departments_imported",
            municipality,
            {"filename": staged.filename} | {str(key): n for key, n in plan.counts.items()},
        )
    )
    record_many(municipality.chain, actor, events)
    staged.delete()
    return plan.counts


def _parents_first(items: Sequence[imports.PlanItem]) -> list[imports.PlanItem]:
    waiting = {item.key: item for item in items}
    above = {
        item.key: next((str(c.after) for c in item.changes if c.column == "parent" and c.after), "")
        for item in items
    }
    ordered: list[imports.PlanItem] = []
    while waiting:
        ready = [key for key in waiting if above[key] not in waiting]
        ordered += [waiting.pop(key) for key in ready]
        if not ready:
            raise ValidationError(_("部署が輪になっています。上位の部署コードを確かめてください。"))
    return ordered


def _change(
    department: Department,
    item: imports.PlanItem,
    known: dict[str, Department],
    valid_from: datetime.date,
    reason: str,
) -> tuple[str, Any, dict[str, Any]]:
    after = {change.column: change.after for change in item.changes}
    if set(after) & {"name", "kana", "parent"}:
        parent: Any = KEEP
        if "parent" in after:
            parent = known[str(after["parent"])] if after["parent"] else None
        try:
            put_version(
                department,
                valid_from=valid_from,
                reason=reason,
                name=str(after["name"]) if "name" in after else None,
                kana=str(after["kana"] or "") if "kana" in after else None,
                parent=parent,
            )
        except ValidationError as error:
            raise ValidationError(labelled(department, error.messages[0])) from error
    if set(after) & {"name_en", "order"}:
        department.name_en = str(after.get("name_en", department.name_en) or "")
        department.order = int(after.get("order", department.order) or 0)  # type: ignore[arg-type]  # judged
        department.save(update_fields=["name_en", "order"])
    before = {change.column: change.before for change in item.changes}
    return (
        "organisation.department_revised",
        department,
        {"before": before, "after": after, "valid_from": str(valid_from), "reason": reason},
    )


def discard(actor: Actor, municipality: Municipality, staged: StagedImport) -> None:
    """Throw a plan away."""
    check(actor, municipality)
    StagedImport.objects.filter(pk=staged.pk, kind=KIND, municipality_id=municipality.pk).delete()
