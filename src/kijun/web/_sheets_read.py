"""Reading sheets that people send back: Excel (.xlsx) and CSV in UTF-8 or CP932."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _
from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from kijun.web import archives
from kijun.web._decoding import decoded
from kijun.web._sheets import (
    CellError,
    ReadLimits,
    ReadResult,
    ReadRow,
    SheetColumn,
    SheetError,
    Value,
    headings,
    same_word,
)
from kijun.web._sheets_cells import Broken, CellRefusal, Formula, reader
from kijun.web._sheets_write import DANGEROUS
from kijun.web.archives import MEBIBYTE, ArchiveError
from kijun.web.punctuation import listed
from kijun.web.refusals import Refusal

Rows = Iterator[tuple[int, Sequence[Any]]]
_ESCAPED: Final = re.compile(r"_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_")
_LAST_ROW: Final = 1_048_576
# How long a cell may be is said by who reads the file, in words; csv's own limit (131,072) is one for the whole process, and only ever raised.
csv.field_size_limit(max(csv.field_size_limit(), 2**31 - 1))


class FileRefusal(Refusal):
    """The file as a whole cannot be read; the message is already in the page's language."""


def read_table(
    content: bytes,
    filename: str,
    columns: Sequence[SheetColumn],
    limits: ReadLimits | None = None,
    *,
    sheet: str | None = None,
) -> ReadResult:
    """Read the first visible sheet (or the one called ``sheet``) of an .xlsx file, or a CSV file.

    Columns are found by heading in any order. Nothing is raised for what people send: what cannot be read
    stands in ``problems``, what is wrong in a cell in the row's ``errors``.
    """
    limits = limits or ReadLimits()
    try:
        check_size(content, limits)
        return _read_rows(_raw_rows(content, filename, limits, sheet), columns, limits)
    except (FileRefusal, ArchiveError) as refused:
        return ReadResult([], [str(refused)])


def check_size(content: bytes, limits: ReadLimits) -> None:
    """Refuse what is larger than an import takes."""
    if len(content) > limits.max_bytes:
        raise FileRefusal(
            _("ファイルが大きすぎます（上限%(size)sMB）。行を分けて保存し直してください。")
            % {"size": f"{limits.max_bytes / MEBIBYTE:g}"}
        )


def too_many(limits: ReadLimits) -> FileRefusal:
    """Words for more rows than an import takes."""
    return FileRefusal(
        _("行が多すぎます（上限%(count)s行）。ファイルを分けてください。") % {"count": f"{limits.max_rows:,}"}
    )


def read_raw(content: bytes, filename: str, limits: ReadLimits) -> list[tuple[int, list[Any]]]:
    """See :func:`kijun.web.excel.read_raw`."""
    found: list[tuple[int, list[Any]]] = []
    try:
        check_size(content, limits)
        for number, cells in _raw_rows(content, filename, limits, None):
            if not any(map(filled, cells)):
                continue
            if len(found) > limits.max_rows:
                raise too_many(limits)
            kept = cells[: limits.max_columns]
            found.append((number, [None if isinstance(cell, Formula | Broken) else cell for cell in kept]))
    except (FileRefusal, ArchiveError) as refused:
        raise SheetError(str(refused)) from refused
    return found


def _raw_rows(content: bytes, filename: str, limits: ReadLimits, sheet: str | None) -> Rows:
    if is_workbook(content, filename):
        return _xlsx_rows(content, limits, sheet)
    return csv_rows(content)


def is_workbook(content: bytes, filename: str) -> bool:
    """Whether the file is to be read as Excel, else as CSV; what is neither is refused."""
    ending = filename.rpartition(".")[2].lower()
    if ending in {"xlsm", "xltm", "xlsb", "xlam"}:
        raise FileRefusal(
            _("マクロ付きのExcel（.%(ending)s）は読み取れません。.xlsx の形式で保存し直してください。")
            % {"ending": ending}
        )
    archives.refuse_ole(content)
    if content.startswith(archives.ZIP) and ending == "xlsx":
        return True
    if ending in {"csv", "txt"} and not content.startswith(archives.ZIP):
        return False
    if ending in {"xlsx", "csv", "txt"}:
        raise FileRefusal(
            _("ファイルの中身が拡張子（.%(ending)s）と合いません。Excelで開き、保存し直してください。")
            % {"ending": ending}
        )
    raise FileRefusal(_("Excel（.xlsx）かCSV（.csv）のファイルを選んでください。"))


