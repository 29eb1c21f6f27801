"""Reads one PDF file in a process of its own, which the operating system ends when it takes too long or too much.

Run as a file by `pdf.py`, never imported by it: nothing of Kijun is loaded here but `pdf_pieces`, `pdf_lines` and `pdf_columns`. Standard input is a line of
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
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

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
_MOST_BOOKMARKS = 10_000
_PARAGRAPH = re.compile(r"</p>|<br[^<>]{0,20}>")
_TAG = re.compile(r"<[^<>]*>")


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
        lines, fonts = self._lines(page, number)
        for line, words in enumerate(lines, 1):
            self.add(words, "page", number, line)
        if any(map(_is_opaque, fonts)) and number not in self.unreadable:
            self.unreadable.append(number)
        self._tried(self._look_around, page, number, bool(lines))
        self._tried(self._annotations, page, number)

    def _lines(self, page: PageObject, number: int) -> tuple[list[str], list[Any]]:
        """The lines of a page, of which characters below each other (vertical writing) are one too, and its fonts."""
        from kijun.inspection.files.pdf_columns import columns, has_column
        from kijun.inspection.files.pdf_lines import lines_of
        from kijun.inspection.files.pdf_pieces import pieces_of

        try:
            pieces, fonts = pieces_of(page)
            drawn = lines_of(pieces)
        except (Limit, MemoryError):
            raise
        except Exception:
            self.unreadable.append(number)
            return [], []
        lines = [line.text for line in drawn]
        if has_column(lines):
            lines = columns(drawn)
            if has_column(lines):  # single characters still, of which nobody could tell words
                self.unreadable.append(number)
        return lines, fonts

    def _look_around(self, page: PageObject, number: int, has_text: bool) -> None:
        """Pictures, and pages that are nothing but a picture."""
        resources = _resolved(page.get("/Resources")) or {}
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
        font is not None
        and font.get("/Subtype") == "/Type0"
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


def _load_no_more_than_beside() -> None:
    """Let the modules beside this one be found without loading the packages around them."""
    beside = Path(__file__).parent
    for name, folder in (
        ("kijun.inspection.files", beside),
        ("kijun.inspection", beside.parent),
        ("kijun", beside.parents[1]),
    ):
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package


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
        _load_no_more_than_beside()
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
