"""People as a sheet: the same columns out and in, so that an exported file comes back without a change."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Prefetch
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kijun.governance.accounts.models import Person, Posting, RoleGrant
from kijun.governance.accounts.names import check_number
from kijun.governance.accounts.roles import TOWN_WIDE, Role
from kijun.governance.organisation.models import Municipality
from kijun.governance.organisation.queries import open_departments
from kijun.web import imports
from kijun.web.excel import CellError, ReadResult, ReadRow, SheetColumn
from kijun.web.kana import is_kana, normalise_kana

STATES = (("active", gettext_lazy("有効")), ("inactive", gettext_lazy("停止中")))
COLUMNS = (
    SheetColumn("staff_number", gettext_lazy("職員番号"), width=12, required=True, hint=gettext_lazy("先頭の0も入力します。例：001234")),
    SheetColumn("name", gettext_lazy("氏名"), width=18, required=True),
    SheetColumn("kana", gettext_lazy("フリガナ"), width=22, hint=gettext_lazy("例：ヤマダ　ハナコ")),
    SheetColumn("department", gettext_lazy("部署コード"), width=12, required=True, hint=gettext_lazy("主な所属のコードです。")),
    SheetColumn("department_name", gettext_lazy("所属（参考）"), width=24, hint=gettext_lazy("見て確かめるための列です。取り込みでは使いません。")),
    SheetColumn("title", gettext_lazy("職名"), width=14),
    SheetColumn("concurrent", gettext_lazy("兼務の部署コード"), width=18, hint=gettext_lazy("二つ以上あるときは「、」で区切ります。")),
    SheetColumn("roles", gettext_lazy("役割"), width=44, hint=gettext_lazy("「、」で区切ります。部署に限る役割は「職員（AI利用者）@21」のように部署コードを付けます。")),
    SheetColumn("email", gettext_lazy("メールアドレス"), width=26),
    SheetColumn("state", gettext_lazy("状態"), kind="choice", width=10, choices=STATES),
)  # fmt: skip
READ = tuple(
    column if column.key == "staff_number" else replace(column, required=False) for column in COLUMNS
)
"""For reading: a file may have any of the columns; what new people need is checked row by row."""
COMPARED = ("staff_number", "name", "kana", "department", "title", "concurrent", "roles", "email", "state")
LENGTHS = {"name": 80, "kana": 120, "title": 60, "email": 254}
_SEPARATORS = re.compile(r"[、,，/／;；\n]+")


def _main(person: Any) -> Posting | None:
    return next((post for post in person.posts if not post.concurrent), None)


def _role_keys(grants: Iterable[RoleGrant]) -> list[str]:
    """Today's grants as ``role`` or ``role@department code``, in the order of the roles."""
    order = list(Role.values)
    keys = {
        (order.index(g.role), f"{g.role}@{g.department.code}" if g.department else g.role) for g in grants
    }
    return [key for _place, key in sorted(keys)]


def values_of(person: Any) -> dict[str, imports.Value]:
    """A person as the plan compares them; ``person`` comes from :func:`people_for_sheet` or the list."""
    main = _main(person)
    return {
        "staff_number": person.staff_number,
        "name": person.name,
        "kana": normalise_kana(person.kana),
        "department": main.department.code if main else "",
        "title": main.title if main else "",
        "concurrent": "、".join(sorted({p.department.code for p in person.posts if p.concurrent})),
        "roles": "、".join(_role_keys(person.held)),
        "email": person.email,
        "state": "active" if person.is_active else "inactive",
    }


def roles_in_words(keys: str) -> str:
    """``owner、staff@21`` as AIサービス責任者、職員（AI利用者）@21 in the page's language."""
    words = []
    for key in filter(None, keys.split("、")):
        role, at, code = key.partition("@")
        words.append(f"{Role(role).label}{at}{code}")
    return "、".join(words)


def row_of(person: Any) -> dict[str, Any]:
    """A person as a row of the Excel file."""
    values: dict[str, Any] = values_of(person)
    main = _main(person)
    return values | {
        "department_name": main.department.name if main else "",
        "roles": roles_in_words(str(values["roles"])),
    }


def existing(municipality: Municipality) -> dict[str, dict[str, imports.Value]]:
    """Everybody of the municipality by 職員番号, in three queries."""
    people = Person.objects.of(municipality).prefetch_related(
        Prefetch(
            "postings",
            Posting.objects.on().select_related("department").order_by("concurrent", "pk"),
            "posts",
        ),
        Prefetch("grants", RoleGrant.objects.on().select_related("department"), "held"),
    )
    return {person.staff_number: values_of(person) for person in people}


# --- reading a file -------------------------------------------------------------------------


def _role_words() -> dict[str, str]:
    words = {role.value: role.value for role in Role}
    for language in ("ja", "en"):
        with translation.override(language):
            words |= {re.sub(r"\s+", "", str(role.label)).casefold(): role.value for role in Role}
    # people leave the explanation in brackets out: 職員 for 職員（AI利用者）
    return words | {re.split(r"[（(]", word)[0]: role for word, role in words.items()}


