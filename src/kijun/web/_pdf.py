"""What a PDF could do to its reader: names that start scripts or programs, or carry other files.

This finds the ordinary ways, also written in hex or packed; it is no virus scanner.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext_lazy as _

from kijun.web.refusals import Refusal

_HEX: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_END: Final = rb"(?![^\x00\t\n\f\r ()<>\[\]{}/%])"  # a name ends where a delimiter or blank begins
_ACTIVE: Final = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?)" + _END)
_ENCRYPTED: Final = re.compile(rb"/Encrypt" + _END)
_STREAM: Final = re.compile(rb"stream[ \t]*(?:\r\n|\n|\r)")
_OBJECT_STREAM: Final = re.compile(rb"/(?:ObjStm|First)" + _END)  # what ISO 32000-1 7.5.7 demands of one
_FILTER: Final = re.compile(rb"/F(?:ilter)?" + _END)
_FLATE: Final = re.compile(rb"/Filter\s*(?:/FlateDecode" + _END + rb"|\[\s*/FlateDecode\s*\])")
_PREDICTOR: Final = re.compile(rb"/Predictor\s*(?!\s|1\b)")
_DICTIONARY: Final = 4_096  # bytes in front of a stream in which its dictionary is looked for
_CHUNK: Final = 65_536
_TAIL: Final = 64
_MAX_UNPACKED: Final = 1024 * 1024 * 1024


class PdfError(Refusal):
    """The PDF is active, protected, or cannot be looked into."""


def check_pdf(content: bytes) -> None:
    """Refuse scripts, programs to start, attached files and protection; raises :class:`PdfError`."""
    plain = _unhexed(content)
    if _ENCRYPTED.search(plain):
        raise PdfError(
            _("パスワードや編集制限で保護されたPDFは中を確かめられません。保護を外して保存し直してください。")
        )
    _check_text(plain)
    _check_object_streams(content)
    left = _MAX_UNPACKED
    for found in _STREAM.finditer(content):
        tail = b""
        for text in _unpacked(content, found.end()):
            left -= len(text)
            if left < 0:
                raise _unreadable()
            _check_text(_unhexed(tail + text))
            tail = text[-_TAIL:]


def _unhexed(content: bytes) -> bytes:
    return _HEX.sub(lambda found: bytes([int(found[1], 16)]), content)


def _check_text(text: bytes) -> None:
    found = _ACTIVE.search(text)
    if found is None:
        return
    if found[1] == b"JavaScript":
        raise PdfError(_("スクリプトを含むPDFは受け取れません。「PDFとして印刷」で保存し直してください。"))
    if found[1] == b"Launch":
        raise PdfError(
            _("プログラムを起動するPDFは受け取れません。「PDFとして印刷」で保存し直してください。")
        )
    raise PdfError(
        _("ファイルが添付されたPDFは受け取れません。添付を外すか、「PDFとして印刷」で保存し直してください。")
    )


def _check_object_streams(content: bytes) -> None:
    """Refuse object streams packed in a way that :func:`_unpacked` does not undo."""
    for found in _STREAM.finditer(content):
        before = content[max(0, found.start() - _DICTIONARY) : found.start()]
        start = max(before.rfind(b"endobj"), before.rfind(b"endstream"), 0)
        dictionary = _unhexed(before[start:])
        if before.endswith(b"end") or not _OBJECT_STREAM.search(dictionary):
            continue
        filters = len(_FILTER.findall(dictionary))
        if filters and (filters > 1 or not _FLATE.search(dictionary) or _PREDICTOR.search(dictionary)):
            raise _unreadable()


def _unpacked(content: bytes, start: int) -> Iterator[bytes]:
    """What stands deflated at ``start``, piece by piece; nothing when it is packed in another way."""
    unpacker = zlib.decompressobj()
    view = memoryview(content)
    for place in range(start, len(content), _CHUNK):
        try:
            text = unpacker.decompress(view[place : place + _CHUNK])
        except zlib.error:
            return
        if text:
            yield text
        if unpacker.eof:
            return


def _unreadable() -> PdfError:
    return PdfError(
        _("PDFの中を確かめられません。「PDFとして印刷」で保存し直してから、もう一度選んでください。")
    )
