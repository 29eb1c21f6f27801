"""Systems as an Excel sheet, out and in: one row a system, and back without a word lost."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from kijun.governance.accounts.models import Person
from kijun.governance.inventory import columns as extra_columns
from kijun.governance.inventory import sheet_cells, steps
from kijun.governance.inventory.models import AISystem, Stage, Training
from kijun.governance.inventory.sheet_cells import CHOICES, LISTS, TOWN, YES_NO, Known, Row, joined
from kijun.governance.organisation.models import Department, Municipality
from kijun.web import imports
from kijun.web.excel import ReadRow, SheetColumn

BOOLEANS = ("external_service", "shared_use", "abroad", "learns", "resident_facing")
TOLD = ("provider_name", "user_names", "owner_name", "stage", "started_on")
"""Columns for the reader only: an import passes them over."""


def _column(name: str) -> SheetColumn:
    label = steps.label(name)
    if name in BOOLEANS:
        return SheetColumn(name, label, "choice", choices=YES_NO, width=12)
    if name in CHOICES:
        return SheetColumn(name, label, "choice", choices=CHOICES[name].choices, width=24)
    if name == "contract_yen":
        return SheetColumn(name, label, "number", width=16)
    if name == "training_checked_on":
        return SheetColumn(name, label, "date", width=16)
    if name in LISTS:
        words = joined(str(word) for word in LISTS[name].labels)
        return SheetColumn(name, label, width=24, hint=words)
    return SheetColumn(name, label, width=40 if name in {"summary", "problem", "human_check"} else 24)


SPECIAL = {
    "provider_department": SheetColumn("provider_department", gettext_lazy("提供する部署のコード"), width=16),
    "user_departments": SheetColumn("user_departments", gettext_lazy("利用する部署のコード"), width=20),
    "owner": SheetColumn("owner", gettext_lazy("AIサービス責任者の職員番号"), width=20),
}
KEY = SheetColumn("code", gettext_lazy("AIシステムの番号"), width=12)


def sheet_columns() -> list[SheetColumn]:
    """The columns that an import reads: the number, whose file it is, and every field of the guided form."""
    return [KEY, TOWN, *(SPECIAL.get(name) or _column(name) for name in steps.FIELDS)]


def all_columns() -> list[SheetColumn]:
    """What the file has: the columns to import, then those for the reader only."""
    told = [
        SheetColumn("provider_name", gettext_lazy("提供する部署の名称"), width=24),
        SheetColumn("user_names", gettext_lazy("利用する部署の名称"), width=24),
        SheetColumn("owner_name", gettext_lazy("AIサービス責任者の氏名"), width=20),
        SheetColumn("stage", gettext_lazy("段階"), "choice", choices=Stage.choices, width=12),
        SheetColumn("started_on", gettext_lazy("利用開始日"), "date", width=16),
    ]
    return [*sheet_columns(), *told, *(one.sheet for one in extra_columns.extras() if one.sheet)]


def plain(system: AISystem) -> dict[str, imports.Value]:
    """The values of a system as a plan compares them."""
    row: dict[str, imports.Value] = {"code": system.code}
    for name in steps.FIELDS:
        if name in SPECIAL:
            continue
        value = getattr(system, name)
        if name in BOOLEANS:
            value = "yes" if value else "no"
        elif name in LISTS:
            value = joined(value)
        elif name == "contract_yen" and value is not None:
            value = Decimal(value)
        row[name] = value
    row["provider_department"] = system.provider_department.code if system.provider_department else None
    row["user_departments"] = joined(sorted(one.code for one in system.user_departments.all()))
    row["owner"] = system.owner.staff_number if system.owner else None
    return row


def sheet_row(system: AISystem) -> dict[str, Any]:
    """A system as the file shows it: words in the reader's language instead of codes."""
    row: dict[str, Any] = {**plain(system), "municipality": system.municipality.code}
    for name, words in LISTS.items():
        row[name] = joined(str(words(code).label) for code in getattr(system, name))
    row["provider_name"] = system.provider_department.name if system.provider_department else ""
    row["user_names"] = joined(one.name for one in system.user_departments.all())
    row["owner_name"] = system.owner.name if system.owner else ""
    row["stage"], row["started_on"] = system.stage, system.started_on
    for one in extra_columns.extras():
        if one.sheet and one.sheet_value:
            row[one.sheet.key] = one.sheet_value(system)
    return row


