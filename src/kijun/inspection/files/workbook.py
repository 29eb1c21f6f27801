""".xlsx: the cells of all sheets as people see them, and what sheets carry beside their cells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from kijun.inspection.files.collect import Collector
from kijun.inspection.files.markup_events import Walker
from kijun.inspection.files.number_format import BUILT_IN, shown
from kijun.inspection.files.package import Package
from kijun.inspection.files.place import Part, Place
from kijun.inspection.files.story import Story
from kijun.inspection.files.workbook_beside import Beside, literals

_REFERENCE: Final = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_HEADINGS: Final = frozenset(
    ["oddHeader", "evenHeader", "firstHeader", "oddFooter", "evenFooter", "firstFooter"]
)
_HEADING_CODE: Final = re.compile(
    r'&(?:"[^"]*"|K(?:[0-9A-Fa-f]{6}|\d\d[+-]\d{3})|\d{1,3}|[LCRPNDTFAZGBIUESXYHO])'
)
_VALUES: Final = frozenset(("v", "t"))
#: Names that programs give to sheets nobody named.
_BY_PROGRAM: Final = re.compile(r"(?:Sheet|Chart|シート|グラフ)\d{0,4}(?: ?\(\d{1,3}\))?")


def read_workbook(package: Package, main: str, collector: Collector) -> None:
    """All sheets in their order, hidden ones too; then strings that no cell shows any more."""
    book = _Book()
    package.walk(main, book)
    relations = package.relations(main)
    strings = _SharedStrings(collector)
    styles = _Styles()
    for relation in relations.values():
        if relation.kind == "sharedStrings" and package.has(relation.target):
            package.walk(relation.target, strings)
        elif relation.kind == "styles" and package.has(relation.target):
            package.walk(relation.target, styles)
    hidden = uncalculated = 0
    for name, state, link in book.sheets:
        target = relations[link].target if link in relations else ""
        hidden += state in ("hidden", "veryHidden")
        if not _BY_PROGRAM.fullmatch(name):
            collector.add(name, Place("cell", name=name, part=Part.SHEET_NAME))
        if package.has(target):
            sheet = _Sheet(collector, name, strings, styles, from_1904=book.from_1904)
            package.walk(target, sheet)
            uncalculated += sheet.uncalculated
            _read_around(package, target, name, collector)
    package.walk(main, Beside(collector))
    strings.tell_unused()
    if uncalculated:
        collector.note(
            f"計算結果が保存されていない数式が{uncalculated}個あります。数式の中の文字だけを調べています。",
            f"{uncalculated} formula(s) have no stored value; only the texts inside them were read.",
        )
    if hidden:
        collector.note(
            f"表示されていないシートが{hidden}枚あります。その内容も調べています。",
            f"{hidden} sheet(s) are hidden; they were read as well.",
        )


def _read_around(package: Package, sheet: str, name: str, collector: Collector) -> None:
    """Comments, shapes and tables of one sheet."""
    for relation in package.relations(sheet).values():
        if relation.is_external or not package.has(relation.target):
            continue
        if relation.kind in ("comments", "threadedComment"):
            package.walk(relation.target, _Comments(collector, name))
        elif relation.kind == "drawing":
            story = Story(collector, Place("cell", name=name, part=Part.TEXT_BOX))
            package.walk(relation.target, story)
        elif relation.kind == "table":
            package.walk(relation.target, Beside(collector, name))


class _Book(Walker):
    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, str]] = []
        self.from_1904 = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "sheet":
            link = attributes.get("r:id", attributes.get("id", ""))
            self.sheets.append((attributes.get("name", ""), attributes.get("state", ""), link))
        elif tag == "workbookPr":
            self.from_1904 = attributes.get("date1904", "") in ("1", "true", "on")


class _Styles(Walker):
    """The number format of each cell style."""

    def __init__(self) -> None:
        self.formats: list[str] = []
        self._codes: dict[str, str] = {}
        self._in_cells = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "numFmt":
            self._codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            self._in_cells = True
        elif tag == "xf" and self._in_cells:
            number = attributes.get("numFmtId", "")
            built_in = BUILT_IN.get(int(number), "") if number.isdecimal() and len(number) < 6 else ""
            self.formats.append(self._codes.get(number, built_in))

    def end(self, tag: str) -> None:
        if tag == "cellXfs":
            self._in_cells = False

    def of(self, style: str) -> str:
        at = int(style) if style.isdecimal() and len(style) < 7 else -1
        return self.formats[at] if 0 <= at < len(self.formats) else ""


class _Rich(Walker):
    """Text in runs, without the readings that Excel keeps of typed kanji: the same words once more."""

    def __init__(self, collector: Collector) -> None:
        self._out = collector
        self._words: list[str] = []
        self._open = self._reading = self._seen = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "rPh":
            self._reading += 1
        elif tag in _VALUES:
            self._open += 1

    def end(self, tag: str) -> None:
        if tag == "rPh":
            self._reading -= 1
        elif tag in _VALUES:
            self._open -= 1

    def text(self, text: str) -> None:
        if self._open and not self._reading:
            self._seen += len(text)
            self._out.budget.room_for(self._seen)
            self._words.append(text)

    def taken(self) -> str:
        text = "".join(self._words)
        self._words.clear()
        return text


class _SharedStrings(_Rich):
    def __init__(self, collector: Collector) -> None:
        super().__init__(collector)
        self._strings: list[str] = []
        self._used = bytearray()

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag == "si":
            self._strings.append(self.taken())
            if len(self._strings) > self._out.budget.limits.cells:
                self._out.budget.room_for(self._out.budget.limits.characters + 1)

    def of(self, index: str) -> str:
        at = int(index) if index.isdecimal() and len(index) < 8 else -1
        if not 0 <= at < len(self._strings):
            return ""
        if not self._used:
            self._used = bytearray(len(self._strings))
        self._used[at] = 1
        return self._strings[at]

    def tell_unused(self) -> None:
        """Strings of cells that were deleted, where a program left them in the file."""
        used = self._used or bytearray(len(self._strings))
        for text, is_used in zip(self._strings, used, strict=True):
            if not is_used:
                self._out.add(text, Place("part", part=Part.HIDDEN_DATA))


class _Sheet(_Rich):
    def __init__(
        self, collector: Collector, name: str, strings: _SharedStrings, styles: _Styles, *, from_1904: bool
    ) -> None:
        super().__init__(collector)
        self._name = name
        self._strings = strings
        self._styles = styles
        self._from_1904 = from_1904
        self._row: list[tuple[int, str, Place]] = []
        self._row_number = self._column = 0
        self._kind = self._style = self._cell = ""
        self.uncalculated = 0
        self._beside = Beside(collector, name)
        self._in_cell = self._in_formula = False
        self._formula: list[str] = []
        self._later: list[tuple[str, str]] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "c":
            self._in_cell = True
            self._out.budget.take_cell()
            self._kind = attributes.get("t", "n")
            self._style = attributes.get("s", "")
            self._place_cell(attributes.get("r", ""))
        elif tag == "row":
            number = attributes.get("r", "")
            self._row_number = int(number) if number.isdecimal() and len(number) < 8 else self._row_number + 1
            self._column = 0
        elif tag in _HEADINGS:
            self._open += 1
        elif self._in_cell:
            self._in_formula = tag == "f"
            super().start(tag, attributes)
        else:
            self._beside.start(tag, attributes)

    def end(self, tag: str) -> None:
        if tag == "c":
            self._end_cell()
        elif tag == "row":
            self._out.row(self._row)
            self._row.clear()
            for text, cell in self._later:
                self._beside.tell(text, Part.FORMULA, cell)
            self._later.clear()
        elif tag in _HEADINGS:
            self._open -= 1
            part = Part.HEADER if tag.endswith("Header") else Part.FOOTER
            self._out.add(
                _HEADING_CODE.sub(" ", self.taken()).strip(), Place("cell", name=self._name, part=part)
            )
        elif self._in_cell:
            self._in_formula = False
            super().end(tag)
        else:
            self._beside.end(tag)

    def text(self, text: str) -> None:
        if self._in_formula:
            self._seen += len(text)
            self._out.budget.room_for(self._seen)
            self._formula.append(text)
        elif self._in_cell or self._open:
            super().text(text)
        else:
            self._beside.text(text)

    def _end_cell(self) -> None:
        """The value, and the texts of its formula that it does not show; a program that does not calculate leaves no value."""
        self._in_cell = self._in_formula = False
        value = self.taken()
        place = Place("cell", name=self._name, cell=self._cell)
        if value:
            value = self._shown(value)
            self._row.append((self._column, value, place))
        if not self._formula:
            return
        texts = literals("".join(self._formula))
        self._formula.clear()
        if value or self._kind == "str":  # an empty text is a value as well
            self._later += [(text, self._cell) for text in texts if text not in value]
            return
        self.uncalculated += 1
        self._row.append((self._column, " ".join(texts), replace(place, part=Part.FORMULA)))

    def _place_cell(self, reference: str) -> None:
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            self._column += 1
            self._cell = f"{letters(self._column)}{self._row_number}"
            return
        self._column = column_of(found[1])
        self._cell = found[1] + found[2]

    def _shown(self, value: str) -> str:
        """A cell's value by its type and format."""
        if self._kind == "s":
            return self._strings.of(value)
        if self._kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if self._kind != "n":
            return value
        return shown(value, self._styles.of(self._style), from_1904=self._from_1904)


