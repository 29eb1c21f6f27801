"""An Office file as a package of parts (ECMA-376 part 2), opened without trusting what it says of itself."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple
from urllib.parse import unquote

from kijun.inspection.files.errors import (
    DamagedFile,
    EncryptedFile,
    TookTooMuchMemory,
    TooManyEntries,
    UnsafeFile,
)
from kijun.inspection.files.limits import Budget
from kijun.inspection.files.markup_events import Walker, walk

_CHUNK: Final = 262_144
_ENTRY: Final = b"PK\x01\x02"
_PACKED_AS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # all that the standard lets a package use


class Relation(NamedTuple):
    """A line from one part to another, or to the outside. `kind` is the last word of the relation's type."""

    kind: str
    target: str
    is_external: bool


class Package:
    """The parts of an Office file by name (``xl/workbook.xml``), whatever the case of their letters."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        self.budget = budget
        self._packed = len(data)
        self._out = 0
        # zipfile makes an object of each entry before anybody can count them; each has this mark.
        if data.count(_ENTRY) > budget.limits.entries:
            raise TooManyEntries(entries=budget.limits.entries)
        self._archive = _opened(data)
        self._parts: dict[str, zipfile.ZipInfo] = {}
        for info in self._archive.infolist():
            name = info.filename.replace("\\", "/").lstrip("/").lower()
            if name in self._parts:  # a reader that takes the other one would see another document
                raise UnsafeFile()
            self._parts[name] = info
        self.seen: set[str] = set()
        self._types = _ContentTypes()
        if self.has("[content_types].xml"):
            walk(self.chunks("[content_types].xml"), self._types, budget)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all parts, in small letters."""
        return tuple(self._parts)

    def has(self, name: str) -> bool:
        """Whether there is a part of this name."""
        return name.lower() in self._parts

    def file_name(self, name: str) -> str:
        """The last word of a part's name, in the letters it was written with."""
        return self._parts[name.lower()].filename.replace("\\", "/").rpartition("/")[2]

    def chunks(self, name: str) -> Iterator[bytes]:
        """The content of a part, unpacked piece by piece."""
        info = self._parts.get(name.lower())
        if info is None:
            raise DamagedFile("missing part")
        self.seen.add(name.lower())
        if info.flag_bits & 0x1:
            raise EncryptedFile()
        if info.compress_type not in _PACKED_AS:
            raise DamagedFile("compression")
        failed = False
        try:
            with self._archive.open(info) as stream:
                while chunk := stream.read(_CHUNK):
                    self._out += len(chunk)
                    self.budget.take_unpacked(len(chunk), packed=self._packed, so_far=self._out)
                    self.budget.check_time()
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
            failed = True
        if failed:
            raise DamagedFile("unpack")

    def bytes_of(self, name: str) -> bytes:
        """The whole content of a part; only for what is read as a file of its own."""
        content = bytearray()
        for chunk in self.chunks(name):
            content += chunk
            if len(content) > self.budget.limits.bytes:
                raise TookTooMuchMemory()
        return bytes(content)

    def walk(self, name: str, walker: Walker) -> None:
        """Read a part as XML."""
        walk(self.chunks(name), walker, self.budget)

    def relations(self, part: str = "") -> Mapping[str, Relation]:
        """The relations of a part (of the package itself by default), by their id."""
        folder, _, name = part.rpartition("/")
        where = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        found = _Relations(folder)
        if self.has(where):
            self.walk(where, found)
        return found.relations

    def content_type(self, part: str) -> str:
        """What the package says a part is."""
        return self._types.of(part)


def _opened(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except Exception:  # noqa: S110 - whatever a broken directory makes zipfile raise
        pass
    raise DamagedFile("directory")


class _ContentTypes(Walker):
    def __init__(self) -> None:
        self._parts: dict[str, str] = {}
        self._endings: dict[str, str] = {}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        content_type = attributes.get("ContentType", "").lower()
        if tag == "Override":
            self._parts[attributes.get("PartName", "").lstrip("/").lower()] = content_type
        elif tag == "Default":
            self._endings[attributes.get("Extension", "").lower()] = content_type

    def of(self, part: str) -> str:
        part = part.lower()
        return self._parts.get(part) or self._endings.get(part.rpartition(".")[2], "")


class _Relations(Walker):
    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.relations: dict[str, Relation] = {}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag != "Relationship":
            return
        kind = attributes.get("Type", "").rstrip("/").rpartition("/")[2]
        target = attributes.get("Target", "")
        is_external = attributes.get("TargetMode", "") == "External"
        if not is_external:
            target = unquote(target.partition("#")[0])
            target = posixpath.normpath(posixpath.join("/", self._folder, target)).lstrip("/").lower()
        self.relations[attributes.get("Id", str(len(self.relations)))] = Relation(kind, target, is_external)
