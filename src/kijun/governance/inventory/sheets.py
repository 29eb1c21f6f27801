"""Systems as an Excel sheet, out and in: one row a system, and back without a word lost.

In a plan every value is plain: several choices and departments as codes joined by 「、」, people as 職員番号.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kijun.governance.accounts.models import Person
from kijun.governance.inventory import columns as extra_columns
from kijun.governance.inventory import queries, steps
from kijun.governance.inventory.models import AISystem, DataKind, Function, Network, Stage, Training
from kijun.governance.organisation.models import Department
from kijun.web import imports
from kijun.web.excel import CellError, ReadRow, SheetColumn

YES_NO = (("yes", gettext_lazy("はい")), ("no", gettext_lazy("いいえ")))
BOOLEANS = ("external_service", "shared_use", "abroad", "learns", "resident_facing")
LISTS: dict[str, Any] = {"functions": Function, "data_kinds": DataKind}
CHOICES: dict[str, Any] = {"network": Network, "training": Training}
TOLD = ("provider_name", "user_names", "owner_name", "stage", "started_on")
"""Columns for the reader only: an import passes them over."""
SPLIT = re.compile(r"[、,，;；\n]+")


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
        words = "、".join(str(word) for word in LISTS[name].labels)
        return SheetColumn(name, label, width=24, hint=words)
    return SheetColumn(name, label, width=40 if name in {"summary", "problem", "human_check"} else 24)


SPECIAL = {
    "provider_department": SheetColumn("provider_department", gettext_lazy("提供する部署のコード"), width=16),
    "user_departments": SheetColumn("user_departments", gettext_lazy("利用する部署のコード"), width=20),
    "owner": SheetColumn("owner", gettext_lazy("AIサービス責任者の職員番号"), width=20),
}
KEY = SheetColumn("code", gettext_lazy("AIシステムの番号"), width=12)


def sheet_columns() -> list[SheetColumn]:
    """The columns that an import reads: the number, and every field of the guided form."""
    return [KEY, *(SPECIAL.get(name) or _column(name) for name in steps.FIELDS)]


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
            value = "、".join(value)
        elif name == "contract_yen" and value is not None:
            value = Decimal(value)
        row[name] = value
    row["provider_department"] = system.provider_department.code if system.provider_department else None
    row["user_departments"] = "、".join(sorted(one.code for one in system.user_departments.all()))
    row["owner"] = system.owner.staff_number if system.owner else None
    return row


def sheet_row(system: AISystem) -> dict[str, Any]:
    """A system as the file shows it: words in the reader's language instead of codes."""
    row: dict[str, Any] = dict(plain(system))
    for name, words in LISTS.items():
        row[name] = "、".join(str(words(code).label) for code in getattr(system, name))
    row["provider_name"] = system.provider_department.name if system.provider_department else ""
    row["user_names"] = "、".join(one.name for one in system.user_departments.all())
    row["owner_name"] = system.owner.name if system.owner else ""
    row["stage"], row["started_on"] = system.stage, system.started_on
    for one in extra_columns.extras():
        if one.sheet and one.sheet_value:
            row[one.sheet.key] = one.sheet_value(system)
    return row


def for_sheet(rows: QuerySet[AISystem]) -> QuerySet[AISystem]:
    """The rows with everything that a sheet shows, in a constant number of queries."""
    return rows.select_related("provider_department", "owner").prefetch_related("user_departments")


def existing(rows: QuerySet[AISystem]) -> dict[str, Mapping[str, imports.Value]]:
    """What the town has, by number, as a plan compares it."""
    return {system.code: plain(system) for system in for_sheet(rows)}


def prepare(rows: list[ReadRow], person: Person, known: Mapping[str, Any]) -> list[ReadRow]:
    """The rows of a file in plain values, each with what is wrong in it.

    A row without a number becomes a new draft; its key is its row in the file.
    """
    departments = set(queries.assignable_departments(person.municipality).values_list("code", flat=True))
    numbers = set(queries.assignable_people(person.municipality).values_list("staff_number", flat=True))
    return [_prepared(row, departments, numbers, known) for row in rows]


