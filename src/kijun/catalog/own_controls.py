"""A municipality's own controls, from the sheet (Excel or CSV) that `own_template.write_template` gives out.

Reading changes nothing: `read_own_controls` says what the sheet holds and what is wrong with it, `preview`
what would change, and only `Catalog.with_own` (or `load(own=…)`) makes a catalogue that has the controls in
it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from kijun.catalog.difference import Difference, compare_elements
from kijun.catalog.model import Catalog, Control, Text
from kijun.catalog.own_columns import COLUMNS, MAX_DONE_WHEN, SHEETS, Column, fold
from kijun.catalog.vocabulary import Evidence, Frequency, Level, Role, Tier, label
from kijun.catalog.workbooks import Cell, RefusedWorkbook, Source, read_rows

MAX_ROWS = 500
"""Most rows that a sheet may fill, heading included."""
_OWN_ID = re.compile(r"L((?:[1-9]|10)\.[1-9][0-9]?)\.[1-9][0-9]{0,2}")
_YES = {"○", "〇", "◯", "o", "yes", "y", "1", "true", "はい", "有", "あり"}
_NO = {"", "×", "x", "-", "no", "n", "0", "false", "いいえ", "無", "なし"}
_ALIASES: dict[StrEnum, tuple[str, ...]] = {
    Role.PROVIDER: ("it担当者", "it staff"),
    Role.USER: ("職員", "自治体職員", "staff"),
    Role.ORGANISATION: ("自治体", "organization"),
}

W = TypeVar("W", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one cell: the row as Excel numbers it (0: the whole file), the column's heading."""

    row: int
    column: str
    message_ja: str
    message_en: str

    def message(self, lang: str = "ja") -> str:
        return Text(self.message_ja, self.message_en).get(lang)


@dataclass(frozen=True, slots=True)
class OwnSheet:
    """What a sheet holds: the controls of the rows that are right, in the sheet's order, and every error."""

    controls: tuple[Control, ...]
    errors: tuple[RowError, ...]

    @property
    def is_valid(self) -> bool:
        return not self.errors


@dataclass(slots=True)
class _Row:
    """One row while it is read. Readers note what is wrong and give back something empty."""

    number: int
    headings: dict[str, str]
    cells: dict[str, Cell]
    errors: list[RowError] = field(default_factory=list)

    def fail(self, column: Column, ja: str, en: str) -> None:
        self.errors.append(RowError(self.number, self.headings[column.key], ja, en))

    def text(self, column: Column) -> str:
        cell = self.cells.get(column.key, Cell())
        if cell.is_formula:
            self.fail(
                column, "数式は使えません。値を入力してください。", "Formulas are refused. Enter a value."
            )
        elif cell.is_error:
            self.fail(column, "Excelのエラー値が入っています。", "The cell holds an Excel error.")
        elif column.required and not cell.text:
            self.fail(column, "入力してください。", "Fill this in.")
        elif len(cell.text) > column.longest:
            longest, length = column.longest, len(cell.text)
            self.fail(
                column,
                f"{longest}字以内で入力してください（現在{length}字）。",
                f"At most {longest} characters, not {length}.",
            )
        else:
            return cell.text
        return ""

    def word(self, column: Column, words: type[W]) -> W | None:
        text = self.text(column)
        if not text:
            return None
        for word in words:
            names = (word.value, label(word), label(word, "en"), *_ALIASES.get(word, ()))
            if fold(text) in {fold(name) for name in names}:
                return word
        choices = [(label(word), label(word, "en")) for word in words]
        self.fail(
            column,
            f"「{text}」は選べません。{'、'.join(ja for ja, _ in choices)}のどれかにしてください。",
            f"“{text}” is not a choice. Use one of {', '.join(en for _, en in choices)}.",
        )
        return None

    def mark(self, column: Column) -> bool:
        text = fold(self.text(column))
        if text not in _YES | _NO:
            self.fail(column, "○を付けるか、空けてください。", "Put ○ or leave it empty.")
        return text in _YES


def read_own_controls(source: Source, catalog: Catalog) -> OwnSheet:
    """Read a sheet against the catalogue that its controls belong to. Never raises for what the file holds.

    `source` is a path, bytes or an open binary file. The sheet is the whole list: what is not in it is not
    kept.
    """
    try:
        rows = list(read_rows(source, SHEETS, columns=len(COLUMNS) + 10, rows=MAX_ROWS + 1))
    except RefusedWorkbook as refused:
        return OwnSheet((), (RowError(0, "", refused.reason.ja, refused.reason.en),))
    if not rows:
        return OwnSheet((), (RowError(0, "", "シートが空です。", "The sheet is empty."),))
    heading, *body = rows
    if not any(_key(cell) for cell in heading[1]):
        no_heading = RowError(
            0,
            "",
            "見出しの行が見つかりません。独自の対策の様式を使ってください。",
            "No row of headings is there. Use the sheet for own controls.",
        )
        return OwnSheet((), (no_heading,))
    errors = list(_heading_errors(*heading))
    if errors:
        return OwnSheet((), tuple(errors))
    if body and body[-1][0] > MAX_ROWS:
        too_long = RowError(MAX_ROWS + 1, "", f"{MAX_ROWS}行までです。", f"At most {MAX_ROWS} rows.")
        return OwnSheet((), (too_long,))
    keys = [_key(cell) for cell in heading[1]]
    headings = {key: cell.text for key, cell in zip(keys, heading[1], strict=True) if key}
    controls: dict[str, Control] = {}
    for number, cells in body:
        row = _Row(number, headings, {key: cell for key, cell in zip(keys, cells, strict=False) if key})
        control = _control(row, catalog)
        if control and control.id in controls:
            row.fail(
                COLUMNS[0], f"{control.id}が上の行にもあります。", f"{control.id} stands in a row above too."
            )
        if control and not row.errors:
            controls[control.id] = control
        errors += row.errors
    return OwnSheet(tuple(controls.values()), tuple(errors))


