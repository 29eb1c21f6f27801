"""What a file is, is decided by its content."""

from __future__ import annotations

import pytest

from kijun.inspection.files import (
    ArchiveFile,
    EncryptedFile,
    FileError,
    ImageFile,
    OldOfficeFile,
    UnknownFile,
    extract,
)
from kijun.inspection.files.kinds import ending
from tests.inspection.files.making import docx, paragraph

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"\x89PNG\r\n\x1a\n", ImageFile),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", ImageFile),
        (b"GIF89a", ImageFile),
        (b"\x00\x00\x00\x18ftypheic", ImageFile),
        (b"RIFF\x00\x00\x00\x00WEBP", ImageFile),
        (b"BM\x00\x00\x01\x00\x00\x00\x00\x00", ImageFile),
        (b"7z\xbc\xaf\x27\x1c", ArchiveFile),
        (b"Rar!\x1a\x07\x00", ArchiveFile),
        (b"\x1f\x8b\x08\x00", ArchiveFile),
        (b"PK\x05\x06" + b"\x00" * 18, ArchiveFile),
        (b"\x20\x20-lh5-", ArchiveFile),
        (OLE + "WordDocument".encode("utf-16-le"), OldOfficeFile),
        (OLE + "Workbook".encode("utf-16-le"), OldOfficeFile),
        (OLE + "EncryptedPackage".encode("utf-16-le"), EncryptedFile),
        (OLE + "__substg1.0_".encode("utf-16-le"), UnknownFile),
        (b"{\\rtf1\\ansi", OldOfficeFile),
        (b"\x60\x0e\x82\x00\x00binary", UnknownFile),
    ],
)
@pytest.mark.parametrize("name", ["", "a.txt", "a.docx"])
def test_what_is_not_read_is_refused_by_its_first_bytes(
    data: bytes, refusal: type[FileError], name: str
) -> None:
    with pytest.raises(refusal):
        extract(data, name)


def test_a_file_is_read_as_what_it_is_and_the_name_told_of() -> None:
    document = extract(docx(paragraph("本文")), "名簿.xlsx")
    assert document.kind == "docx"
    assert "Word文書" in document.notes[0].ja
    assert "a Word document" in document.notes[0].en


@pytest.mark.parametrize("name", ["本文.docx", "本文.DOTX", "本文", ""])
def test_a_name_that_fits_is_not_mentioned(name: str) -> None:
    assert extract(docx(paragraph("本文")), name).notes == ()


def test_text_that_is_called_pdf() -> None:
    document = extract("ただの文字".encode(), "a.pdf")
    assert document.kind == "text"
    assert len(document.notes) == 1


def test_a_mail_is_known_by_its_headers() -> None:
    mail = b"Received: from a\r\nFrom: a@example.jp\r\nSubject: x\r\n\r\nbody"
    assert extract(mail, "memo.txt").kind == "eml"
    assert extract(b"From: a@example.jp\n\nbody", "a.eml").kind == "eml"
    assert extract("From: 山田\nTo: 佐藤\n\n議事録".encode(), "memo.txt").kind == "text"
    assert extract(b"no header", "a.eml").kind == "text"


def test_endings() -> None:
    assert ending("C:\\a.b\\\u540d\u7c3f.XLSX ") == "xlsx"
    assert ending("a.b/README") == ""