@dataclass(slots=True)
class _Header:
    found: dict[int, SheetColumn] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    headed: set[int] = field(default_factory=set)


def _read_rows(raw_rows: Rows, columns: Sequence[SheetColumn], limits: ReadLimits) -> ReadResult:
    header: _Header | None = None
    readers: dict[int, tuple[str, Callable[[Any], Value]]] = {}
    rows: list[ReadRow] = []
    for number, cells in raw_rows:
        if len(cells) > limits.max_columns and any(map(filled, cells[limits.max_columns :])):
            raise FileRefusal(
                _("列が多すぎます（上限%(count)s列）。使わない列を削除してください。")
                % {"count": limits.max_columns}
            )
        if not any(map(filled, cells)):
            continue
        if header is None:
            header = _match_header(cells, columns)
            if header.problems:
                return ReadResult([], header.problems, header.notes)
            readers = {place: (column.key, reader(column)) for place, column in header.found.items()}
            continue
        if len(rows) >= limits.max_rows:
            raise too_many(limits)
        rows.append(_read_row(number, cells, readers, header.headed))
    if header is None:
        raise FileRefusal(
            _("ファイルに何も書かれていません。1行目に見出し、2行目から内容を入力してください。")
        )
    return ReadResult(rows, [], header.notes, [column.key for column in header.found.values()])


def filled(cell: Any) -> bool:
    """Whether anything stands in a cell."""
    return cell is not None and not (isinstance(cell, str) and not cell.strip())


def _match_header(cells: Sequence[Any], columns: Sequence[SheetColumn]) -> _Header:
    header = _Header()
    known = {word: column for column in reversed(columns) for word in headings(column)}
    known |= {same_word(column.key): column for column in columns}
    for place, cell in enumerate(cells):
        if not filled(cell):
            continue
        header.headed.add(place)
        heading = str(cell).strip() if not isinstance(cell, Formula | Broken) else "="
        column = known.get(same_word(heading[:500]))
        if column is None:
            header.notes.append(
                _("「%(heading)s」は使わない見出しのため、読み飛ばしました。") % {"heading": heading[:40]}
            )
        elif column in header.found.values():
            header.problems.append(
                _("見出し「%(heading)s」の列が2つあります。1つにしてください。") % {"heading": column.label}
            )
        else:
            header.found[place] = column
    if not header.found:
        labels = listed(column.label for column in columns[:10])
        header.problems.append(
            _("見出しの行が見つかりません。最初の行に次の見出しを入力してください：%(labels)s")
            % {"labels": labels}
        )
        return header
    for column in columns:
        if column in header.found.values():
            continue
        if column.required:
            header.problems.append(
                _("必須の列「%(label)s」がありません。見出しを確かめてください。") % {"label": column.label}
            )
        else:
            header.notes.append(
                _("「%(label)s」の列がないため、この項目は変更しません。") % {"label": column.label}
            )
    return header


def _read_row(
    number: int,
    cells: Sequence[Any],
    readers: dict[int, tuple[str, Callable[[Any], Value]]],
    headed: set[int],
) -> ReadRow:
    row = ReadRow(number, {})
    for place, (key, read) in readers.items():
        try:
            row.values[key] = read(cells[place] if place < len(cells) else None)
        except CellRefusal as refused:
            row.errors.append(CellError(key, str(refused)))
    for place, cell in enumerate(cells):
        if place not in headed and filled(cell):
            message = _("見出しのない%(place)s列目に値があります。列がずれていないか確かめてください。")
            row.errors.append(CellError("", message % {"place": place + 1}))
            break
    return row


# --- Excel ----------------------------------------------------------------------------------


class _Text(str):
    """Text whose escapes have been undone."""

    __slots__ = ()


