"""The lines of a transfer as a sheet: one row a person, in and out."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kijun.governance.accounts.models import Person, Transfer, TransferLine
from kijun.governance.accounts.names import normalise_number
from kijun.governance.accounts.roles import Role
from kijun.governance.accounts.transfers.drafting import Actor, checked_roles, line_detail, may_change
from kijun.governance.audit.actions import record_many
from kijun.governance.organisation.models import Department
from kijun.governance.organisation.queries import open_departments
from kijun.web import imports
from kijun.web.excel import CellError, ReadResult, ReadRow, SheetColumn
from kijun.web.models import StagedImport

KIND = "accounts.transfer_lines"
MOVES, LEAVES = "move", "leave"
COLUMNS = [
    SheetColumn("staff_number", gettext_lazy("職員番号"), required=True, width=14),
    SheetColumn(
        "name", gettext_lazy("氏名"), hint=gettext_lazy("職員番号の確認に使います。空欄でもかまいません。")
    ),
    SheetColumn(
        "kind",
        gettext_lazy("区分"),
        "choice",
        choices=[(MOVES, gettext_lazy("異動")), (LEAVES, gettext_lazy("退職・転出"))],
        hint=gettext_lazy("空欄は異動です。"),
    ),
    SheetColumn(
        "department",
        gettext_lazy("異動先の部署コード"),
        hint=gettext_lazy("退職・転出のときは空欄にします。"),
    ),
    SheetColumn("title", gettext_lazy("職名"), width=16),
    SheetColumn(
        "roles",
        gettext_lazy("異動先での役割"),
        hint=gettext_lazy("「、」で区切ります。空欄は職員だけです。例：職員、上長"),
    ),
    SheetColumn(
        "end_wide",
        gettext_lazy("全庁の役割"),
        "choice",
        choices=[("keep", gettext_lazy("残す")), ("end", gettext_lazy("終える"))],
        hint=gettext_lazy("空欄は残すです。"),
    ),
]
COMPARED = ("kind", "department", "title", "roles", "end_wide")


def short_role(role: str) -> str:
    """職員 for 職員（AI利用者）."""
    return re.sub(r"[（(].*", "", str(Role(role).label)).strip()


def roles_text(roles: list[str]) -> str:
    return "、".join(short_role(role) for role in roles)


def read_roles(text: str) -> list[str]:
    """Roles from a cell: short or long names or codes, separated by 、 , / or a line break. ValueError else."""
    words = {}
    for role in Role:
        for word in (role.value, str(role.label), short_role(role)):
            words[_same(word)] = role.value
    found = [_same(part) for part in re.split(r"[、,，/／;\n]+", text) if part.strip()]
    unknown = [part for part in found if part not in words]
    if unknown:
        raise ValueError(unknown[0])
    return checked_roles(words[part] for part in found)


def _same(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def as_rows(transfer: Transfer) -> dict[str, dict[str, Any]]:
    """The lines by staff number, as the sheet has them."""
    lines = transfer.lines.select_related("person", "to_department").order_by("person__kana_sort", "pk")
    return {
        line.person.staff_number: {
            "staff_number": line.person.staff_number,
            "name": line.person.name,
            "kind": LEAVES if line.leaves else MOVES,
            "department": line.to_department.code if line.to_department else None,
            "title": line.title,
            "roles": roles_text(line.roles),
            "end_wide": "end" if line.end_wide else "keep",
        }
        for line in lines
    }


@transaction.atomic
def stage_lines(actor: Actor, transfer: Transfer, read: ReadResult, *, filename: str) -> StagedImport:
    """Compare a sheet with the lines and keep the plan for the preview; nothing else changes."""
    transfer = may_change(actor, transfer, Transfer.State.DRAFT)
    people = {one.staff_number: one for one in Person.objects.of(transfer.municipality)}
    day = transfer.effective_on
    departments = dict(open_departments(transfer.municipality, day).values_list("code", "name"))
    existing = as_rows(transfer)
    absent = [key for key in COMPARED if key not in read.columns]
    for row in read.rows:
        known = existing.get(str(row.values.get("staff_number")), {})
        row.values.update({key: known[key] for key in absent if key in known})
        _judge(row, people, departments)
    plan = imports.plan(read.rows, existing, "staff_number", ["staff_number", *COMPARED])
    town = transfer.municipality_id
    StagedImport.objects.filter(
        municipality_id=town, kind=KIND, made_at__lt=timezone.now() - StagedImport.LIFETIME
    ).delete()
    return StagedImport.objects.create(
        kind=KIND,
        municipality_id=town,
        made_by_id=getattr(actor, "pk", 0),
        target_id=transfer.pk,
        filename=filename[:200],
        plan={
            "plan": imports.dump(plan),
            "names": {i.key: people[i.key].name for i in plan.items if i.key in people},
            "departments": departments,
        },
    )


def _judge(row: ReadRow, people: dict[str, Person], departments: dict[str, str]) -> None:
    """Bring a row into one form, and say what is wrong with it."""
    values: dict[str, Any] = row.values
    for key in ("staff_number", "department"):
        if values.get(key) is not None:
            values[key] = unicodedata.normalize("NFKC", str(values[key])).strip() or None
    if values.get("staff_number"):
        values["staff_number"] = normalise_number(values["staff_number"])
    number = str(values.get("staff_number") or "")
    person = people.get(number)
    if number and person is None:
        likely = next((one for one in people if one != number and one.lstrip("0") == number.lstrip("0")), "")
        message = _("先頭の0が消えていませんか。職員番号「%(number)s」の職員がいます。") % {"number": likely}
        row.errors.append(
            CellError("staff_number", message if likely else _("この職員番号の職員はいません。"))
        )
    if person is not None and not person.is_active:
        row.errors.append(CellError("staff_number", _("この職員は無効になっています。")))
    if person and values.get("name") and _same(str(values["name"])) != _same(person.name):
        message = _("職員番号の職員は「%(name)s」です。番号か氏名を確かめてください。")
        row.errors.append(CellError("name", message % {"name": person.name}))
    values["kind"] = values.get("kind") or MOVES
    values["end_wide"] = values.get("end_wide") or "keep"
    if values["kind"] == LEAVES:
        if values.get("department"):
            row.errors.append(CellError("department", _("退職・転出のときは空欄にしてください。")))
        values["department"], values["title"], values["roles"] = None, "", ""
        return
    if not values.get("department"):
        row.errors.append(CellError("department", _("異動先の部署コードを入力してください。")))
    elif values["department"] not in departments:
        row.errors.append(CellError("department", _("発令日に、このコードの部署はありません。")))
    values["title"] = str(values.get("title") or "")
    if len(values["title"]) > 60:
        row.errors.append(CellError("title", _("60文字までで入力してください。")))
    try:
        values["roles"] = roles_text(read_roles(str(values.get("roles") or Role.STAFF.value)))
    except ValueError as error:
        message = _("「%(word)s」という役割はありません。使えるのは、%(roles)sです。")
        known = "、".join(short_role(role) for role in Role)
        row.errors.append(CellError("roles", message % {"word": error, "roles": known}))


@transaction.atomic
def carry_out_lines(actor: Actor, transfer: Transfer, staged: StagedImport) -> dict[imports.Action, int]:
    """Add and change the lines that the preview showed; people who are not in the file stay."""
    transfer = may_change(actor, transfer, Transfer.State.DRAFT)
    rows = StagedImport.objects.select_for_update().filter(kind=KIND, target_id=transfer.pk)
    found = rows.filter(pk=staged.pk).first()
    if found is None:
        raise ValidationError(_("この取り込みは、すでに終わっています。"), code="done")
    staged = found
    if staged.is_expired:
        raise ValidationError(_("確認までに時間がたちすぎました。ファイルをもう一度選んでください。"))
    plan = imports.load(staged.plan["plan"])
    existing = as_rows(transfer)
    if not plan.ok:
        raise ValidationError(_("誤りのある行があります。ファイルを直してから、もう一度選んでください。"))
    if imports.outdated(plan, existing):
        raise ValidationError(
            _("確認している間に、別の人がこの人事異動を変更しました。ファイルをもう一度選んでください。")
        )
    people = {one.staff_number: one for one in Person.objects.of(transfer.municipality)}
    departments = {one.code: one for one in Department.objects.of(transfer.municipality)}
    lines = {line.person.staff_number: line for line in transfer.lines.select_related("person")}
    fresh: list[TransferLine] = []
    changed: list[TransferLine] = []
    for item in plan.of("add", "change"):
        values = existing.get(item.key, {}) | {change.column: change.after for change in item.changes}
        line = lines.get(item.key) or TransferLine(
            municipality=transfer.municipality, transfer=transfer, person=people[item.key]
        )
        line.to_department = departments[values["department"]] if values.get("department") else None
        line.title = values.get("title") or ""
        line.roles = read_roles(values.get("roles") or "")
        line.end_wide = values.get("end_wide") == "end"
        (changed if line.pk else fresh).append(line)
    TransferLine.objects.bulk_create(fresh)
    TransferLine.objects.bulk_update(changed, ["to_department", "title", "roles", "end_wide"])
    events: list[tuple[str, Any, dict[str, Any] | None]] = [
        ("accounts.transfer_line_added", transfer, line_detail(line)) for line in fresh
    ]
    events += [("accounts.transfer_line_changed", transfer, line_detail(line)) for line in changed]
    record_many(transfer.municipality.chain, actor, events)
    staged.delete()
    return plan.counts