class Reader:
    """Checks and normalises the rows of one file against the municipality's departments and people."""

    def __init__(self, municipality: Municipality, known: Mapping[str, Any]) -> None:
        self.codes = set(open_departments(municipality).values_list("code", flat=True))
        self.known = known
        self.without_zeros: dict[str, str] = {
            number.lstrip("0"): number for number in known if number.startswith("0")
        }
        self.roles = _role_words()

    def read(self, row: ReadRow) -> ReadRow:
        """The row with its values as they are kept, and every error found."""
        values, errors = dict(row.values), list(row.errors)
        broken = {error.column for error in errors}
        for column in [key for key in values if key in COMPARED and key not in broken]:
            text = "" if values[column] is None else str(values[column]).strip()
            try:
                values[column] = self._value(column, text)
            except ValidationError as error:
                errors.append(CellError(column, " ".join(error.messages)))
        number = str(values.get("staff_number") or "")
        for column in ("name", "department"):
            if number not in self.known and column not in values and column not in broken:
                errors.append(CellError(column, _("新しい職員には、この列が必要です。")))
        return ReadRow(row.number, values, errors)

    def _value(self, column: str, text: str) -> str:
        if column in LENGTHS and len(text) > LENGTHS[column]:
            raise ValidationError(_("%(count)s文字までにしてください。") % {"count": LENGTHS[column]})
        return getattr(self, f"_{column}", lambda same: same)(text) if text else self._empty(column)

    def _empty(self, column: str) -> str:
        if column in {"name", "department"}:
            raise ValidationError(_("空にはできません。"))
        return "active" if column == "state" else ""

    def _staff_number(self, text: str) -> str:
        number = check_number(text)
        if number not in self.known and number in self.without_zeros:
            raise ValidationError(
                _("先頭の0が消えていませんか。職員番号「%(number)s」の職員がいます。")
                % {"number": self.without_zeros[number]}
            )
        return number

    def _kana(self, text: str) -> str:
        if not is_kana(normalise_kana(text)):
            raise ValidationError(_("カタカナで入力してください。例：ヤマダ　ハナコ"))
        return normalise_kana(text)

    def _email(self, text: str) -> str:
        validate_email(text)
        return text

    def _department(self, text: str) -> str:
        code = unicodedata.normalize("NFKC", text).strip()
        if code not in self.codes:
            raise ValidationError(_("部署コード「%(code)s」の部署はありません。") % {"code": code})
        return code

    def _concurrent(self, text: str) -> str:
        return "、".join(
            sorted({self._department(one.strip()) for one in _SEPARATORS.split(text) if one.strip()})
        )

    def _roles(self, text: str) -> str:
        keys = set()
        for one in filter(str.strip, _SEPARATORS.split(text)):
            word, at, code = one.strip().replace("＠", "@").partition("@")
            role = self.roles.get(re.sub(r"\s+", "", word).casefold())
            if role is None:
                raise ValidationError(_("「%(word)s」という役割はありません。") % {"word": word})
            if at and Role(role) in TOWN_WIDE:
                raise ValidationError(
                    _("「%(word)s」は団体全体の役割です。部署コードを付けずに入力してください。")
                    % {"word": word}
                )
            keys.add(f"{role}@{self._department(code.strip())}" if at else role)
        order = list(Role.values)
        return "、".join(sorted(keys, key=lambda key: (order.index(key.partition("@")[0]), key)))


def make_plan(municipality: Municipality, result: ReadResult) -> imports.ImportPlan:
    """What the file would change. Columns that it does not have stay as they are."""
    known = existing(municipality)
    reader = Reader(municipality, known)
    rows = [reader.read(row) for row in result.rows]
    made = imports.plan(rows, known, "staff_number", [c for c in result.columns if c in COMPARED])
    return _guard_administrators(made, known)


def _guard_administrators(
    made: imports.ImportPlan, known: Mapping[str, Mapping[str, imports.Value]]
) -> imports.ImportPlan:
    """Rows that together would take the last administrator away become errors."""

    def is_administrator(values: Mapping[str, Any]) -> bool:
        return values["state"] == "active" and "administrator" in str(values["roles"]).split("、")

    now = {number for number, values in known.items() if is_administrator(values)}
    after, losing = set(now), set()
    for item in made.of("add", "change"):
        base = {"state": "active", "roles": ""} | dict(known.get(item.key, {}))
        base |= {change.column: change.after or "" for change in item.changes}
        if is_administrator(base):
            after.add(item.key)
        elif item.key in now:
            after.discard(item.key)
            losing.add(item.key)
    if after or not losing:
        return made
    message = _("この行を取り込むと、システム管理者が一人もいなくなります。")
    return imports.ImportPlan(
        [
            imports.PlanItem(
                item.row_number, item.key, "error", item.changes, [*item.errors, CellError("roles", message)]
            )
            if item.key in losing
            else item
            for item in made.items
        ]
    )
