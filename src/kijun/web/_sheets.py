"""What a machine-readable sheet is: columns, rows, and what reading one gives."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal

from django.utils import translation
from django_stubs_ext import StrOrPromise

from kijun.web.refusals import Refusal

Kind = Literal["text", "number", "date", "choice"]
Value = str | datetime.date | Decimal | None
MAX_TEXT: Final = 32_767  # UTF-16 units in an Excel cell


class SheetError(Refusal):
    """A sheet cannot be written as it is."""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column. ``choices`` are (value, label) pairs, or plain words that are both; cells show the label.

    ``width`` is in characters. ``aliases`` are other headings under which an import finds the column, besides
    the key and the label in Japanese and English.
    """

    key: str
    label: StrOrPromise
    kind: Kind = "text"
    width: int | None = None
    choices: Sequence[tuple[str, StrOrPromise] | str] = ()
    required: bool = False
    hint: StrOrPromise = ""
    aliases: Sequence[str] = ()

    def pairs(self) -> list[tuple[str, StrOrPromise]]:
        """The choices as (value, label)."""
        return [(choice, choice) if isinstance(choice, str) else choice for choice in self.choices]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet to write; ``rows`` map column keys to values, a key that is absent gives an empty cell."""

    title: StrOrPromise
    columns: Sequence[SheetColumn]
    rows: Iterable[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What an import takes: bytes as sent and unpacked, rows below the header, columns."""

    max_bytes: int = 5 * 1024 * 1024
    max_rows: int = 10_000
    max_columns: int = 200
    max_unpacked: int = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet of a workbook whose columns nobody knows yet; a CSV file is one without a title."""

    title: str
    rows: list[tuple[int, list[Any]]]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong with a cell: the column's key (or heading, when it has none), and a message."""

    column: str
    message: str


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row; ``number`` is the one Excel shows. ``values`` has what the file has and what is right."""

    number: int
    values: dict[str, Value]
    errors: list[CellError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What a file holds.

    ``problems`` concern the whole file; there are no rows then. ``notes`` say what was passed over.
    ``columns`` are the keys the file has: what it does not have must not be changed.
    """

    rows: list[ReadRow]
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems and not any(row.errors for row in self.rows)


def same_word(text: str) -> str:
    """The form in which headings and choices are compared: width, case and blanks do not count."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def in_each_language(text: StrOrPromise) -> set[str]:
    """The text in Japanese and in English, so that a file made on one page is read on the other."""
    words = set()
    for language in ("ja", "en"):
        with translation.override(language):
            words.add(str(text))
    return words


def headings(column: SheetColumn) -> set[str]:
    """Every heading under which the column is found, compared by :func:`same_word`."""
    return {same_word(word) for word in (column.key, *column.aliases, *in_each_language(column.label))}


def shown(column: SheetColumn, value: Any) -> str:
    """A value of a text or choice column as its cell shows it."""
    if column.kind == "choice":
        value = dict(column.pairs()).get(value, value)
    return "" if value is None else str(value)


def local_day(value: datetime.date) -> datetime.date:
    """The day of a date, or of a moment in the town's time zone."""
    from django.utils import timezone

    if isinstance(value, datetime.datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value