class _Reader(ExcelReader):
    """openpyxl's reader, without the parts that a table does not need and other programs often get wrong.

    Its own list of strings loses every "x005F_" for good: here the text stays as it is in the file.
    """

    def read_strings(self) -> None:
        package: Any = self.package
        part = package.find(SHARED_STRINGS)
        if part is None:
            return
        space = f"{{{SHEET_MAIN_NS}}}"
        with self.archive.open(part.PartName[1:]) as source:
            for _event, node in iterparse(source):
                if node.tag == f"{space}si":
                    runs = [
                        *node.findall(f"{space}t"),
                        *node.findall(f"{space}r/{space}t"),
                    ]  # no phonetic text
                    self.shared_strings.append(_Text("".join(_unescaped(run.text or "") for run in runs)))
                    node.clear()

    def read_properties(self) -> None: ...
    def read_custom(self) -> None: ...
    def read_theme(self) -> None: ...
    def read_chartsheet(self, sheet: Any, rel: Any) -> None: ...


@contextmanager
def opened_pages(content: bytes, limits: ReadLimits) -> Iterator[list[Any]]:
    """The sheets of a workbook, hidden ones too."""
    with archives.opened(content, max_unpacked=limits.max_unpacked):
        pass
    try:
        book = _Reader(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        book.read()
        pages = list(book.wb.worksheets)
    except Exception as error:  # the library raises anything on a file that is not quite a workbook
        raise ArchiveError(_broken()) from error
    try:
        yield pages
    finally:
        book.archive.close()


def _xlsx_rows(content: bytes, limits: ReadLimits, sheet: str | None) -> Rows:
    with opened_pages(content, limits) as pages:
        pages = [page for page in pages if page.sheet_state == "visible"]
        if sheet is not None:
            pages = [page for page in pages if same_word(page.title) == same_word(sheet)]
        if not pages:
            raise FileRefusal(
                _("シート「%(sheet)s」がありません。シート名を確かめてください。") % {"sheet": sheet}
                if sheet is not None
                else _("表示されているシートがありません。シートを再表示して保存し直してください。")
            )
        yield from page_rows(pages[0], limits)


def _broken() -> str:
    return _("Excelファイルとして読み取れません。Excelで開いて保存し直してから、もう一度選んでください。")


def page_rows(page: Any, limits: ReadLimits) -> Rows:
    """The rows of a sheet that hold anything, with the numbers that Excel shows."""
    # The bounds keep a file that names row 10,000,000,000 from running for ever.
    found = page.iter_rows(min_row=1, max_row=_LAST_ROW, min_col=1, max_col=limits.max_columns + 1)
    number, empty = 0, None
    while True:
        try:
            cells = next(found, None)
        except Exception as error:  # see above
            raise ArchiveError(_broken()) from error
        if cells is None:
            return
        number += 1
        if cells is empty:  # one object stands for all rows that the file leaves out
            continue
        if all(cell.value is None for cell in cells):
            empty = cells
            continue
        yield number, [_raw(cell) for cell in cells]


def _raw(cell: Any) -> Any:
    if cell.value is None:
        return None
    if cell.data_type == "f":
        return Formula()
    if cell.data_type == "e":
        return Broken(str(cell.value)[:20])
    if isinstance(cell.value, str):
        return str(cell.value) if isinstance(cell.value, _Text) else _unescaped(cell.value)
    return cell.value


def _unescaped(text: str) -> str:
    """Excel writes control characters as _x000D_ (ECMA-376 ST_Xstring); half a surrogate pair stays."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


# --- CSV ------------------------------------------------------------------------------------


def csv_rows(content: bytes) -> Rows:
    """The rows of a CSV file, also empty ones."""
    text = decoded(content)
    if text is None:
        raise FileRefusal(
            _(
                "CSVの文字コードが読み取れません。"
                "Excelで「CSV UTF-8（コンマ区切り）」を選んで保存し直してください。"
            )
        )
    first = text.partition("\n")[0]
    lines = csv.reader(
        io.StringIO(text, newline=""),
        delimiter="\t" if "\t" in first and "," not in first else ",",
        strict=True,
    )
    number = 0
    while True:
        number += 1
        try:
            cells = next(lines, None)
        except csv.Error as error:
            raise FileRefusal(
                _('CSVの%(number)s行目が読み取れません。引用符（"）が閉じているか確かめてください。')
                % {"number": number}
            ) from error
        if cells is None:
            return
        yield number, [cell[1:] if cell.startswith("'") and DANGEROUS.match(cell) else cell for cell in cells]
