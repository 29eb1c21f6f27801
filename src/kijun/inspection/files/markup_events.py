"""XML as a stream of events, with everything forbidden that honest Office files do not need.

Document types, and with them entities, are refused before the first could be expanded; depth, the size of one
token and time are bounded, so that neither a billion laughs nor a million brackets cost more than their bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from xml.parsers import expat

from kijun.inspection.files.errors import DamagedFile, FileError, NestedTooDeep, TookTooMuchMemory, UnsafeFile
from kijun.inspection.files.limits import Budget

_DEEPEST: Final = 256
_LARGEST_TOKEN: Final = 8_000_000  # bytes; one tag with its attributes


class Walker:
    """What is told of a document. Tags and attributes come without their prefix, for OOXML has two sets of namespaces.

    An attribute whose local name occurs twice (``id`` and ``r:id``) is found under ``r:id`` as well.
    """

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Characters of the innermost element, perhaps only some of them."""


def walk(chunks: Iterable[bytes], walker: Walker, budget: Budget) -> None:
    """Read a whole document; raises DamagedFile, UnsafeFile or what a limit says."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 65_536
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise NestedTooDeep(depth=_DEEPEST)
        walker.start(name.rpartition(":")[2], _local(attributes) if attributes else attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        walker.end(name.rpartition(":")[2])

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = walker.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    fed = 0
    failed = False
    try:
        for chunk in chunks:
            budget.check_time()
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > _LARGEST_TOKEN:
                raise TookTooMuchMemory()
        parser.Parse(b"", True)
    except FileError:
        raise
    except (
        expat.ExpatError,
        LookupError,
        ValueError,
    ):  # the latter two of encodings that expat does not know
        failed = True  # raised below: its message and context would carry names out of the file
    if failed:
        raise DamagedFile("expat")


def _local(attributes: dict[str, str]) -> dict[str, str]:
    local: dict[str, str] = {}
    for name, value in attributes.items():
        prefix, _, short = name.rpartition(":")
        if prefix:
            local["r:id" if short == "id" else short] = value
            local.setdefault(short, value)
        else:
            local[short] = value
    return local


def _refuse(*_: Any) -> int:
    raise UnsafeFile()
