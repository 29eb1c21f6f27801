"""What the sheets of systems and of datasets share: columns, codes in a cell, and what is wrong with a row.

In a plan every value is plain: several choices and departments as codes joined by 「、」, people as 職員番号.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, TextField
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from kijun.governance.accounts.models import Person
from kijun.governance.inventory import queries
from kijun.governance.inventory.models import DataKind, Function, Network, Training
from kijun.governance.organisation.models import Department, Municipality
from kijun.web import imports
from kijun.web.excel import CellError, ReadRow, SheetColumn

YES_NO = (("yes", gettext_lazy("はい")), ("no", gettext_lazy("いいえ")))
LISTS: dict[str, Any] = {"functions": Function, "data_kinds": DataKind}
CHOICES: dict[str, Any] = {"network": Network, "training": Training}
SPLIT = re.compile(r"[、,，;；\n]+")
TOWN = SheetColumn("municipality", gettext_lazy("団体コード"), width=12)
"""Tells whose file it is: the numbers run on in each municipality, so another one's file would fit by chance."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the municipality has, as far as a sheet refers to it.

    ``rows``: the things by number, as a plan compares them. ``closed``: numbers that can no longer be changed.
    ``departments`` and ``people``: all of them, by code and 職員番号; those in ``*_today`` may be chosen anew.
    """

    town: Municipality
    rows: Mapping[str, Mapping[str, imports.Value]]
    closed: Collection[str]
    departments: Mapping[str, Department]
    people: Mapping[str, Person]
    departments_today: Collection[str] = field(default_factory=set)
    people_today: Collection[str] = field(default_factory=set)


def known(
    town: Municipality, rows: Mapping[str, Mapping[str, imports.Value]], closed: Collection[str]
) -> Known:
    """Asks the database four times, whatever the number of rows."""
    return Known(
        town,
        rows,
        closed,
        {one.code: one for one in Department.objects.of(town)},
        {one.staff_number: one for one in Person.objects.of(town)},
        set(queries.assignable_departments(town).values_list("code", flat=True)),
        set(queries.assignable_people(town).values_list("staff_number", flat=True)),
    )


def plain_text(value: Any) -> str:
    """A code or number as it is kept: half width, without blanks around it."""
    return unicodedata.normalize("NFKC", str(value or "")).strip()


def joined(codes: Iterable[str]) -> str:
    return "、".join(codes)


def split(value: Any) -> list[str]:
    """The codes of a cell, each once."""
    return sorted({word for word in map(plain_text, SPLIT.split(str(value or ""))) if word})


def new_key(row_number: int) -> str:
    """The key of a row that becomes something new: its place in the file."""
    return f"+{row_number}"


class Row:
    """A row of a file on its way to plain values; ``errors`` collects what is wrong in it."""

    def __init__(self, read: ReadRow, about: Known) -> None:
        self.number, self.about = read.number, about
        self.values, self.errors = dict(read.values), list(read.errors)
        self.code = plain_text(self.values.get("code")).upper()
        self.is_new = not self.code
        self.before = about.rows.get(self.code, {})
        self.values["code"] = self.code or new_key(read.number)

    def wrong(self, column: str, message: StrOrPromise) -> None:
        self.errors.append(CellError(column, str(message)))

    def done(self) -> ReadRow:
        return ReadRow(self.number, self.values, self.errors)

    def check_key(self, unknown: StrOrPromise, town_differs: StrOrPromise) -> None:
        """The number is one that the municipality has, or empty; the row is this municipality's own."""
        given = plain_text(self.values.pop("municipality", None))
        if given and given != self.about.town.code:
            self.wrong("municipality", town_differs)
        elif not self.is_new and self.code not in self.about.rows:
            self.wrong("code", unknown)

    def check_closed(self, message: StrOrPromise) -> None:
        """What is retired is passed over as long as the row says the same."""
        if self.code in self.about.closed and any(
            (value or None) != (self.before.get(name) or None)
            for name, value in self.values.items()
            if name in self.before
        ):
            self.wrong("code", message)

    def read_lists(self) -> None:
        for name, words in LISTS.items():
            if name in self.values:
                self.values[name], unknown = _codes(self.values[name], words)
                for word in unknown:
                    self.wrong(name, _("「%(word)s」という区分はありません。") % {"word": word})

    def check_department(self, name: str) -> None:
        self._check_one(name, self.about.departments_today, _("部署コード「%(code)s」の部署はありません。"))

    def check_person(self, name: str) -> None:
        self._check_one(name, self.about.people_today, _("職員番号「%(code)s」の有効な職員はいません。"))

    def _check_one(self, name: str, valid: Collection[str], message: str) -> None:
        """What is already so may stay even if the department is closed or the person has left."""
        if name not in self.values:
            return
        value = self.values[name] = plain_text(self.values[name]) or None
        if value and value not in valid and value != self.before.get(name):
            self.wrong(name, message % {"code": value})

    def check_many(self, name: str, valid: Collection[str], message: str) -> None:
        """Several codes in one cell; what is already so may stay."""
        if name not in self.values:
            return
        given = split(self.values[name])
        self.values[name] = joined(given)
        kept = set(split(self.before.get(name)))
        for code in given:
            if code not in kept and code not in valid:
                self.wrong(name, message % {"code": code})

    def check_texts(self, model: type[Model], names: Iterable[str]) -> None:
        """Lengths; a line break in a field of one line becomes a blank."""
        for name in names:
            value = self.values.get(name)
            if not isinstance(value, str):
                continue
            kept = model._meta.get_field(name)
            if not isinstance(kept, TextField):
                value = self.values[name] = " ".join(value.split("\n")).replace("\r", "").strip()
            longest = getattr(kept, "max_length", None) or 2000
            if len(value) > longest:
                message = _("%(longest)s文字までで入力してください（今は%(now)s文字）。")
                self.wrong(name, message % {"longest": longest, "now": len(value)})

    def check_whole(self, name: str, largest: int) -> None:
        value = self.values.get(name)
        if value is not None and (value < 0 or value > largest or value != int(value)):  # type: ignore[operator,arg-type]  # a number column
            self.wrong(name, _("0以上の整数を入力してください。"))

    def check_past(self, name: str) -> None:
        value = self.values.get(name)
        if isinstance(value, datetime.date) and value > timezone.localdate():
            self.wrong(name, _("今日までの日付を入力してください。"))

    def check_rules(self, problems: Callable[[dict[str, Any]], Mapping[str, StrOrPromise]]) -> None:
        """``problems`` gets the row as it would be afterwards; a column that is wrong already is told once."""
        told = {error.column for error in self.errors}
        for column, message in problems({**self.before, **self.values}).items():
            if column not in told:
                self.wrong(column, message)


def _codes(value: Any, words: Any) -> tuple[str, list[str]]:
    from kijun.web._sheets import in_each_language, same_word

    by_word = {same_word(w): v for v, label in words.choices for w in (v, *in_each_language(label))}
    # a label may itself hold a separator, so the whole cell is tried first
    if same_word(str(value or "")) in by_word:
        return by_word[same_word(str(value))], []
    found, unknown = set(), []
    for word in filter(None, map(str.strip, SPLIT.split(str(value or "")))):
        if same_word(word) in by_word:
            found.add(by_word[same_word(word)])
        else:
            unknown.append(word)
    return joined(code for code in words.values if code in found), unknown
