"""Files that people send: what they really are, and how they are given out again."""

from __future__ import annotations

import hashlib
import io
import re
import struct
import unicodedata
import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from kijun.web import archives
from kijun.web._decoding import decoded
from kijun.web._pdf import check_pdf
from kijun.web.punctuation import listed
from kijun.web.refusals import Refusal

MAX_NAME: Final = 120
MAX_PIXELS: Final = 50_000_000
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
MEDIA_TYPES: Final = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "csv": "text/csv",
    "txt": "text/plain",
}
_MAIN_PARTS: Final = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
_PROGRAMS: Final = (
    b"\x7fELF",
    b"\xca\xfe\xba\xbe",  # Java
    b"\xcf\xfa\xed\xfe",  # macOS, these three
    b"\xce\xfa\xed\xfe",
    b"\xfe\xed\xfa",
    b"L\x00\x00\x00\x01\x14\x02\x00",  # a Windows shortcut
)
# Text that a browser or a shell would run. Only the beginning counts: people do quote markup.
_MARKUP: Final = re.compile(
    r"<(?:[?](?:xml|php)|!--|!doctype|html|head|body|script|svg|iframe|meta)|@echo\s+off|#!", re.IGNORECASE
)
_BLANK: Final = re.compile(r"\s*")
_UNSAFE_NAME: Final = re.compile(
    r'[\x00-\x1f\x7f-\x9f<>:"|?*\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]'
)
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)
# What browsers show or run although it is sent to be saved.
_PASSIVE: Final = re.compile(r"(?:application|audio|font|image|model|text|video)/[\w.+-]{1,100}")
_RUN_BY_BROWSERS: Final = re.compile(r"html|xml(?!formats)|svg|script|xsl|mathml", re.IGNORECASE)


class UploadError(Refusal):
    """The file cannot be taken; the message says what to do."""


@dataclass(frozen=True, slots=True)
class CheckedUpload:
    """A file that may be kept: its safe name, what it really is, SHA-256 (hex) and content."""

    name: str
    media_type: str
    sha256: str
    content: bytes


def check_upload(name: str, content: bytes, *, allowed: Collection[str], max_bytes: int) -> CheckedUpload:
    """Check name, size and content; raises :class:`UploadError`.

    ``allowed`` are endings out of :data:`MEDIA_TYPES` (jpg and jpeg are one); ``max_bytes`` is the size in bytes.
    The type is what the content shows, and the ending must agree with it.
    """
    unknown = set(allowed) - set(MEDIA_TYPES)
    if unknown:
        raise ValueError(f"no check is known for {sorted(unknown)}")
    name = safe_name(name)
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    taken = {MEDIA_TYPES[one] for one in allowed}
    if MEDIA_TYPES.get(ending) not in taken:
        endings = [f".{one}" for one, media_type in MEDIA_TYPES.items() if media_type in taken]
        raise UploadError(
            _("この形式のファイルは受け取れません。次の形式で保存し直してください：%(endings)s"),
            endings=listed(endings),
        )
    if not content:
        raise UploadError(_("ファイルが空です。内容を確かめてから、もう一度選んでください。"))
    if len(content) > max_bytes:
        raise UploadError(
            _(
                "ファイルが大きすぎます（%(size)sMB、上限%(limit)sMB）。ファイルを分けるか、画像を小さくしてください。"
            ),
            size=_megabytes(len(content)),
            limit=_megabytes(max_bytes),
        )
    try:
        _CHECKS[ending](content, ending)
    except UploadError:
        raise
    except Refusal as refused:
        raise UploadError(refused.message, **refused.params) from refused
    return CheckedUpload(name, MEDIA_TYPES[ending], hashlib.sha256(content).hexdigest(), content)


def safe_name(name: str) -> str:
    """A file name for every system: no folder, NFC, no control or direction marks, at most 120 characters."""
    name = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    name = _UNSAFE_NAME.sub("", re.split(r"[/\\]", name)[-1]).strip(" .\u3000")
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 20:
        stem, dot, ending = name, "", ""
    stem = (stem.rstrip(" .\u3000") or "file")[: MAX_NAME - len(dot + ending)]
    name = stem + dot + ending
    return f"_{name}"[:MAX_NAME] if _DEVICES.match(name) else name


