"""Text out of HTML, also of hostile HTML, in linear time.

`html.parser` of the Python versions we support needs quadratic time for unclosed comments and tags
(CVE-2025-6069), so tags are cut here: nothing but the text and a few attributes is wanted of them.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from typing import Final

from kijun.inspection.files.collect import Collector
from kijun.inspection.files.place import Part, Place

_INLINE: Final = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "dfn",
        "del",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "o:p",
        "q",
        "rp",
        "rt",
        "rb",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
    ]
)
_CELLS: Final = frozenset(("td", "th"))
_OPENING: Final = re.compile(r"<(?:!--|/?[a-zA-Z]|[!?])")
_TAG_NAME: Final = re.compile(r"</?([a-zA-Z][\w:-]{0,30})")
_ATTRIBUTE: Final = re.compile(
    r"(?<![\w-])(href|src|alt|title|value|content|placeholder|aria-label)\s*+=\s*+(\"[^\"]*\"|'[^']*'|[^\s>\"']++)",
    re.IGNORECASE,
)
_REFERENCE: Final = re.compile(r"&#?\w{1,32};?")
_SPACE: Final = re.compile(r"[ \t\n\r\f]+")


def read_html(text: str, collector: Collector, part: Part | None = None) -> None:
    """Everything people or programs see: text, comments, scripts, and the attributes that hold words or addresses."""
    _Page(text, collector, part).read()


class _Page:
    def __init__(self, text: str, collector: Collector, part: Part | None) -> None:
        self._source = text
        self._out = collector
        self._part = part
        self._line_starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._parts: list[str] = []
        self._began = 0
        self._row: list[tuple[int, str, Place]] | None = None
        self._column = 0

    def read(self) -> None:
        source, at = self._source, 0
        no_comment_end = no_tag_end = False
        while (found := _OPENING.search(source, at)) is not None:
            self._text(at, found.start())
            comment = found[0] == "<!--"
            if comment and not no_comment_end:
                end = source.find("-->", found.end())
                no_comment_end = end < 0
                if end >= 0:
                    self._aside(found.end(), end)
                    at = end + 3
                    continue
            end = -1 if no_tag_end else source.find(">", found.end())
            no_tag_end = end < 0
            if end < 0:  # the rest holds no tag at all
                at = found.start()
                break
            at = self._tag(found.start(), end + 1)
        self._text(at, len(source))
        self._flush()
        self._end_row()

    def _tag(self, start: int, end: int) -> int:
        """One tag; where reading goes on."""
        tag = self._source[start:end]
        found = _TAG_NAME.match(tag)
        name = found[1].lower() if found else ""
        for _, value in _ATTRIBUTE.findall(tag) if "=" in tag else ():
            self._line(_plain(value.strip("\"'")), start)
        if name in ("style", "script") and not tag.startswith("</") and not tag.endswith("/>"):
            close = re.compile(rf"</{name}", re.IGNORECASE).search(self._source, end)
            stop = close.start() if close else len(self._source)
            if name == "script":
                if self._row is None:
                    self._flush()
                self._aside(end, stop)
            return stop
        if name in _INLINE:
            return end
        closing = tag.startswith("</")
        if name in _CELLS or name == "tr" or name == "table":
            self._flush()
            if name in _CELLS and not closing:
                self._row = [] if self._row is None else self._row
                self._column += 1
            elif name not in _CELLS:
                self._end_row()
        elif self._row is not None:
            self._parts.append(" ")  # <br> and <p> in a cell leave the row whole
        else:
            self._flush()
        return end

    def _text(self, start: int, end: int) -> None:
        if start < end:
            if not self._parts:
                lead = len(self._source[start:end]) - len(self._source[start:end].lstrip())
                self._began = start + lead
            self._parts.append(_plain(self._source[start:end]))

    def _aside(self, start: int, end: int) -> None:
        """A comment or script: lines as they are, apart from the running text."""
        offset = 0
        for line in self._source[start:end].splitlines(keepends=True):
            self._line(line.strip(), start + offset)
            offset += len(line)

    def _line(self, text: str, at: int) -> None:
        """Text beside the running text; inside a row it waits for nothing, for a cell is a piece of its own."""
        if text and not text.startswith("data:"):
            self._out.add(text, self._place(at))

    def _flush(self) -> None:
        text = _SPACE.sub(" ", "".join(self._parts)).strip()
        self._parts.clear()
        if not text:
            return
        if self._row is None:
            self._out.add(text, self._place(self._began))
        else:
            self._row.append((max(1, self._column), text, self._place(self._began)))
            self._out.budget.take_cell()

    def _end_row(self) -> None:
        if self._row is not None:
            self._out.row(self._row)
        self._row, self._column = None, 0

    def _place(self, at: int) -> Place:
        number = bisect_right(self._line_starts, at)
        if self._part is None:
            return Place("line", number)
        return Place("part", line=number, part=self._part)


def _plain(text: str) -> str:
    """Character references resolved; an absurdly long one is left as it stands."""
    return _REFERENCE.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text