def _prepared(row: ReadRow, departments: set[str], numbers: set[str], known: Mapping[str, Any]) -> ReadRow:
    values, errors = dict(row.values), list(row.errors)
    code = str(values.get("code") or "").strip().upper()
    new = not code
    if new:
        values["code"] = new_key(row.number)
        if not str(values.get("name") or "").strip():
            errors.append(CellError("name", _("新しいAIシステムには、名称を入力してください。")))
    elif code not in known:
        errors.append(
            CellError(
                "code", _("この番号のAIシステムはありません。新しく登録するときは、番号を空けてください。")
            )
        )
    else:
        values["code"] = code
    for name, words in LISTS.items():
        if name in values:
            values[name], wrong = _codes(values[name], words)
            errors += [
                CellError(name, _("「%(word)s」という区分はありません。") % {"word": w}) for w in wrong
            ]
    _check_references(values, departments, numbers, known.get(code, {}), errors)
    _check_sizes(values, errors)
    return ReadRow(row.number, values, errors)


def new_key(row_number: int) -> str:
    """The key of a row that becomes a new draft."""
    return f"+{row_number}"


def _codes(value: Any, words: Any) -> tuple[str, list[str]]:
    from kijun.web._sheets import in_each_language, same_word

    by_word = {same_word(w): v for v, label in words.choices for w in (v, *in_each_language(label))}
    given = [word.strip() for word in SPLIT.split(str(value or "")) if word.strip()]
    # a label may itself hold a separator, so the whole cell is tried first
    if same_word(str(value or "")) in by_word:
        return by_word[same_word(str(value))], []
    found, wrong = set(), []
    for word in given:
        if same_word(word) in by_word:
            found.add(by_word[same_word(word)])
        else:
            wrong.append(word)
    return "、".join(code for code in words.values if code in found), wrong


def _check_references(
    values: dict[str, Any],
    departments: set[str],
    numbers: set[str],
    before: Mapping[str, Any],
    errors: list[CellError],
) -> None:
    """Departments and people must exist here; what is already so may stay even if it is closed or has left."""
    if "user_departments" in values:
        given = sorted({w.strip() for w in SPLIT.split(str(values["user_departments"] or "")) if w.strip()})
        values["user_departments"] = "、".join(given)
        kept = set(str(before.get("user_departments") or "").split("、"))
        for code in given:
            if code not in departments | kept:
                message = _("部署コード「%(code)s」の部署はありません。") % {"code": code}
                errors.append(CellError("user_departments", message))
    for name, valid, message in (
        ("provider_department", departments, _("部署コード「%(code)s」の部署はありません。")),
        ("owner", numbers, _("職員番号「%(code)s」の有効な職員はいません。")),
    ):
        value = str(values.get(name) or "").strip()
        if value and value not in valid and value != before.get(name):
            errors.append(CellError(name, message % {"code": value}))


def _check_sizes(values: dict[str, Any], errors: list[CellError]) -> None:
    for name, value in values.items():
        if name not in steps.FIELDS or name in SPECIAL or name in LISTS or value in (None, ""):
            continue
        if name == "contract_yen":
            if value < 0 or value > 10**12 or value != int(value):
                errors.append(CellError(name, _("0以上の整数を入力してください。")))
        elif isinstance(value, str) and name not in BOOLEANS:
            longest = getattr(AISystem._meta.get_field(name), "max_length", None) or 2000
            if len(value) > longest:
                message = _("%(longest)s文字までで入力してください（今は%(now)s文字）。")
                errors.append(CellError(name, message % {"longest": longest, "now": len(value)}))


def shown(name: str, value: Any) -> Any:
    """A plan's value as the preview shows it."""
    if name in LISTS and value:
        return "、".join(str(LISTS[name](code).label) for code in str(value).split("、"))
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