def _megabytes(size: int) -> str:
    return f"{size / archives.MEBIBYTE:.1f}".removesuffix(".0")


def _mismatch(content: bytes, ending: str) -> UploadError:
    windows = content.startswith(b"MZ") and b"\0" in content[:512]
    if windows or content.startswith((*_PROGRAMS, b"#!")):
        return UploadError(_("実行できるプログラムは受け取れません。文書や画像のファイルを選んでください。"))
    return UploadError(
        _("ファイルの中身が拡張子（.%(ending)s）と合いません。元のソフトで開き、保存し直してください。"),
        ending=ending,
    )


def _pdf(content: bytes, ending: str) -> None:
    if re.match(rb"%PDF-[12]\.[0-9]", content) is None:
        raise _mismatch(content, ending)
    _alone(content)
    check_pdf(content)


def _alone(content: bytes) -> None:
    """One file, not two in one: a ZIP archive is found from its end, whatever stands in front of it."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise UploadError(
            _("後ろに別のファイル（ZIP）がつながっています。元のソフトで開き、保存し直してください。")
        )


def _office(content: bytes, ending: str) -> None:
    archives.refuse_ole(content)
    if not content.startswith(archives.ZIP):
        raise _mismatch(content, ending)
    with archives.opened(content) as archive:
        names = set(archive.namelist())
    if not {"[Content_Types].xml", _MAIN_PARTS[ending]} <= names:
        raise _mismatch(content, ending)


def _text(content: bytes, ending: str) -> None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UploadError(_("文字コードがUTF-16です。UTF-8で保存し直してください。"))
    text = decoded(content)
    if text is None or content.startswith(_PROGRAMS):
        raise _mismatch(content, ending)
    if _MARKUP.match(_start(text)):
        raise UploadError(
            _("ウェブページやプログラムの内容が入っています。文章だけを貼り付けたファイルにしてください。")
        )


def _start(text: str) -> str:
    """The text from where a browser would begin: behind blanks and comments that end."""
    place = 0
    while True:
        blank = _BLANK.match(text, place)
        place = blank.end() if blank else place
        end = text.find("-->", place + 4) if text.startswith("<!--", place) else -1
        if end < 0:
            return text[place : place + 100]
        place = end + 3


def _image(content: bytes, ending: str) -> None:
    _alone(content)
    size = _png_size(content) if ending == "png" else _jpeg_size(content)
    if size is None:
        raise _mismatch(content, ending)
    if 0 in size or size[0] * size[1] > MAX_PIXELS:
        raise UploadError(
            _(
                "画像が大きすぎます（%(width)s×%(height)sピクセル、上限5,000万ピクセル）。縮小して保存し直してください。"
            ),
            width=size[0],
            height=size[1],
        )


def _png_size(content: bytes) -> tuple[int, int] | None:
    if not content.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR") or len(content) < 33:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of the frame header (ITU-T T.81 B.2.2); None when there is none."""
    if not content.startswith(b"\xff\xd8\xff"):
        return None
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker == 0xFF:  # a fill byte
            place += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        elif marker in (0xD8, 0xD9, 0xDA):
            return None
        else:
            place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return None


_CHECKS: Final[dict[str, Callable[[bytes, str], None]]] = {
    "pdf": _pdf,
    "png": _image,
    "jpg": _image,
    "jpeg": _image,
    "docx": _office,
    "xlsx": _office,
    "pptx": _office,
    "csv": _text,
    "txt": _text,
}


def download_headers(name: str, media_type: str) -> dict[str, str]:
    """Headers under which a browser saves the file and runs nothing of it (RFC 6266, RFC 8187)."""
    name = safe_name(name)
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", unicodedata.normalize("NFKD", name))
    if _PASSIVE.fullmatch(media_type) is None or _RUN_BY_BROWSERS.search(media_type):
        media_type = "application/octet-stream"
    return {
        "Content-Type": media_type,
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
