"""Office files that lie about themselves: bombs, entities, two parts of one name, passwords, cut files."""

from __future__ import annotations

import io
import warnings
import zipfile

import pytest

from kijun.inspection.files import (
    ArchiveFile,
    DamagedFile,
    EncryptedFile,
    FileError,
    FileLimits,
    NestedTooDeep,
    TookTooLong,
    TookTooMuchMemory,
    TooManyCells,
    TooManyEntries,
    TooMuchText,
    UnknownFile,
    UnpacksTooLarge,
    UnsafeFile,
    extract,
)
from tests.inspection.files.making import docx, docx_parts, paragraph, xlsx, zipped


def test_a_part_is_found_whatever_the_case_of_its_name() -> None:
    parts = docx_parts(paragraph("本文"))
    parts["Word/Document.xml"] = parts.pop("word/document.xml")
    assert extract(zipped(parts), "a.docx").text == "本文"


def test_a_zip_bomb_is_refused_by_what_comes_out_of_it() -> None:
    bomb = docx(paragraph("あ") + " " * 30_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(UnpacksTooLarge):
        extract(bomb, "a.docx")


def test_unpacked_bytes_are_bounded_also_where_the_ratio_is_honest() -> None:
    with pytest.raises(UnpacksTooLarge):
        extract(docx(paragraph("あ") + " " * 3_000), "a.docx", FileLimits(unpacked=2_000))


def test_a_size_that_the_directory_understates_does_not_help() -> None:
    data = bytearray(docx(paragraph("あ") + " " * 30_000_000))
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"word/document.xml"))
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")  # the unpacked size
    with pytest.raises(FileError):
        extract(bytes(data), "a.docx")


def test_parts_are_counted_before_they_are_opened() -> None:
    parts = docx_parts("") | {f"x{number}": "" for number in range(60)}
    with pytest.raises(TooManyEntries):
        extract(zipped(parts), "a.docx", FileLimits(entries=50))


LAUGHS = (
    "<!DOCTYPE a [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{at} '{f'&a{at - 1};' * 10}'>" for at in range(1, 10))
    + "]>"
)


@pytest.mark.parametrize(
    "declaration",
    [
        LAUGHS,
        '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1/">]>',
    ],
)
def test_a_document_type_is_refused_before_anything_is_expanded(declaration: str) -> None:
    parts = docx_parts(paragraph("&a9;&x;"))
    parts["word/document.xml"] = declaration + str(parts["word/document.xml"])
    with pytest.raises(UnsafeFile):
        extract(zipped(parts), "a.docx")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_entities_do_not_hide_in_another_encoding(encoding: str) -> None:
    parts = docx_parts(paragraph("&a9;"))
    parts["word/document.xml"] = (LAUGHS + str(parts["word/document.xml"])).encode(encoding)
    with pytest.raises(UnsafeFile):
        extract(zipped(parts), "a.docx")


def test_elements_are_not_nested_without_end() -> None:
    with pytest.raises(NestedTooDeep):
        extract(docx("<w:p>" * 100_000), "a.docx")


def test_one_endless_tag_is_not_held_in_memory() -> None:
    import os

    hard_to_pack = os.urandom(5_000_000).hex()
    with pytest.raises(TookTooMuchMemory):
        extract(docx(f'<w:p w:a="{hard_to_pack}"/>'), "a.docx")


def test_text_is_bounded_while_it_is_gathered() -> None:
    with pytest.raises(TooMuchText):
        extract(docx(paragraph("あ" * 3_000)), "a.docx", FileLimits(characters=2_000))


def test_cells_are_counted_empty_ones_too() -> None:
    with pytest.raises(TooManyCells):
        extract(xlsx('<row r="1">' + "<c/>" * 1_001 + "</row>"), "a.xlsx", FileLimits(cells=1_000))


def test_a_million_cells_are_refused_in_time() -> None:
    with pytest.raises(TooManyCells):
        extract(xlsx('<row r="1">' + "<c/>" * 1_000_001 + "</row>"), "a.xlsx")


def test_the_time_holds() -> None:
    with pytest.raises(TookTooLong):
        extract(docx("<w:x/>" * 3_000_000), "a.docx", FileLimits(seconds=0.2, ratio=10_000))


def test_two_parts_of_one_name_are_refused() -> None:
    target = io.BytesIO(docx(paragraph("見える")))
    with zipfile.ZipFile(target, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("word/document.xml", "<a/>")
    with pytest.raises(UnsafeFile):
        extract(target.getvalue(), "a.docx")


def test_a_part_under_a_password_is_told_as_such() -> None:
    data = bytearray(docx(paragraph("本文")))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 1)
    with pytest.raises(EncryptedFile):
        extract(bytes(data), "a.docx")


@pytest.mark.parametrize("keep", [4, 30, 200, 600, -30, -1])
def test_a_cut_file_is_damaged(keep: int) -> None:
    with pytest.raises(DamagedFile):
        extract(docx(paragraph("本文"))[:keep], "a.docx")


def test_broken_xml_is_damaged() -> None:
    with pytest.raises(DamagedFile) as caught:
        extract(docx("<w:p>秘密の名前"), "a.docx")
    assert "秘密" not in f"{caught.value!r}{caught.value.message}{caught.value.cause}"
    assert caught.value.__context__ is None


def test_a_plain_archive_is_refused_with_what_to_do() -> None:
    with pytest.raises(ArchiveFile) as caught:
        extract(zipped({"名簿.csv": "山田"}), "名簿.zip")
    assert "展開" in caught.value.message.ja
    assert "Unpack" in caught.value.message.en


def test_a_package_of_another_kind_is_unknown() -> None:
    with pytest.raises(UnknownFile):
        extract(
            zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}), "a.odt"
        )


def test_a_package_without_its_main_part_is_damaged() -> None:
    parts = docx_parts("")
    del parts["word/document.xml"]
    with pytest.raises(DamagedFile):
        extract(zipped(parts), "a.docx")


def test_packing_that_no_office_program_writes_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as archive:
        for name, content in docx_parts(paragraph("あ")).items():
            archive.writestr(name, content)
    with pytest.raises(DamagedFile):
        extract(target.getvalue(), "a.docx")