def preview(catalog: Catalog, sheet: OwnSheet) -> Difference[Control]:
    """What would change if the sheet took the place of the own controls that `catalog` was loaded with.

    Raises ValueError where the sheet has errors: then nothing may be applied, in part neither.
    """
    if not sheet.is_valid:
        raise ValueError("the sheet has errors")
    return compare_elements((control for control in catalog.controls if control.is_own), sheet.controls)


def _key(cell: Cell) -> str:
    heading = fold(cell.text)
    return next((column.key for column in COLUMNS if heading in column.headings()), "")


def _heading_errors(number: int, cells: list[Cell]) -> Iterator[RowError]:
    keys = [_key(cell) for cell in cells]
    for cell, key in zip(cells, keys, strict=True):
        if cell.text and not key:
            yield RowError(number, cell.text, "見出しにない列です。", "There is no column of this name.")
    for column in COLUMNS:
        if keys.count(column.key) > 1:
            yield RowError(number, column.name.ja, "同じ列が二つあります。", "The column stands twice.")
        if column.required and column.key not in keys:
            yield RowError(
                number,
                column.name.ja,
                f"「{column.name.ja}」の列がありません。",
                f"“{column.name.en}” is missing.",
            )


def _control(row: _Row, catalog: Catalog) -> Control | None:
    """The control of a row; None where a part that the model needs is missing."""
    columns = {column.key: column for column in COLUMNS}
    id, topic = _id(row, columns["id"], catalog)
    title = Text(row.text(columns["title"]), row.text(columns["title_en"]))
    statement = Text(row.text(columns["statement"]), row.text(columns["statement_en"]))
    facts = _facts(row, columns)
    role = row.word(columns["role"], Role)
    level = row.word(columns["level"], Level)
    frequency = row.word(columns["frequency"], Frequency)
    tier = row.word(columns["tier"], Tier)
    if role == Role.ORGANISATION and level == Level.SYSTEM:
        row.fail(
            columns["level"],
            "組織の対策は「組織で一度」にしてください。",
            "A control of the organisation is answered once.",
        )
    kinds = [Evidence.ATTESTATION]
    kinds += [kind for kind in (Evidence.FILE, Evidence.LINK) if row.mark(columns[kind])]
    place, risks = row.text(columns["place"]), _risks(row, columns["risks"], catalog)
    if not id or not role or not level or not frequency or not tier:
        return None
    return Control(
        id=id,
        topic=topic,
        role=role,
        level=level,
        title=title,
        statement=statement,
        done_when=facts,
        place=place,
        frequency=frequency,
        tiers=tier.upward,
        evidence=tuple(kinds),
        risks=risks,
    )


def _facts(row: _Row, columns: dict[str, Column]) -> tuple[Text, ...]:
    """What counts as done, each in Japanese and, where it was written, in English."""
    found = []
    for number in range(1, MAX_DONE_WHEN + 1):
        japanese = row.text(columns[f"done_when_{number}"])
        english = row.text(columns[f"done_when_{number}_en"])
        if english and not japanese and number > 1:  # the first one is asked for anyway
            row.fail(
                columns[f"done_when_{number}_en"],
                f"英語だけが入力されています。「完了の条件{number}」も入力してください。",
                f"Only the English is there. Fill in “Done when {number}” too.",
            )
        if japanese:
            found.append(Text(japanese, english))
    return tuple(found)


def _id(row: _Row, column: Column, catalog: Catalog) -> tuple[str, str]:
    """Id and topic of a row, both empty where the cell is wrong."""
    text = row.text(column)
    if not text:
        return "", ""
    id = "".join(unicodedata.normalize("NFKC", text).upper().split())
    match = _OWN_ID.fullmatch(id)
    if not match:
        row.fail(
            column,
            f"「{text}」は使えません。L、項目の番号、通し番号の形（例 L5.1.1）にしてください。",
            f"“{text}” does not fit. Use L, the topic and a running number, as in L5.1.1.",
        )
        return "", ""
    topic = match[1]
    if topic not in {topic.id for topic in catalog.topics}:
        row.fail(column, f"項目{topic}はありません。", f"There is no topic {topic}.")
        return "", ""
    return id, topic


def _risks(row: _Row, column: Column, catalog: Catalog) -> tuple[str, ...]:
    text = unicodedata.normalize("NFKC", row.text(column)).upper()
    known = {risk.id for risk in catalog.risks}
    ids = list(dict.fromkeys(part for part in re.split(r"[\s、,;]+", text) if part))
    for id in ids:
        if id not in known:
            row.fail(column, f"リスク{id}はありません。", f"There is no risk {id}.")
    return tuple(id for id in ids if id in known)
