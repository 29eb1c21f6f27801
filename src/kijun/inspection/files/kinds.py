"""What a file is, by its content; its name helps only where the content is text."""

from __future__ import annotations

import re
from typing import Final, Literal

from kijun.inspection.files.errors import (
    ArchiveFile,
    EncryptedFile,
    FileError,
    ImageFile,
    OldOfficeFile,
    UnknownFile,
)

Kind = Literal["text", "csv", "tsv", "html", "json", "eml", "pdf", "zip"]

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAMS: Final = tuple(name.encode("utf-16-le") for name in ("EncryptedPackage", "DataSpaces"))
_OFFICE_STREAMS: Final = tuple(
    name.encode("utf-16-le") for name in ("WordDocument", "Workbook", "Book", "PowerPoint Document")
)
_REFUSED: Final[tuple[tuple[bytes, type[FileError]], ...]] = (
    (b"\x89PNG", ImageFile),
    (b"\xff\xd8\xff", ImageFile),
    (b"GIF8", ImageFile),
    (b"II*\x00", ImageFile),
    (b"MM\x00*", ImageFile),
    (b"7z\xbc\xaf\x27\x1c", ArchiveFile),
    (b"Rar!\x1a\x07", ArchiveFile),
    (b"\x1f\x8b\x08", ArchiveFile),
    (b"BZh", ArchiveFile),
    (b"\xfd7zXZ\x00", ArchiveFile),
    (b"\x28\xb5\x2f\xfd", ArchiveFile),
    (b"MSCF\x00\x00\x00\x00", ArchiveFile),
    (b"{\\rtf", OldOfficeFile),
)
_MAIL_HEADER: Final = re.compile(rb"([!-9;-~]{1,60})[ \t]*:")
_MAIL_SIGNS: Final = frozenset(
    (b"received", b"mime-version", b"message-id", b"return-path", b"delivered-to", b"content-type")
)
_MAIL_USUAL: Final = _MAIL_SIGNS | {b"from", b"to", b"cc", b"subject", b"date", b"reply-to", b"sender"}
_MAIL_SAMPLE: Final = 16_384  # bytes
_HTML_START: Final = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,2000}-->\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE
)
_NAMES: Final[dict[str, Kind]] = {
    "csv": "csv",
    "tsv": "tsv",
    "tab": "tsv",
    "html": "html",
    "htm": "html",
    "xhtml": "html",
    "json": "json",
    "jsonl": "json",
    "ndjson": "json",
}
_EXPECTED: Final[dict[str, tuple[str, ...]]] = {
    "xlsx": ("xlsx", "xlsm", "xltx", "xltm"),
    "docx": ("docx", "docm", "dotx", "dotm"),
    "pptx": ("pptx", "pptm", "potx", "potm", "ppsx", "ppsm"),
    "pdf": ("pdf",),
    "eml": ("eml", "mht", "mhtml"),
    "html": ("html", "htm", "xhtml"),
}
_BINARY_NAMES: Final = frozenset(
    [
        "xlsx",
        "xlsm",
        "xltx",
        "xltm",
        "docx",
        "docm",
        "dotx",
        "dotm",
        "pptx",
        "pptm",
        "potx",
        "potm",
        "ppsx",
        "ppsm",
        "pdf",
        "xls",
        "doc",
        "ppt",
        "zip",
        "png",
        "jpg",
        "jpeg",
    ]
)


_PICTURES: Final = (
    "png jpg jpeg jpe jfif gif bmp dib tif tiff webp heic heif avif jp2 ico emf wmf emz wmz psd eps raw dng"
)
_SOUND: Final = "mp3 wav m4a aac ogg oga opus flac wma aif aiff mid midi amr"
_VIDEO: Final = "mp4 m4v mov avi wmv mkv webm mpg mpeg 3gp flv"
_SIGNATURES: Final = "p7s sig cer crt der"
_FONTS: Final = "ttf otf ttc woff woff2 eot"
#: Endings of files that hold no text.
_NO_TEXT: Final = frozenset(" ".join((_PICTURES, _SOUND, _VIDEO, _SIGNATURES, _FONTS)).split())