class _Comments(Walker):
    """Comments old and new, each with the cell it hangs on."""

    def __init__(self, collector: Collector, sheet: str) -> None:
        self._out = collector
        self._sheet = sheet
        self._cell = ""
        self._words: list[str] = []
        self._in_comment = self._text = self._author = 0
        self._seen = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in ("comment", "threadedComment"):
            self._in_comment += 1
            self._cell = attributes.get("ref", "")
        elif tag == "author":
            self._author += 1
        elif tag in _VALUES or (tag == "text" and self._in_comment):
            self._text += 1

    def end(self, tag: str) -> None:
        if tag in ("comment", "threadedComment"):
            self._in_comment -= 1
            cell = self._cell if _REFERENCE.fullmatch(self._cell) else ""
            self._tell(Place("cell", name=self._sheet, cell=cell, part=Part.COMMENT))
        elif tag == "author":
            self._author -= 1
            self._tell(Place("part", part=Part.AUTHOR))
        elif tag in _VALUES or (tag == "text" and self._in_comment):
            self._text -= 1

    def text(self, text: str) -> None:
        if self._text or self._author:
            self._seen += len(text)
            self._out.budget.room_for(self._seen)
            self._words.append(text)

    def _tell(self, place: Place) -> None:
        self._out.add("".join(self._words).strip(), place)
        self._words.clear()


def column_of(letters_: str) -> int:
    """The number of a column: A is 1, XFD is 16384."""
    number = 0
    for letter in letters_:
        number = number * 26 + ord(letter) - 64
    return number


def letters(column: int) -> str:
    """The letters of a column; 1 is A."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