def for_sheet(rows: QuerySet[AISystem]) -> QuerySet[AISystem]:
    """The rows with everything that a sheet shows, in a constant number of queries."""
    return rows.select_related("provider_department", "owner", "municipality").prefetch_related(
        "user_departments"
    )


def known(town: Municipality) -> Known:
    """What the rows of a file are compared with."""
    rows = list(for_sheet(AISystem.objects.of(town)))
    retired = {system.code for system in rows if system.is_retired}
    return sheet_cells.known(town, {system.code: plain(system) for system in rows}, retired)


def prepare(rows: list[ReadRow], about: Known) -> list[ReadRow]:
    """The rows of a file in plain values, each with what is wrong in it.

    A row without a number becomes a new draft. A registered system stays complete.
    """
    numbers = (
        AISystem.objects.of(about.town).filter(registered_at__isnull=True).values_list("number", flat=True)
    )
    drafts = {AISystem(number=number).code for number in numbers}
    return [_prepared(Row(row, about), drafts) for row in rows]


def _prepared(row: Row, drafts: set[str]) -> ReadRow:
    row.check_key(
        _("この番号のAIシステムはありません。新しく登録するときは、番号を空けてください。"),
        _("別の団体の行です。この団体の台帳を保存したファイルを使ってください。"),
    )
    if row.is_new and not str(row.values.get("name") or "").strip():
        row.wrong("name", _("新しいAIシステムには、名称を入力してください。"))
    row.read_lists()
    row.check_department("provider_department")
    row.check_person("owner")
    row.check_many(
        "user_departments", row.about.departments_today, _("部署コード「%(code)s」の部署はありません。")
    )
    texts = [n for n in steps.FIELDS if n not in SPECIAL and n not in LISTS and n not in CHOICES]
    row.check_texts(AISystem, [name for name in texts if name not in BOOLEANS])
    row.check_whole("contract_yen", 10**12)
    row.check_past("training_checked_on")
    if row.before:
        for name in BOOLEANS:
            if name in row.values and row.values[name] is None:
                row.wrong(name, _("「はい」か「いいえ」を入力してください。"))
        if row.values.get("training", "") is None:
            row.values["training"] = Training.UNKNOWN.value
        row.check_closed(_("廃止したAIシステムは変更できません。必要なら、先に段階を戻してください。"))
        if row.code not in drafts | set(row.about.closed):
            row.check_rules(lambda values: _problems(values, row.about))
    return row.done()


def _problems(values: Mapping[str, Any], about: Known) -> dict[str, StrOrPromise]:
    data = cleaned(values, about.people, about.departments)
    return {problem.field: problem.message for problem in steps.problems_in(data)}


def shown(name: str, value: Any) -> Any:
    """A plan's value as the preview shows it."""
    if name in LISTS and value:
        return joined(str(LISTS[name](code).label) for code in str(value).split("、"))
    if name in CHOICES and value:
        return CHOICES[name](value).label
    if name in BOOLEANS:
        return dict(YES_NO).get(str(value), value)
    return value


def cleaned(
    values: Mapping[str, Any], people: Mapping[str, Person], departments: Mapping[str, Department]
) -> dict[str, Any]:
    """Plain values as :func:`actions.save_step` takes them."""
    data: dict[str, Any] = {}
    for name, value in values.items():
        if name in BOOLEANS:
            if value is not None:
                data[name] = value == "yes"
        elif name in LISTS:
            data[name] = str(value).split("、") if value else []
        elif name == "user_departments":
            data[name] = [departments[code] for code in str(value or "").split("、") if code in departments]
        elif name == "provider_department":
            data[name] = departments.get(str(value)) if value else None
        elif name == "owner":
            data[name] = people.get(str(value)) if value else None
        elif name == "contract_yen":
            data[name] = int(value) if value is not None else None
        elif name == "training_checked_on":
            data[name] = value
        elif name == "training":
            data[name] = value or Training.UNKNOWN
        elif name in steps.FIELDS:
            data[name] = value or ""
    return data
