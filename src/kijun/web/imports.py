"""What an import would do, shown before it is done.

A plan is made from the file and what exists, kept as JSON while the person looks at it, and carried out after
the confirmation if nothing of what it would change has changed meanwhile (:func:`outdated`).
"""

from __future__ import annotations

import datetime
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, get_args

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kijun.web.excel import CellError, ReadRow
from kijun.web.punctuation import listed
from kijun.web.refusals import Refusal

Action = Literal["add", "change", "same", "error", "missing"]
Value = str | int | bool | datetime.date | Decimal | None
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
_VERSION: Final = 1
_NAMED_ROWS: Final = 10


class PlanError(Refusal):
    """What was kept is no plan."""


@dataclass(frozen=True, slots=True)
class Change:
    """One cell: the column's key, the value now and the value after the import."""

    column: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One row of the file, or (``missing``, without a row number) one existing thing the file does not have."""

    row_number: int | None
    key: str
    action: Action
    changes: list[Change] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Everything an import would do, in the order of the file, what is missing at the end."""

    items: list[PlanItem]

    @property
    def counts(self) -> dict[Action, int]:
        """How many items there are of every action, zeros too."""
        found = Counter(item.action for item in self.items)
        return {action: found[action] for action in ACTIONS}

    @property
    def ok(self) -> bool:
        """No row has an error."""
        return all(item.action != "error" for item in self.items)

    def of(self, *actions: Action) -> list[PlanItem]:
        """The items of these actions."""
        return [item for item in self.items if item.action in actions]


def plan(
    rows: Iterable[ReadRow],
    existing: Mapping[str, Mapping[str, Value]],
    key: str,
    columns: Sequence[str],
) -> ImportPlan:
    """Compare the rows of a file with what exists.

    ``existing`` maps the key (as text) to values by column; ``key`` is the column that tells rows apart;
    ``columns`` are the columns to compare: give ``ReadResult.columns``, for what a file does not have stays as it
    is. An empty cell that the file does have empties the value; empty text and nothing are the same.
    """
    rows = list(rows)
    places: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        places[_key(row, key)].append(row.number)
    compared = [column for column in columns if column != key]
    items = [_item(row, _key(row, key), existing, key, compared, places) for row in rows]
    items += [PlanItem(None, name, "missing") for name in existing if name not in places]
    return ImportPlan(items)


def _key(row: ReadRow, key: str) -> str:
    value = row.values.get(key)
    return "" if value is None else str(value)


def _item(
    row: ReadRow,
    name: str,
    existing: Mapping[str, Mapping[str, Value]],
    key: str,
    columns: Sequence[str],
    places: Mapping[str, list[int]],
) -> PlanItem:
    errors = list(row.errors)
    others = [number for number in places[name] if number != row.number]
    if not name and not any(error.column == key for error in errors):
        errors.append(CellError(key, _("この列は行を見分けるために必要です。入力してください。")))
    elif name and others:
        rows = listed(others[:_NAMED_ROWS]) + ("…" if len(others) > _NAMED_ROWS else "")
        message = _("「%(key)s」が%(rows)s行目にもあります。1行だけ残してください。")
        errors.append(CellError(key, message % {"key": name, "rows": rows}))
    if errors:
        return PlanItem(row.number, name, "error", [], errors)
    before = existing.get(name, {})
    changes = [
        Change(column, _plain(before.get(column)), _plain(row.values[column]))
        for column in columns
        if column in row.values and not _same(before.get(column), row.values[column])
    ]
    if name not in existing:
        return PlanItem(row.number, name, "add", changes)
    return PlanItem(row.number, name, "change" if changes else "same", changes)


def _plain(value: Value) -> Value:
    return None if value == "" else value


def _same(one: Value, other: Value) -> bool:
    one, other = _plain(one), _plain(other)
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def outdated(made: ImportPlan, existing: Mapping[str, Mapping[str, Value]]) -> list[PlanItem]:
    """Items that no longer fit: somebody changed, added or removed the same things since the plan was made."""
    stale = []
    for item in made.of("add", "change", "same", "missing"):
        if (item.key in existing) is (item.action == "add"):
            stale.append(item)
        elif item.action != "add":
            now = existing[item.key]
            if any(not _same(now.get(change.column), change.before) for change in item.changes):
                stale.append(item)
    return stale


# --- as JSON --------------------------------------------------------------------------------


def dump(made: ImportPlan) -> str:
    """The plan as JSON text, to be kept between preview and confirmation."""
    items = [
        {
            "row": item.row_number,
            "key": item.key,
            "action": item.action,
            "changes": [
                [change.column, _packed(change.before), _packed(change.after)] for change in item.changes
            ],
            "errors": [[error.column, error.message] for error in item.errors],
        }
        for item in made.items
    ]
    return json.dumps({"version": _VERSION, "items": items}, ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> ImportPlan:
    """The plan from :func:`dump`'s text; raises :class:`PlanError`."""
    try:
        kept = json.loads(text)
        if kept["version"] != _VERSION:
            raise ValueError("another version")
        return ImportPlan([_unpacked_item(item) for item in kept["items"]])
    except (
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        InvalidOperation,
        RecursionError,
    ) as error:
        raise PlanError(
            gettext_lazy("取り込みの準備が読み取れません。ファイルをもう一度選んでください。")
        ) from error


def _packed(value: Value) -> Any:
    """JSON's own types as they are, dates and decimals as an object of one entry."""
    if isinstance(value, datetime.datetime):
        raise TypeError("a plan compares days, not moments")
    if isinstance(value, datetime.date):
        return {"date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"{type(value).__name__} cannot be kept in a plan")


def _unpacked(value: Any) -> Value:
    if isinstance(value, dict):
        ((kind, text),) = value.items()
        if kind == "date":
            return datetime.date.fromisoformat(text)
        if kind == "decimal" and isinstance(text, str):
            return Decimal(text)
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError("no value of a plan")


def _unpacked_item(item: Any) -> PlanItem:
    row, key, action = item["row"], item["key"], item["action"]
    if not (row is None or type(row) is int) or not isinstance(key, str) or action not in ACTIONS:
        raise TypeError("no item of a plan")
    changes = [
        Change(str(column), _unpacked(before), _unpacked(after)) for column, before, after in item["changes"]
    ]
    errors = [CellError(str(column), str(message)) for column, message in item["errors"]]
    return PlanItem(row, key, action, changes, errors)
