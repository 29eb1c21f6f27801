"""Files inside of requests: read as text, inspected, and sent as text where something in them is hidden.

A value cannot be masked inside of a PDF file; so a file in which something is masked goes out as its text with placeholders.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from urllib.parse import unquote_to_bytes

from kijun.gateway.lines import Rewrite
from kijun.gateway.pieces import FilePart, Plain, Source, Texts, Uninspected
from kijun.inspection import Inspection
from kijun.inspection.files import FileError, FileLimits, extract

LIMITS: Final = FileLimits(bytes=20_000_000, characters=500_000, seconds=10.0, pages=300)
_MOST_FILES: Final = 20


@dataclass(slots=True)
class FileText:
    """The text of a file, as a piece."""

    part: FilePart
    place: str
    source: Source
    message: int | None
    text: str = field(repr=False)

    def rewrite(self, inspection: Inspection, how: Rewrite) -> None:
        """Put the text in the place of the file, where something in it was rewritten."""
        new = how(inspection)
        if new != self.text:
            self.replace(new)

    def replace(self, text: str) -> None:
        """Put a text in the place of the file."""
        self.part.parts[self.part.at] = {"type": self.part.text_type, "text": text}


Known = dict[str, tuple[str | None, str]]
"""Place of a file → its text (None where it cannot be read) and what could not be read of it."""


def read_files(texts: Texts) -> Known:
    """Read the files of a request. Takes its time: to be called in a thread."""
    return {
        part.place: _read(part.data, part.name) if number < _MOST_FILES else (None, "too many files")
        for number, part in enumerate(texts.files)
    }


def add_files(texts: Texts, known: Known) -> None:
    """Add the texts of files to those of a request; what was not read is uninspected, but for its name."""
    for part in texts.files:
        text, why = known[part.place]
        if why:
            texts.uninspected.append(Uninspected(part.place, "file", part.parts, part.at, why))
        if text is not None:
            texts.pieces.append(FileText(part, part.place, part.source, part.message, text))
        elif part.name:
            held = part.parts[part.at]
            held = held["file"] if isinstance(held.get("file"), dict) else held
            texts.pieces.append(Plain(held, "filename", f"{part.place}.filename", part.source, part.message))


def _read(data: str, name: str) -> tuple[str | None, str]:
    """The text of a file and what could not be read of it."""
    try:
        content = decoded(data)
    except ValueError:
        return None, "no base64"
    try:
        document = extract(content, name, LIMITS)
    except FileError as error:
        return None, error.message.en
    text = f"{name}\n{document.text}" if name else document.text
    return text, f"{document.unread} part(s) inside" if document.unread else ""


def decoded(data: str) -> bytes:
    """The bytes of a data URL or of base64; raises `ValueError`."""
    if data[:5].lower() == "data:":
        head, _, body = data.partition(",")
        if not head.lower().rstrip().endswith(";base64"):
            return unquote_to_bytes(body)
        data = body
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("no base64") from error


def summarise(parts: Iterable[Uninspected]) -> None:
    """In the copy that is recorded: what was not read stands as its size and digest, not as itself."""
    for one in parts:
        if one.container is None:
            continue
        held = one.container[one.key]
        said = (
            repr(held).encode("utf-8", "replace")
            if not isinstance(held, str)
            else held.encode("utf-8", "replace")
        )
        kept = {"uninspected": one.what, "bytes": len(said), "sha256": sha256(said).hexdigest()}
        if isinstance(held, dict) and isinstance(held.get("type"), str):
            kept["type"] = held["type"]
        one.container[one.key] = kept
