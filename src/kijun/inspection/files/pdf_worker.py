"""Reads one PDF file in a process of its own, which the operating system ends when it takes too long or too much.

Run as a file by `pdf.py`, never imported by it: nothing of Kijun is loaded here. Standard input is a line of
JSON with the limits and then the file, standard output one JSON object; what pypdf says about a file goes nowhere.
"""

from __future__ import annotations

import base64
import html
import json
import logging
import re
import resource
import signal
import sys
import warnings
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_JAPANESE = {
    "90ms-RKSJ": "cp932",
    "90msp-RKSJ": "cp932",
    "90pv-RKSJ": "cp932",
    "83pv-RKSJ": "cp932",
    "Add-RKSJ": "cp932",
    "Ext-RKSJ": "cp932",
    "EUC": "euc_jp",
    "UniJIS-UCS2": "utf-16-be",
    "UniJIS-UCS2-HW": "utf-16-be",
    "UniJIS-UTF16": "utf-16-be",
    "UniJIS2004-UTF16": "utf-16-be",
    "UniJISX0213-UTF32": "utf-32-be",
    "UniJIS-UTF8": "utf-8",
}
_BLANK_PAGE = 200  # bytes of drawing; an empty page of Word has fewer, one of outlined letters many more
_COLUMN = 3  # characters one below the other
_FARTHEST = 2.5  # sizes from a character to the one below it
_SIDE_BY_SIDE = 3  # figures that share the place of one character
_WIDER = 1.2  # times the step before it
_MOST_BOOKMARKS = 10_000
_PARAGRAPH = re.compile(r"</p>|<br[^<>]{0,20}>")
_TAG = re.compile(r"<[^<>]*>")


class _Drawn(NamedTuple):
    """A piece of text, where it begins on the page, how large it is, whether its characters lie on their side.

    `length` counts the characters of its line so far.
    """

    words: str
    x: float
    y: float
    size: float
    is_turned: bool
    length: int = 0

    def is_below(self, other: _Drawn) -> bool:
        """Whether this stands in the same column, and no more than a blank character below.

        Where characters lie on their side pypdf does not know how far they reach down: the column alone must do.
        """
        size = max(self.size, other.size)
        is_near = other.is_turned or self.is_turned or 0 < other.y - self.y <= _FARTHEST * size
        return is_near and abs(self.x - other.x) < 0.8 * size

    def goes_on(self, other: _Drawn) -> bool:
        """Whether this belongs to the line of the other: single characters, figures side by side (12), what lies on its side.

        The end of a paragraph that is written across may be a single character too; what stands below it is a line.
        """
        few, many = sorted((len(self.words.strip()), other.length))
        single = self.is_turned or other.is_turned or (few == 1 and many <= _SIDE_BY_SIDE)
        return single and self.is_below(other)


class Limit(Exception):
    """A limit is met; its argument is the name that `pdf.py` knows it by."""


