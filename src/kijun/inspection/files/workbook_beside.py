"""What a workbook says where no cell shows it: in formulas, lists and hints for input, filters, tips of links, names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from kijun.inspection.files.collect import Collector
from kijun.inspection.files.markup_events import Walker
from kijun.inspection.files.place import Part, Place

_LITERAL: Final = re.compile(r'"((?:[^"]|"")*+)"')
_GLUED: Final = re.compile(r'"\s{0,20}&\s{0,20}"')
_REFERENCE: Final = re.compile(r"\$?[A-Z]{1,3}\$?\d{1,7}")
_FORMULAS: Final = frozenset(
    ["formula", "formula1", "formula2", "f", "calculatedColumnFormula", "totalsRowFormula", "definedName"]
)
#: Attributes with words in them, by element.
_WORDS: Final[Mapping[str, tuple[Part, tuple[str, ...]]]] = {
    "dataValidation": (Part.FORM_FIELD, ("promptTitle", "prompt", "errorTitle", "error")),
    "hyperlink": (Part.LINK, ("tooltip",)),
    "cfRule": (Part.FORMULA, ("text",)),
    "filter": (Part.HIDDEN_DATA, ("val",)),
    "customFilter": (Part.HIDDEN_DATA, ("val",)),
    "definedName": (Part.HIDDEN_DATA, ("name", "comment", "description", "help")),
    "scenario": (Part.HIDDEN_DATA, ("name", "user", "comment")),
    "inputCells": (Part.HIDDEN_DATA, ("val",)),
    "protectedRange": (Part.HIDDEN_DATA, ("name",)),
    "table": (Part.HIDDEN_DATA, ("comment",)),
    "tableColumn": (Part.HIDDEN_DATA, ("totalsRowLabel",)),
}
_OWN_NAMES: Final = ("_xlnm.", "_xlchart.")  # names that Excel gives by itself


def literals(formula: str) -> list[str]:
    """The texts inside a formula; those that are put together on the spot (``"佐藤"&"花子"``) as one."""
    if '"' not in formula:
        return []
    found = (text.replace('""', '"').strip() for text in _LITERAL.findall(_GLUED.sub("", formula)))
    return [text for text in found if text]


class Beside(Walker):
    """Reads what is beside the cells of a sheet, of its tables or of the book; the same words are told once."""

    def __init__(self, collector: Collector, sheet: str = "") -> None:
        self._out = collector
        self._sheet = sheet
        self._cell = ""
        self._is_list = self._is_open = False
        self._words: list[str] = []
        self._seen = 0
        self._told: set[tuple[str, Part]] = set()

    def tell(self, text: str, part: Part, cell: str = "") -> None:
        """Words with the cell they belong to, where there is one."""
        text = text.strip()
        if text and (text, part) not in self._told:
            self._told.add((text, part))
            place = (
                Place("cell", name=self._sheet, cell=cell, part=part)
                if self._sheet
                else Place("part", part=part)
            )
            self._out.add(text, place)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in _WORDS:
            self._begin(tag, attributes)
        if tag in _FORMULAS:
            self._is_open = True

    def end(self, tag: str) -> None:
        if tag in _FORMULAS:
            self._is_open = False
            formula = "".join(self._words)
            self._words.clear()
            if tag == "definedName" and not _LITERAL.search(formula) and "!" not in formula:
                self.tell(formula, Part.HIDDEN_DATA)  # a number, or a formula of its own
            for text in literals(formula):
                # The choices of a list stand in one text: "山田,佐藤".
                for one in text.split(",") if self._is_list else (text,):
                    self.tell(one, Part.FORM_FIELD if self._is_list else Part.FORMULA, self._cell)
        elif tag == "dataValidation":
            self._cell, self._is_list = "", False

    def text(self, text: str) -> None:
        if self._is_open:
            self._seen += len(text)
            self._out.budget.room_for(self._seen)
            self._words.append(text)

    def _begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        first = _REFERENCE.match(attributes.get("sqref", attributes.get("ref", "")))
        cell = first[0].replace("$", "") if first and tag in ("dataValidation", "hyperlink") else ""
        if tag == "dataValidation":
            self._cell, self._is_list = cell, attributes.get("type") == "list"
        part, names = _WORDS[tag]
        for name in names:
            value = attributes.get(name, "")
            if value and not (tag == "definedName" and value.startswith(_OWN_NAMES)):
                self.tell(value, part, cell)
