"""Office files: which of the three it is, and what all of them may carry besides their text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kijun.inspection.files.collect import Collector
from kijun.inspection.files.errors import (
    ArchiveFile,
    DamagedFile,
    FileError,
    LimitMet,
    OldOfficeFile,
    UnknownFile,
)
from kijun.inspection.files.package import Package
from kijun.inspection.files.place import Part, Place
from kijun.inspection.files.slides import read_slides
from kijun.inspection.files.story import Loose
from kijun.inspection.files.word import read_word
from kijun.inspection.files.workbook import read_workbook

ReadInside = Callable[[bytes, str, Collector], str]

_READERS: Final = (
    ("spreadsheetml", "xlsx", read_workbook),
    ("wordprocessingml", "docx", read_word),
    ("presentationml", "pptx", read_slides),
)
_FOLDERS: Final = {"xl": "spreadsheetml", "word": "wordprocessingml", "ppt": "presentationml"}
_AUTHORS: Final = frozenset(("creator", "lastModifiedBy", "Manager"))
_PROPERTIES: Final = frozenset(
    ["title", "subject", "description", "keywords", "category", "contentStatus", "Company", "HyperlinkBase"]
)
_CUSTOM: Final = frozenset(("lpwstr", "lpstr", "bstr"))
_TEXT: Final = frozenset(("t", "v", "text", "delText"))
_CACHED: Final = frozenset(["s", "n", "d"])
#: Folders whose parts hold words though no text may lead to them any more.
_LEFT: Final = (
    ("/charts/", Part.CHART),
    ("/diagrams/data", Part.CHART),
    ("/pivotcache/", Part.HIDDEN_DATA),
    ("/externallinks/", Part.HIDDEN_DATA),
    ("/slides/", Part.HIDDEN_DATA),
    ("/notesslides/", Part.HIDDEN_DATA),
    ("/worksheets/", Part.HIDDEN_DATA),
    ("/drawings/", Part.TEXT_BOX),
    ("/comments", Part.COMMENT),
    ("/threadedcomments/", Part.COMMENT),
    ("/persons/", Part.AUTHOR),
)
_PICTURES: Final = ("png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp", "heic")


def read_office(data: bytes, collector: Collector, read_inside: ReadInside) -> str:
    """Read a zip archive that must be an Office file; gives its kind."""
    package = Package(data, collector.budget)
    main = _main_part(package)
    content_type = package.content_type(main)
    folder = _FOLDERS.get(main.partition("/")[0], "")
    if main.endswith(".bin") or "sheet.binary" in content_type:
        raise OldOfficeFile()
    for word, kind, read in _READERS:
        if word in content_type or (word == folder and not _says_another(content_type)):
            read(package, main, collector)
            _read_properties(package, collector)
            _read_links(package, collector)
            _read_left(package, collector)
            _read_embedded(package, collector, read_inside)
            _note_macros(package, collector)
            return kind
    raise UnknownFile()


def _says_another(content_type: str) -> bool:
    return any(word in content_type for word, _, _ in _READERS)


def _main_part(package: Package) -> str:
    """The part that the package names as the document; a plain archive has none."""
    if package.has("mimetype") or package.has("meta-inf/manifest.xml"):
        raise UnknownFile()  # OpenDocument, EPUB and the like
    if not package.has("[content_types].xml"):
        raise ArchiveFile()
    for relation in package.relations().values():
        if relation.kind == "officeDocument" and not relation.is_external:
            if not package.has(relation.target):
                raise DamagedFile("main part")
            return relation.target
    if any(package.has(name) for name in ("xl/workbook.xml", "word/document.xml", "ppt/presentation.xml")):
        raise DamagedFile("relations")
    raise ArchiveFile()


def _read_properties(package: Package, collector: Collector) -> None:
    """Who made it and when it was called what: what people forget to clear before they pass a file on."""
    for relation in package.relations().values():
        if relation.is_external or not package.has(relation.target):
            continue
        if relation.kind in ("core-properties", "extended-properties"):
            package.walk(relation.target, Loose(collector, Place("part", part=Part.AUTHOR), _AUTHORS))
            package.walk(relation.target, Loose(collector, Place("part", part=Part.PROPERTIES), _PROPERTIES))
        elif relation.kind == "custom-properties":
            package.walk(relation.target, Loose(collector, Place("part", part=Part.PROPERTIES), _CUSTOM))


def _read_links(package: Package, collector: Collector) -> None:
    """Addresses that links lead to: mailboxes, and URLs that may carry a key."""
    links: dict[str, None] = {}
    for name in package.names:
        folder, is_relations, file = name.rpartition("/_rels/")
        if is_relations and file.endswith(".rels"):
            for relation in package.relations(f"{folder}/{file.removesuffix('.rels')}").values():
                if relation.is_external and relation.kind == "hyperlink":
                    links[relation.target] = None
    for link in links:
        collector.add(link, Place("part", part=Part.LINK))


def _read_left(package: Package, collector: Collector) -> None:
    """Charts, the data behind pivot tables and links, slides and sheets that nothing leads to any more."""
    for name in package.names:
        if name in package.seen or not name.endswith(".xml") or "/_rels/" in name:
            continue
        if name.startswith("customxml/item") and "props" not in name:
            package.walk(name, Loose(collector, Place("part", part=Part.HIDDEN_DATA)))
            continue
        for folder, part in _LEFT:
            if folder in name:
                place = Place("part", part=part)
                cached = _CACHED if "/pivotcache/" in name else frozenset(("person",))
                package.walk(name, Loose(collector, place, _TEXT, cached))
                break


def _read_embedded(package: Package, collector: Collector, read_inside: ReadInside) -> None:
    """Files inside the file; the workbook behind a chart holds more than the chart shows. Pictures are counted."""
    pictures = objects = 0
    for name in package.names:
        end = name.rpartition(".")[2]
        if "/media/" in name and end in _PICTURES:
            pictures += 1
        elif "/embeddings/" in name or "/afchunk" in name:
            objects += not _read_one(package, name, collector, read_inside)
    collector.unread += pictures
    if pictures:
        collector.note(
            f"画像が{pictures}点あります。画像の中の文字は調べていません。",
            f"There are {pictures} picture(s); text in pictures was not read.",
        )
    if objects:
        collector.note(
            f"読み取れない埋め込みオブジェクトが{objects}個あります。",
            f"There are {objects} embedded object(s) that could not be read.",
        )


def _read_one(package: Package, name: str, collector: Collector, read_inside: ReadInside) -> bool:
    try:
        content = package.bytes_of(name)
        with collector.inside(package.file_name(name)):
            read_inside(content, name, collector)
    except LimitMet:
        raise
    except FileError as refusal:
        collector.refused(refusal, name)
        return False
    return True


def _note_macros(package: Package, collector: Collector) -> None:
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in package.names):
        collector.note(
            "マクロが入っています。マクロは実行せず、その中身も調べていません。",
            "There are macros inside. They are never run, and their code was not read.",
        )