class Reading:
    """One file being read; what could not be read is counted."""

    def __init__(self, limits: dict[str, Any]) -> None:
        self._limits = limits
        self._characters = 0
        self.pieces: list[tuple[str, int, int, str, str]] = []
        self.scans: list[int] = []
        self.pictures: list[int] = []
        self.unreadable: list[int] = []
        self.attached: list[tuple[str, str]] = []
        self.broken = 0

    def add(self, text: object, kind: str, number: int = 0, line: int = 0, part: str = "") -> None:
        if not isinstance(text, str) or not text.strip():
            return
        self._characters += len(text)
        if self._characters > self._limits["characters"]:
            raise Limit("characters")
        self.pieces.append((kind, number, line, part, text.encode("utf-8", "replace").decode()))

    def read(self, data: bytes) -> None:
        from pypdf import PdfReader

        reader = PdfReader(BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Limit("encrypted")
        if len(reader.pages) > self._limits["pages"]:
            raise Limit("pages")
        if not len(reader.pages):  # a tree of pages that cannot be followed looks empty
            raise Limit("damaged")
        for number, page in enumerate(reader.pages, 1):
            if number > self._limits["pages"]:
                raise Limit("pages")
            self._page(page, number)
        for step in (self._fields, self._about, self._bookmarks, self._files):
            self._tried(step, reader)

    def _tried(self, step: Any, *given: Any) -> None:
        """What is beside the pages may be broken without the pages being so."""
        try:
            step(*given)
        except (Limit, MemoryError):
            raise
        except Exception:
            self.broken += 1

    def _page(self, page: PageObject, number: int) -> None:
        try:
            text = page.extract_text()
        except (Limit, MemoryError):
            raise
        except Exception:
            self.unreadable.append(number)
            text = ""
        for line, words in enumerate(self._lines(page, number, text), 1):
            self.add(words, "page", number, line)
        self._tried(self._look_around, page, number, bool(text.strip()))
        self._tried(self._annotations, page, number)

    def _lines(self, page: PageObject, number: int, text: str) -> list[str]:
        """The lines of a page; characters that stand below each other (vertical writing) are a line as well."""
        lines = text.splitlines()
        if not _has_column(lines):
            return lines
        drawn: list[_Drawn] = []

        def see(words: str, around: list[float], matrix: list[float], _: object, size: float) -> None:
            drawn.append(_drawn(words, around, matrix, size))

        try:
            page.extract_text(visitor_text=see)
            lines = _columns(drawn)
        except (Limit, MemoryError):
            raise
        except Exception:
            self.broken += 1
        if _has_column(lines):  # single characters still, of which nobody could tell words
            self.unreadable.append(number)
        return lines

    def _look_around(self, page: PageObject, number: int, has_text: bool) -> None:
        """Fonts whose codes mean nothing without their program, pictures, pages that are nothing but a picture."""
        resources = _resolved(page.get("/Resources")) or {}
        fonts = (_resolved(font) for font in (_resolved(resources.get("/Font")) or {}).values())
        if number not in self.unreadable and has_text and any(_is_opaque(font) for font in fonts if font):
            self.unreadable.append(number)
        objects = [_resolved(one) for one in (_resolved(resources.get("/XObject")) or {}).values()]
        if not has_text:
            contents = page.get_contents()
            if objects or (contents is not None and len(contents.get_data()) > _BLANK_PAGE):
                self.scans.append(number)
        elif any(one is not None and one.get("/Subtype") == "/Image" for one in objects):
            self.pictures.append(number)

    def _annotations(self, page: PageObject, number: int) -> None:
        for link in _resolved(page.get("/Annots")) or ():
            note = _resolved(link)
            if not hasattr(note, "get"):
                continue
            plain = _resolved(note.get("/Contents"))
            self.add(plain, "page", number, part="annotation")
            for words in _rich(_resolved(note.get("/RC"))):
                if not isinstance(plain, str) or words not in plain:
                    self.add(words, "page", number, part="annotation")
            if note.get("/Subtype") != "/Widget":  # there it is the name of a field
                self.add(_resolved(note.get("/T")), "page", number, part="author")
            action = _resolved(note.get("/A"))
            if hasattr(action, "get"):
                self.add(_resolved(action.get("/URI")), "page", number, part="link")

    def _fields(self, reader: PdfReader) -> None:
        for name, field in (reader.get_fields() or {}).items():
            label = str(field.get("/TU") or name)
            for value in _values(_resolved(field.get("/V"))):
                if not value.startswith("/"):  # the state of a check box
                    self.add(f"{label}: {value}", "part", part="form_field")
        form = _resolved((_resolved(reader.trailer.get("/Root")) or {}).get("/AcroForm"))
        xfa = _resolved(form.get("/XFA")) if form else None
        for packet in xfa if isinstance(xfa, list) else [xfa]:
            stream = _resolved(packet)
            if hasattr(stream, "get_data"):
                for words in _TAG.sub("\n", stream.get_data().decode("utf-8", "replace")).splitlines():
                    self.add(words.strip(), "part", part="form_field")

    def _about(self, reader: PdfReader) -> None:
        for name, value in (reader.metadata or {}).items():
            if name not in ("/Producer", "/Creator", "/CreationDate", "/ModDate", "/Trapped"):
                self.add(str(_resolved(value)), "part", part="author" if name == "/Author" else "properties")

    def _bookmarks(self, reader: PdfReader) -> None:
        for title in _titles(reader.outline):
            self.add(title, "part", part="bookmark")

    def _files(self, reader: PdfReader) -> None:
        size = 0
        for name, contents in reader.attachments.items():
            for content in contents:
                size += len(content)
                if size > self._limits["bytes"]:
                    raise Limit("unpacked")
                self.attached.append(
                    (name.encode("utf-8", "replace").decode(), base64.b64encode(content).decode())
                )


def _has_column(lines: list[str]) -> bool:
    """Whether somewhere characters stand on lines of their own, one after the other, and are no list of figures."""
    run = letters = 0
    for line in lines:
        sign = line.strip()
        if not sign:
            continue
        run, letters = (run + 1, letters + (sign > "\u3000")) if len(sign) == 1 else (0, 0)
        if run >= _COLUMN and letters * 2 >= run:
            return True
    return False


def _drawn(words: str, around: list[float], matrix: list[float], size: float) -> _Drawn:
    """A piece of text as it stands on the page, in the coordinates of the page."""
    a, b, c, d, e, f = around
    x, y = matrix[4] * a + matrix[5] * c + e, matrix[4] * b + matrix[5] * d + f
    across, down = matrix[0] * a + matrix[1] * c, matrix[0] * b + matrix[1] * d
    return _Drawn(words, x, y, size * (abs(across) + abs(down)), abs(down) > abs(across))


def _columns(drawn: list[_Drawn]) -> list[str]:
    """Lines from pieces in the order in which they are drawn: what stands right below a single character goes on its line.

    A column is a line, for the next one may begin in the middle of a word as well as of a table. Where the step to the next
    character is wider than the last one a space shows it: cells of a table, family and given name.
    """
    lines: list[list[str]] = []
    before: _Drawn | None = None
    is_open = False
    pitch = 0.0
    for one in drawn:
        for part in one.words.splitlines(keepends=True):
            sign = part.rstrip("\r\n")
            length = len(sign.strip())
            if length:
                if before is not None and is_open:
                    lines[-1].append(sign)
                    length += before.length
                elif before is not None and one.goes_on(before):
                    step = before.y - one.y
                    is_wide = pitch and step > _WIDER * pitch and not before.is_turned
                    lines[-1].append(f" {sign.strip()}" if is_wide else sign.strip())
                    pitch = 0.0 if is_wide or before.is_turned else step
                else:
                    lines.append([sign])
                    pitch = 0.0
                before = one._replace(length=length)
            elif is_open:
                lines[-1].append(sign)
            is_open = part == sign and (is_open or length > 0)
    return ["".join(line) for line in lines]


def _resolved(value: Any) -> Any:
    found = value.get_object() if hasattr(value, "get_object") else value
    return None if type(found).__name__ == "NullObject" else found


def _rich(value: Any) -> Iterator[str]:
    """The words of a text with marks in the manner of XHTML, paragraph by paragraph."""
    if hasattr(value, "get_data"):
        value = value.get_data().decode("utf-8", "replace")
    if isinstance(value, str):
        for words in html.unescape(_TAG.sub("", _PARAGRAPH.sub("\n", value))).splitlines():
            if words.strip():
                yield words.strip()


def _is_opaque(font: Any) -> bool:
    """Codes that are numbers of glyphs, and no table says which characters they draw."""
    return (
        font.get("/Subtype") == "/Type0"
        and str(font.get("/Encoding")) in ("/Identity-H", "/Identity-V")
        and "/ToUnicode" not in font
    )


def _values(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            if isinstance(one, str):
                yield one


def _titles(outline: Iterable[Any]) -> Iterator[str]:
    stack = [iter(outline)]
    count = 0
    while stack and count < _MOST_BOOKMARKS:
        entry = next(stack[-1], None)
        if entry is None:
            stack.pop()
        elif isinstance(entry, list):
            stack.append(iter(entry))
        else:
            count += 1
            yield str(entry.title)


def _bound(limits: dict[str, Any]) -> None:
    """From here on the kernel holds the limits, whatever the file makes pypdf do."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    seconds = int(limits["seconds"]) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    signal.alarm(seconds + 2)  # also if the one who waits for us is gone


def _teach_encodings() -> None:
    """Character maps of Japanese files that pypdf does not name (PDF 32000-1, table 118)."""
    from pypdf import _cmap

    known = getattr(_cmap, "_predefined_cmap", None)
    if isinstance(known, dict):
        for name, codec in _JAPANESE.items():
            for direction in "HV":
                known.setdefault(f"/{name}-{direction}", codec)


def main() -> None:
    """Read what stands on standard input."""
    limits = json.loads(sys.stdin.buffer.readline())
    _bound(limits)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    reading = Reading(limits)
    error = ""
    try:
        _teach_encodings()
        reading.read(sys.stdin.buffer.read())
    except Limit as limit:
        error = str(limit)
    except MemoryError:
        error = "memory"
    except RecursionError:
        error = "damaged"
    except Exception as unforeseen:
        error = "encrypted" if type(unforeseen).__name__ == "DependencyError" else "damaged"
    answer = {"error": error} if error else vars(reading)
    sys.stdout.buffer.write(json.dumps({k: v for k, v in answer.items() if k[0] != "_"}).encode())


if __name__ == "__main__":
    main()
