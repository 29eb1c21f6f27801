"""Text out of files, with the place of every piece, bounded in size and time.

    document = extract(data, "名簿.xlsx")
    for finding in inspector.inspect(document.text):
        print(document.place_of(finding.start, finding.end).words.ja)   # シート「名簿」のB3

What a file is, is decided by its content. Any bytes give a Document or a FileError whose words say what to do next.
"""

from __future__ import annotations

import traceback

from kijun.inspection.files.collect import Collector
from kijun.inspection.files.errors import (
    ArchiveFile,
    DamagedFile,
    EncryptedFile,
    FileError,
    FileTooLarge,
    ImageFile,
    LimitMet,
    NestedTooDeep,
    OldOfficeFile,
    TookTooLong,
    TookTooMuchMemory,
    TooManyCells,
    TooManyEntries,
    TooManyPages,
    TooMuchText,
    UnknownFile,
    UnpacksTooLarge,
    UnsafeFile,
)
from kijun.inspection.files.limits import Budget, FileLimits
from kijun.inspection.files.place import Document, Part, Piece, Place
from kijun.inspection.files.reading import read

__all__ = [
    "ArchiveFile",
    "DamagedFile",
    "Document",
    "EncryptedFile",
    "FileError",
    "FileLimits",
    "FileTooLarge",
    "ImageFile",
    "LimitMet",
    "NestedTooDeep",
    "OldOfficeFile",
    "Part",
    "Piece",
    "Place",
    "TooManyCells",
    "TooManyEntries",
    "TooManyPages",
    "TooMuchText",
    "TookTooLong",
    "TookTooMuchMemory",
    "UnknownFile",
    "UnpacksTooLarge",
    "UnsafeFile",
    "extract",
]


def extract(data: bytes, name: str = "", limits: FileLimits = FileLimits()) -> Document:
    """The text of a file and its places.

    `name` is the file's name as people know it; only its ending is looked at, and only for text. Thread-safe; a
    PDF file is read by a process of its own. Raises FileError, and nothing else whatever the bytes are.
    """
    if len(data) > limits.bytes:
        raise FileTooLarge(bytes=limits.bytes)
    collector = Collector(Budget(limits))
    try:
        return collector.document(read(data, name, collector))
    except FileError as refusal:
        error = refusal
    except RecursionError:
        error = NestedTooDeep(depth=limits.depth)
    except MemoryError:
        error = TookTooMuchMemory()
    except Exception as unforeseen:
        error = DamagedFile(_where(unforeseen))
    # A traceback keeps the frames, and with them the content, for whatever logs it; so does a context.
    error.__context__ = error.__cause__ = None
    raise error.with_traceback(None)


def _where(error: Exception) -> str:
    """The kind of an error and our last line before it, without its message."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {last.filename.rpartition('/')[2]}:{last.lineno}"