def is_text_lost(refusal: FileError, name: str) -> bool:
    """Whether what was refused inside another file may hold text that nobody looked at: all but what is known to hold none.

    There are more formats with text than anybody lists (winmail.dat, .xdw, .accdb, .one), so an ending must say that there
    is none; a name without an ending says nothing.
    """
    if isinstance(refusal, UnknownFile):
        return ending(name) not in _NO_TEXT
    return not isinstance(refusal, ImageFile)


def ending(name: str) -> str:
    """The part of a file's name behind the last dot, in small letters; empty where there is none."""
    name = name.replace("\\", "/").rpartition("/")[2].strip()
    return name.rpartition(".")[2].lower() if "." in name else ""


def by_bytes(data: bytes, name: str) -> Kind | None:
    """What the first bytes say: zip, pdf or eml; None where it must be text. Raises for what is not read."""
    if data.startswith(b"PK\x03\x04"):
        return "zip"
    if data.startswith((b"PK\x05\x06", b"PK\x07\x08")):
        raise ArchiveFile()
    if data.startswith(_OLE):
        _refuse_ole(data)
    head = data[:1024]
    at = head.find(b"%PDF-")
    if at >= 0 and (not head[:at].strip(b"\xef\xbb\xbf \t\r\n\x00") or ending(name) == "pdf"):
        return "pdf"
    for magic, error in _REFUSED:
        if data.startswith(magic):
            raise error()
    if data[2:5] in (b"-lh", b"-lz") and data[6:7] == b"-":
        raise ArchiveFile()
    if data[257:262] == b"ustar":
        raise ArchiveFile()
    if data[4:12] in (b"ftypheic", b"ftypavif", b"ftypmif1") or (
        data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    ):
        raise ImageFile()
    if data[:2] == b"BM" and data[6:10] == b"\x00" * 4:
        raise ImageFile()
    return "eml" if _is_mail(data, ending(name)) else None


def _refuse_ole(data: bytes) -> None:
    """An OLE container: encrypted Office, old Office, Outlook, Ichitaro; its folder names the streams in UTF-16."""
    if any(stream in data for stream in _ENCRYPTED_STREAMS):
        raise EncryptedFile()
    if any(stream in data for stream in _OFFICE_STREAMS):
        raise OldOfficeFile()
    raise UnknownFile()


def _is_mail(data: bytes, end: str) -> bool:
    """Whether the content begins with a mail's headers: of a .eml two usual ones will do, of others one that only mails have."""
    names: list[bytes] = []
    lines = data[:_MAIL_SAMPLE].lstrip(b"\r\n").splitlines()
    if len(data) > _MAIL_SAMPLE:
        lines = lines[:-1]  # cut in the middle
    for line in lines:
        if not line.strip():
            break
        if line[:1] in b" \t" or (not names and line.startswith(b"From ")):
            continue
        found = _MAIL_HEADER.match(line)
        if found is None:
            return False
        names.append(found[1].lower())
    usual = _MAIL_USUAL.intersection(names)
    if end in ("eml", "mht", "mhtml"):
        return bool(usual)
    return len(usual) >= 2 and bool(_MAIL_SIGNS.intersection(names))


def of_text(text: str, name: str) -> Kind:
    """What sort of text a text is."""
    if _HTML_START.match(text[:4096]):
        return "html"
    return _NAMES.get(ending(name), "text")


def misnamed(kind: str, name: str) -> bool:
    """Whether a name promises something else than the content is."""
    end = ending(name)
    if kind in ("text", "csv", "tsv", "json"):
        return end in _BINARY_NAMES
    if not end:
        return False
    return end not in _EXPECTED[kind]
