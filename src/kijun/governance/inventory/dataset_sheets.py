"""Datasets as an Excel sheet, out and in: one row a dataset, and back without a word lost."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kijun.governance.accounts.models import Person
from kijun.governance.inventory import dataset_rules, sheet_cells
from kijun.governance.inventory.models import AISystem, Dataset
from kijun.governance.inventory.sheet_cells import LISTS, TOWN, Known, Row, joined, split
from kijun.governance.organisation.models import Department, Municipality
from kijun.web import imports
from kijun.web.excel import ReadRow, SheetColumn

DATES = ("collected_from", "collected_to", "accuracy_checked_on", "representation_checked_on", "review_on")
TEXTS = (
    "name",
    "collected_where",
    "collected_why",
    "region",
    "accuracy_note",
    "representation_note",
)
KEY = SheetColumn("code", gettext_lazy("データセットの番号"), width=12)


def _column(name: str) -> SheetColumn:
    field: Any = Dataset._meta.get_field(name)
    if name in DATES:
        return SheetColumn(name, field.verbose_name, "date", width=16)
    if name == "records":
        return SheetColumn(name, field.verbose_name, "number", width=12)
    if name == "use":
        return SheetColumn(name, field.verbose_name, "choice", choices=field.choices, width=10)
    if name in LISTS:
        hint = joined(str(word) for word in LISTS[name].labels)
        return SheetColumn(name, field.verbose_name, width=24, hint=hint)
    return SheetColumn(name, field.verbose_name, width=40 if name.endswith("_note") else 30)


SPECIAL = {
    "systems": SheetColumn("systems", gettext_lazy("使うAIシステムの番号"), width=20),
    "owner_department": SheetColumn("owner_department", gettext_lazy("管理する部署のコード"), width=16),
    "owner": SheetColumn("owner", gettext_lazy("管理責任者の職員番号"), width=20),
}


def sheet_columns() -> list[SheetColumn]:
    """The columns that an import reads: the number, whose file it is, and every field of the form."""
    return [KEY, TOWN, *(SPECIAL.get(name) or _column(name) for name in dataset_rules.FIELDS)]


def all_columns() -> list[SheetColumn]:
    """What the file has: the columns to import, then those for the reader only."""
    return [
        *sheet_columns(),
        SheetColumn("system_names", gettext_lazy("使うAIシステムの名称"), width=30),
        SheetColumn("department_name", gettext_lazy("管理する部署の名称"), width=24),
        SheetColumn("owner_name", gettext_lazy("管理責任者の氏名"), width=20),
        SheetColumn("retired_on", gettext_lazy("使用をやめた日"), "date", width=16),
    ]


def plain(dataset: Dataset) -> dict[str, imports.Value]:
    """The values of a dataset as a plan compares them."""
    row: dict[str, imports.Value] = {name: getattr(dataset, name) for name in (*TEXTS, *DATES, "use")}
    row["records"] = Decimal(dataset.records) if dataset.records is not None else None
    row["data_kinds"] = joined(dataset.data_kinds)
    row["systems"] = joined(sorted(one.code for one in dataset.systems.all()))
    row["owner_department"] = dataset.owner_department.code if dataset.owner_department else None
    row["owner"] = dataset.owner.staff_number if dataset.owner else None
    return {"code": dataset.code, **row}


def sheet_row(dataset: Dataset) -> dict[str, Any]:
    """A dataset as the file shows it: words in the reader's language instead of codes."""
    return {
        **plain(dataset),
        "municipality": dataset.municipality.code,
        "data_kinds": joined(str(LISTS["data_kinds"](kind).label) for kind in dataset.data_kinds),
        "system_names": joined(str(one) for one in dataset.systems.all()),
        "department_name": dataset.owner_department.name if dataset.owner_department else "",
        "owner_name": dataset.owner.name if dataset.owner else "",
        "retired_on": dataset.retired_on,
    }


def for_sheet(rows: QuerySet[Dataset]) -> QuerySet[Dataset]:
    """The rows with everything that a sheet shows, in a constant number of queries."""
    return rows.select_related("owner_department", "owner", "municipality").prefetch_related("systems")


def known(town: Municipality) -> Known:
    """What the rows of a file are compared with."""
    rows = list(for_sheet(Dataset.objects.of(town)))
    retired = {one.code for one in rows if one.retired_on}
    return sheet_cells.known(town, {one.code: plain(one) for one in rows}, retired)


def prepare(rows: list[ReadRow], about: Known) -> list[ReadRow]:
    """The rows of a file in plain values, each with what is wrong in it. A row without a number is a new dataset."""
    registered = AISystem.objects.of(about.town).filter(registered_at__isnull=False)
    systems = {AISystem(number=number).code for number in registered.values_list("number", flat=True)}
    return [_prepared(Row(row, about), systems) for row in rows]


def _prepared(row: Row, systems: set[str]) -> ReadRow:
    row.check_key(
        _("この番号のデータセットはありません。新しく登録するときは、番号を空けてください。"),
        _("別の団体の行です。この団体の一覧を保存したファイルを使ってください。"),
    )
    row.read_lists()
    row.check_department("owner_department")
    row.check_person("owner")
    row.check_many("systems", systems, _("番号「%(code)s」のAIシステムはありません。"))
    row.check_texts(Dataset, TEXTS)
    row.check_whole("records", 2**31 - 1)
    row.check_closed(_("使用をやめたデータセットは変更できません。"))
    if row.code not in row.about.closed:
        row.check_rules(
            lambda values: dataset_rules.problems({**values, "data_kinds": split(values.get("data_kinds"))})
        )
    return row.done()


def shown(name: str, value: Any) -> Any:
    """A plan's value as the preview shows it."""
    if name in LISTS and value:
        return joined(str(LISTS[name](code).label) for code in split(value))
    if name == "use" and value:
        return dict(Dataset._meta.get_field("use").flatchoices).get(value, value)
    return value


def cleaned(
    values: Mapping[str, Any],
    people: Mapping[str, Person],
    departments: Mapping[str, Department],
    systems: Mapping[str, AISystem],
) -> dict[str, Any]:
    """Plain values as :func:`actions.save_dataset` takes them."""
    data: dict[str, Any] = {}
    for name, value in values.items():
        if name == "systems":
            data[name] = [systems[code] for code in split(value) if code in systems]
        elif name == "data_kinds":
            data[name] = str(value).split("、") if value else []
        elif name == "owner_department":
            data[name] = departments.get(str(value)) if value else None
        elif name == "owner":
            data[name] = people.get(str(value)) if value else None
        elif name == "records":
            data[name] = int(value) if value is not None else None
        elif name in DATES:
            data[name] = value
        elif name in TEXTS or name == "use":
            data[name] = value or ""
    return data
