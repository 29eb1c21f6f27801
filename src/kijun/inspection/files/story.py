"""Running text of Word and of shapes: paragraphs, tables, text boxes, and what is changed or hidden in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from kijun.inspection.files.collect import Collector
from kijun.inspection.files.markup_events import Walker
from kijun.inspection.files.place import Part, Place

_ALTERNATIVE: Final = "Fallback"  # the same shape once more, for programs of before 2010
_REMOVED: Final = frozenset(("moveFrom", "del"))
_AUTHORED: Final = frozenset(("ins", "del", "moveFrom", "moveTo", "comment", "rPrChange", "pPrChange"))
_VALUES: Final = ("v", "displayName", "author", "name")
#: Text that stands in attributes: WordArt (the watermark 部外秘), what shapes of before 2010 say to those who do not see them,
#: fields of forms with their choices and their help, tips of links, bookmarks.
_TOLD: Final[Mapping[str, tuple[Part, tuple[str, ...]]]] = {
    "textpath": (Part.TEXT_BOX, ("string",)),
    **dict.fromkeys(
        (
            "shape",
            "rect",
            "roundrect",
            "oval",
            "line",
            "polyline",
            "curve",
            "arc",
            "group",
            "image",
            "imagedata",
        ),
        (Part.ALT_TEXT, ("title", "alt")),
    ),
    **dict.fromkeys(
        ("listEntry", "helpText", "statusText", "default", "alias", "tag"), (Part.FORM_FIELD, ("val",))
    ),
    "listItem": (Part.FORM_FIELD, ("displayText", "value")),
    "hyperlink": (Part.LINK, ("tooltip",)),
    "hlinkClick": (Part.LINK, ("tooltip",)),
    "bookmarkStart": (Part.HIDDEN_DATA, ("name",)),
}
_OWN_NAMES: Final = ("_", "OLE_LINK")  # bookmarks that Word sets by itself: _GoBack, _Toc1234
_IN_FORM: Final = frozenset(
    ("ffData", "ddList", "textInput", "sdtPr")
)  # `default` and `tag` mean other things elsewhere
_MOST_COLUMNS = 63  # of a table, as in Word
_COUNTED: Final = frozenset(("footnote", "endnote", "comment"))


@dataclass(slots=True)
class _Paragraph:
    words: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    readings: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    beside: list[tuple[str, Part]] = field(default_factory=list)
    part: Part | None = None


@dataclass(slots=True)
class _Cell:
    """The paragraphs of a cell, and its column in the grid that all rows of the table share."""

    column: int
    paragraphs: list[str] = field(default_factory=list)


class Story(Walker):
    """Reads one part. `place` is where all of it stands; without one its paragraphs and tables are counted.

    `skip_placeholders` leaves out shapes that only say what a slide may hold.
    """

    def __init__(
        self, collector: Collector, place: Place | None = None, *, skip_placeholders: bool = False
    ) -> None:
        self.authors: dict[str, None] = {}
        self.revisions = 0
        self._out = collector
        self._place = place
        self._skips = skip_placeholders
        self._tags: list[str] = []
        self._open: list[_Paragraph] = []
        self._paragraphs = self._tables = 0
        self._table = self._fallback = self._removed = self._reading = self._box = 0
        self._placeholder = False
        self._rows = self._seen = 0
        self._cells: list[_Cell] = []
        self._next_column = 1
        self._later: list[tuple[str, Place]] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._tags.append(tag)
        if self._fallback or tag == _ALTERNATIVE:
            self._fallback += 1
            return
        if tag in _AUTHORED:
            self._note_change(tag, attributes)
        if tag == "p":
            self._open.append(_Paragraph(part=Part.TEXT_BOX if self._box else None))
        elif tag in ("tab", "br", "cr", "noBreakHyphen", "ptab"):
            self._mark(tag)
        elif tag == "tbl":
            self._begin_table()
        elif tag == "tr" and self._table == 1:
            self._rows += 1
            self._cells, self._next_column = [], 1
        elif tag == "tc" and self._table == 1:
            self._cells.append(_Cell(self._next_column))
            self._next_column += 1
        elif tag in ("gridSpan", "gridBefore") and self._table == 1:
            self._spanned(tag, attributes)
        elif tag == "rt":
            self._reading += 1
        elif tag == "txbxContent":
            self._box += 1
        elif tag in ("sp", "pic", "cxnSp", "graphicFrame"):
            self._placeholder = False
        elif tag == "ph":
            self._placeholder = True
        elif tag in ("docPr", "cNvPr"):
            self._alternative_text(attributes)
        elif tag == "fldSimple" and self._open:
            self._open[-1].fields.append(attributes.get("instr", ""))
        elif tag in _TOLD:
            self._told(tag, attributes)
        elif tag in _COUNTED and self._place is not None and attributes.get("type", "normal") == "normal":
            self._place = replace(self._place, number=self._place.number + 1)

    def end(self, tag: str) -> None:
        self._tags.pop()
        if self._fallback:
            self._fallback -= 1
            return
        if tag in _REMOVED and self._removed:
            self._removed -= 1
        elif tag == "p" and self._open:
            self._end_paragraph(self._open.pop())
        elif tag == "tr" and self._table == 1:
            self._end_row()
        elif tag == "tbl" and self._table:
            self._table -= 1
            if not self._table:
                self._tell_later()
        elif tag == "rt":
            self._reading -= 1
        elif tag == "txbxContent":
            self._box -= 1

    def text(self, text: str) -> None:
        if self._fallback or not self._open or not self._tags:
            return
        self._seen += len(text)
        self._out.budget.room_for(self._seen)
        tag, paragraph = self._tags[-1], self._open[-1]
        if tag == "t":
            if self._reading:
                paragraph.readings.append(text)
            elif self._removed:
                paragraph.deleted.append(text)
            else:
                paragraph.words.append(text)
        elif tag == "delText":
            paragraph.deleted.append(text)
        elif tag == "instrText":
            paragraph.fields.append(text)

    def _mark(self, tag: str) -> None:
        """A tab or break; as children of other elements the same names set up tab stops."""
        if self._open and len(self._tags) > 1 and self._tags[-2] in ("r", "p"):
            sign = "-" if tag == "noBreakHyphen" else "\t" if tag in ("tab", "ptab") else "\n"
            self._open[-1].words.append(sign)

    def _note_change(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in _REMOVED:
            self._removed += 1
        if tag != "comment":
            self.revisions += 1
        if author := attributes.get("author"):
            self.authors[author] = None

    def _told(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Text in the attributes of an element."""
        part, names = _TOLD[tag]
        if (
            part is Part.FORM_FIELD
            and tag != "listItem"
            and not (len(self._tags) > 1 and self._tags[-2] in _IN_FORM)
        ):
            return
        for text in dict.fromkeys(attributes.get(name, "").strip() for name in names):
            if not text or (tag == "bookmarkStart" and text.startswith(_OWN_NAMES)):
                continue
            if not self._open:
                self._out.add(text, self._beside(self._here(part), part))
                continue
            self._seen += len(text)
            self._out.budget.room_for(self._seen)
            self._open[-1].beside.append((text, part))

    @staticmethod
    def _beside(place: Place, part: Part) -> Place:
        """WordArt is text of the place it stands in; all else is something of its own."""
        return replace(place, part=(place.part or part) if part is Part.TEXT_BOX else part)

    def _alternative_text(self, attributes: Mapping[str, str]) -> None:
        for name in ("title", "descr"):
            if text := attributes.get(name):
                if self._open:
                    self._open[-1].pictures.append(text)
                else:
                    self._out.add(text, replace(self._here(), part=Part.ALT_TEXT))

    def _begin_table(self) -> None:
        self._table += 1
        if self._table == 1:
            self._tables += 1
            self._rows = 0
            self._cells = []

    def _spanned(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A cell that reaches over several columns, or a row that begins behind the first; not what they were before a change."""
        owner = self._tags[-3] if len(self._tags) > 2 else ""
        count = attributes.get("val", "")
        if not count.isdecimal() or int(count[:4]) > _MOST_COLUMNS:
            return
        if tag == "gridSpan" and owner == "tc" and self._cells:
            self._next_column = self._cells[-1].column + max(1, int(count))
        elif tag == "gridBefore" and owner == "tr" and not self._cells:
            self._next_column = 1 + int(count)

    def _end_paragraph(self, paragraph: _Paragraph) -> None:
        words = "".join(paragraph.words)
        shown = not (self._skips and self._placeholder)
        if paragraph.part is Part.TEXT_BOX and self._open and not self._table:
            # A box belongs to the paragraph it hangs on, whose number is known when that ends.
            self._open[-1].beside += [(words, Part.TEXT_BOX), *_around(paragraph)]
            return
        if words.strip() and not self._table:
            self._paragraphs += 1
        place = self._here(paragraph.part)
        self._later += [(text, self._beside(place, part)) for text, part in _around(paragraph)]
        if self._table and self._cells:
            self._cells[-1].paragraphs.append(words)
            return
        if shown:
            self._out.add(words, place)
        if not self._table and not self._open:
            self._tell_later()

    def _end_row(self) -> None:
        cells = []
        for cell in self._cells:
            self._out.budget.take_cell()
            text = "\n".join(words for words in cell.paragraphs if words.strip())
            place = self._place or Place("cell", self._tables, line=self._rows, column=cell.column)
            cells.append((cell.column, text, place))
        self._out.row(cells)
        self._cells = []

    def _tell_later(self) -> None:
        """What stands beside the text comes when the paragraph or the table it stands in is over."""
        for text, place in self._later:
            self._out.add(text, place)
        self._later.clear()

    def _here(self, part: Part | None = None) -> Place:
        if self._place is not None:
            return self._place
        if self._table:
            column = self._cells[-1].column if self._cells else 1
            return Place("cell", self._tables, line=self._rows, column=column, part=part)
        return Place("paragraph", max(1, self._paragraphs), part=part)


def _around(paragraph: _Paragraph) -> list[tuple[str, Part]]:
    """What stands beside, under and behind a paragraph."""
    joined = (
        ("".join(paragraph.deleted), Part.DELETED),
        ("".join(paragraph.fields), Part.FIELD),
        ("".join(paragraph.readings), Part.READING),
        (" ".join(paragraph.pictures), Part.ALT_TEXT),
    )
    return [(text.strip(), part) for text, part in joined if text.strip()] + paragraph.beside


class Loose(Walker):
    """Text of a part whose order means nothing to people: of the elements `tags` (of all where there are none) and
    what stands in an attribute of the elements `values`."""

    def __init__(
        self,
        collector: Collector,
        place: Place,
        tags: frozenset[str] = frozenset(),
        values: frozenset[str] = frozenset(),
    ) -> None:
        self._out = collector
        self._place = place
        self._tags = tags
        self._values = values
        self._words: list[str] = []
        self._open = self._seen = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if not self._tags:
            self._tell()
        elif tag in self._tags:
            self._open += 1
        if tag in self._values and (
            value := next((attributes[name] for name in _VALUES if name in attributes), "")
        ):
            self._out.add(value, self._place)

    def end(self, tag: str) -> None:
        if not self._tags:
            self._tell()
        elif tag in self._tags and self._open:
            self._open -= 1
            if not self._open:
                self._tell()

    def text(self, text: str) -> None:
        if self._open or not self._tags:
            self._seen += len(text)
            self._out.budget.room_for(self._seen)
            self._words.append(text)

    def _tell(self) -> None:
        self._out.add("".join(self._words).strip(), self._place)
        self._words.clear()
