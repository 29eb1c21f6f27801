import io
import zipfile

import openpyxl
import pytest

from kijun.catalog import workbooks
from kijun.catalog.workbooks import Cell, RefusedWorkbook, new_workbook, read_rows, write_table


def book(rows, name="表"):
    target = io.BytesIO()
    made = openpyxl.Workbook()
    made.active.title = name
    for row in rows:
        made.active.append(row)
    made.save(target)
    return target.getvalue()


def read(content, **limits):
    return list(read_rows(content, ["表"], **({"columns": 5, "rows": 100} | limits)))


def with_part(content, name, change):
    """The same archive with one part changed."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            data = old.read(part)
            new.writestr(part.filename, change(data) if part.filename == name else data)
    return target.getvalue()


def test_it_works(tmp_path):
    content = book([["番号", "値"], ["一", 5.0], [None, None], ["  三 ", True]])
    rows = read(content)
    assert [number for number, _ in rows] == [1, 2, 4]
    assert [[cell.text for cell in cells[:2]] for _, cells in rows] == [
        ["番号", "値"],
        ["一", "5"],
        ["三", "True"],
    ]
    path = tmp_path / "b.xlsx"
    path.write_bytes(content)
    assert read(path) == read(io.BytesIO(content)) == rows


def test_what_we_write_reads_back():
    target = io.BytesIO()
    made = new_workbook(target)
    write_table(made, "表", ["A", "B"], [["=1+1", "x\ny"], ["", "https://example.jp"]], widths=[5, 5])
    made.close()
    (_, head), (_, first), (_, second) = read(target.getvalue(), columns=2)
    assert [cell.text for cell in (*head, *first, *second)] == [
        "A",
        "B",
        "=1+1",
        "x\ny",
        "",
        "https://example.jp",
    ]
    assert not any(cell.is_formula for cell in first)


def test_formulas_and_errors_are_marked():
    ((_, cells),) = read(book([["=1+1", "#REF!", "+81-3"]]))
    assert cells[0].is_formula
    assert cells[1].is_error
    assert cells[2] == Cell("+81-3")


def test_the_named_sheet_is_read_or_else_the_first():
    made = openpyxl.Workbook()
    made.active.append(["first"])
    made.create_sheet("表").append(["named"])
    target = io.BytesIO()
    made.save(target)
    ((_, cells),) = read(target.getvalue())
    assert cells[0].text == "named"
    ((_, cells),) = list(read_rows(target.getvalue(), ["none"], columns=1, rows=9))
    assert cells[0].text == "first"


def test_no_more_is_read_than_was_asked_for():
    rows = read(book([[number] * 9 for number in range(50)]), rows=10, columns=3)
    assert len(rows) == 10
    assert all(len(cells) <= 3 for _, cells in rows)


def test_a_sheet_that_claims_to_be_vast_is_read_quickly():
    content = with_part(
        book([["x"]]),
        "xl/worksheets/sheet1.xml",
        lambda data: data.replace(b'ref="A1"', b'ref="A1:XFD1048576"').replace(
            b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        ),
    )
    assert [number for number, _ in read(content)] == [1]


def test_control_characters_are_dropped():
    def spoil(data):
        assert b">ab<" in data
        return data.replace(b">ab<", b">a&#x7f;b<")

    content = with_part(book([["ab"]]), "xl/worksheets/sheet1.xml", spoil)
    assert read(content)[0][1][0].text == "ab"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \n",
        b"PK\x03\x04 cut off",
        b"\xd0\xcf\x11\xe0 old Excel",
        b"%PDF-1.7",
        b"a\0b",
        b"\xff\xfe\x81",
    ],
)
def test_what_is_no_workbook_is_refused(content):
    with pytest.raises(RefusedWorkbook) as raised:
        read(content)
    assert raised.value.reason.ja.startswith("Excelブック（.xlsx）で")


def test_a_zip_that_is_no_workbook_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(RefusedWorkbook):
        read(target.getvalue())


def test_a_damaged_sheet_is_refused():
    with pytest.raises(RefusedWorkbook):
        read(with_part(book([["x"]]), "xl/worksheets/sheet1.xml", lambda data: data[:-40]))


def test_a_damaged_archive_is_refused():
    content = bytearray(book([["x" * 99]]))
    content[60:90] = b"\xff" * 30
    with pytest.raises(RefusedWorkbook):
        read(bytes(content))


def test_a_large_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_BYTES", 100)
    path = tmp_path / "b.xlsx"
    path.write_bytes(book([["x"]]))
    for source in (path, path.read_bytes(), io.BytesIO(path.read_bytes())):
        with pytest.raises(RefusedWorkbook, match="larger than"):
            read(source)


def test_a_zip_bomb_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b"0" * (workbooks.MAX_UNPACKED + 1))
    assert len(target.getvalue()) < workbooks.MAX_BYTES
    with pytest.raises(RefusedWorkbook, match="unpacked"):
        read(target.getvalue())
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(workbooks.MAX_PARTS + 1):
            archive.writestr(str(number), b"")
    with pytest.raises(RefusedWorkbook, match="unpacked"):
        read(target.getvalue())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused(encoding):
    text = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><sst>&a;</sst>'
    content = with_part(book([["x"]]), "xl/worksheets/sheet1.xml", lambda data: text.encode(encoding))
    with pytest.raises(RefusedWorkbook, match="document type"):
        read(content)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_csv_file_is_read_as_offices_save_it(encoding):
    content = '番号,値\r\n,\r\n一,"二行の\r\n値"\r\n=1+1,③'.encode(encoding)
    assert [(number, [cell.text for cell in cells]) for number, cells in read(content)] == [
        (1, ["番号", "値"]),
        (3, ["一", "二行の\n値"]),
        (4, ["=1+1", "③"]),
    ]
    assert not any(cell.is_formula for _, cells in read(content) for cell in cells)
    assert len(read(b"x\n" * 9, rows=4)) == 4
    assert len(read(b"a,b,c", columns=2)[0][1]) == 2


def test_a_csv_file_that_is_broken_is_refused():
    for content in (b'a,"b\nc', b"a" * 200_000, b"a" * 132_000):
        with pytest.raises(RefusedWorkbook, match="quotation mark"):
            read(content)


def test_a_workbook_with_macros_is_refused():
    content = io.BytesIO(book([["x"]]))
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"Sub")
    with pytest.raises(RefusedWorkbook, match="macros"):
        read(content.getvalue())
