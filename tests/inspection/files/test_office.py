"""Which of the Office kinds a package is."""

from __future__ import annotations

import pytest

from kijun.inspection.files import ArchiveFile, DamagedFile, OldOfficeFile, UnknownFile, extract
from tests.inspection.files.making import docx_parts, paragraph, relations, xlsx_parts, zipped


def test_the_main_part_may_have_any_name() -> None:
    parts = {
        name.replace("word/document", "word/document2"): part
        for name, part in docx_parts(paragraph("本文")).items()
    }
    for name in ("[Content_Types].xml", "_rels/.rels"):
        parts[name] = str(parts[name]).replace("word/document", "word/document2")
    assert extract(zipped(parts), "a.docx").text == "本文"


def test_a_file_with_macros_has_another_type() -> None:
    parts = docx_parts(paragraph("本文"), more={"word/vbaProject.bin": b"\x00"})
    parts["[Content_Types].xml"] = (
        "<Types><Override PartName='/word/document.xml' ContentType='application/vnd.ms-word.document.macroEnabled.main+xml'/></Types>"
    )
    document = extract(zipped(parts), "a.docm")
    assert document.kind == "docx"
    assert document.text == "本文"
    assert [note.en for note in document.notes] == [
        "There are macros inside. They are never run, and their code was not read."
    ]


def test_a_binary_workbook_is_refused_with_what_to_do() -> None:
    parts = xlsx_parts(more={"xl/workbook.bin": b"\x00"})
    parts["_rels/.rels"] = relations(("officeDocument", "xl/workbook.bin"))
    with pytest.raises(OldOfficeFile) as caught:
        extract(zipped(parts), "a.xlsb")
    assert ".xlsx" in caught.value.message.ja


def test_what_is_no_document() -> None:
    parts = docx_parts("")
    parts["_rels/.rels"] = relations()
    with pytest.raises(DamagedFile):
        extract(zipped(parts), "")
    with pytest.raises(ArchiveFile):
        extract(zipped({"[Content_Types].xml": "<Types/>"}), "")
    with pytest.raises(UnknownFile):
        extract(
            zipped(
                {
                    "[Content_Types].xml": "<Types/>",
                    "_rels/.rels": relations(("officeDocument", "visio/d.xml")),
                    "visio/d.xml": "<a/>",
                }
            ),
            "",
        )
