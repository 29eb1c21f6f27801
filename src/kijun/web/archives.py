"""Office files are zip archives: what must hold before anything inside one is read."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.utils.translation import gettext_lazy as _

from kijun.web.refusals import Refusal

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MEBIBYTE: Final = 1024 * 1024
MAX_PARTS: Final = 5_000
MAX_UNPACKED: Final = 200 * MEBIBYTE
MAX_RATIO: Final = 200  # sheets of one repeated cell come to about 40
_MACROS: Final = re.compile(r"vbaproject|vbadata|(^|/)macrosheets/|(^|/)activex/", re.IGNORECASE)
_MACRO_TYPES: Final = re.compile(
    rb"macroenabled|vbaproject|activex|intlmacrosheet|ms-excel\.macrosheet", re.IGNORECASE
)
_OBJECTS: Final = re.compile(r"(^|/)embeddings/(?!.*\.(xlsx|docx|pptx|vsdx)$).", re.IGNORECASE)
_REMOTE: Final = re.compile(
    rb"<(?=[^<>]*/(?:attachedTemplate|oleObject|frame|subDocument)[\"'])"
    rb"(?=[^<>]*Target\s*=\s*[\"']\s*(?:https?|ftp|mhtml|mk):)",
    re.IGNORECASE,
)


class ArchiveError(Refusal):
    """The office file is broken, encrypted, of an old format, carries programs, or unpacks to too much."""


def refuse_ole(content: bytes) -> None:
    """Encrypted and pre-2007 office files share one container; tell which it is."""
    if not content.startswith(OLE):
        return
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise ArchiveError(
            _("パスワードで保護されたファイルは読み取れません。パスワードを外して保存し直してください。")
        )
    raise ArchiveError(
        _(
            "古い形式（.xls、.doc、.ppt）のファイルは読み取れません。"
            ".xlsx、.docx、.pptx の形式で保存し直してください。"
        )
    )


@contextmanager
def opened(content: bytes, *, max_unpacked: int = MAX_UNPACKED) -> Iterator[zipfile.ZipFile]:
    """The archive, once sizes, encryption, programs and document types have been checked.

    ``max_unpacked`` is in bytes. Raises :class:`ArchiveError`, also for damage found while it is read.
    """
    refuse_ole(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_sizes(archive, max_unpacked)
            _check_programs(archive)
            _check_parts(archive)
            yield archive
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        OSError,
        UnicodeDecodeError,
    ) as error:
        raise ArchiveError(
            _("ファイルが壊れているため読み取れません。開いて保存し直してから、もう一度選んでください。")
        ) from error


def _check_sizes(archive: zipfile.ZipFile, max_unpacked: int) -> None:
    # zipfile never hands out more than the size a part declares, so the declared sizes bound the work.
    parts = archive.infolist()
    if any(part.flag_bits & 0x1 for part in parts):
        raise ArchiveError(
            _("パスワードで保護されたファイルは読み取れません。パスワードを外して保存し直してください。")
        )
    if len({part.filename.lower() for part in parts}) != len(parts):
        raise zipfile.BadZipFile("one name twice: programs would disagree on what is inside")
    total = sum(part.file_size for part in parts)
    swollen = any(
        part.file_size > MEBIBYTE and part.file_size > MAX_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    if len(parts) > MAX_PARTS or total > max_unpacked or swollen:
        raise ArchiveError(
            _("ファイルを展開すると大きくなりすぎるため読み取れません。内容を分けて保存し直してください。")
        )


def _check_programs(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    types = archive.read("[Content_Types].xml") if "[Content_Types].xml" in names else b""
    if any(_MACROS.search(name) for name in names) or _MACRO_TYPES.search(types.replace(b"\0", b"")):
        raise ArchiveError(
            _(
                "マクロを含むファイルは受け取れません。マクロのない形式（.xlsx、.docx、.pptx）で保存し直してください。"
            )
        )
    if any(_OBJECTS.search(name) for name in names):
        raise ArchiveError(
            _(
                "別のファイルが埋め込まれているため受け取れません。埋め込みオブジェクトを画像にするか削除してください。"
            )
        )


def _check_parts(archive: zipfile.ZipFile) -> None:
    for name in archive.namelist():
        if not name.lower().endswith((".xml", ".rels", ".vml")):
            continue
        part = archive.read(name).replace(b"\0", b"")  # UTF-16 looks like ASCII without its zeros
        if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
            raise zipfile.BadZipFile("a document type: office programs never write one")
        if name.lower().endswith(".rels") and _REMOTE.search(part):
            raise ArchiveError(
                _(
                    "外部のサイトからひな形やオブジェクトを読み込むファイルは受け取れません。リンクを解除してください。"
                )
            )
