import dataclasses
import io

from openpyxl import load_workbook

from kijun.governance.reports import workbook
from kijun.governance.reports.contents import Report


def test_it_works(report: Report) -> None:
    book = load_workbook(io.BytesIO(workbook.render(report)))

    assert book.sheetnames[:2] == ["印刷用", "概況"]
    results = book["実施状況"]
    head = [cell.value for cell in results[1]]
    assert head[:3] == ["区分", "項目", "実施済"]
    assert results.cell(2, 3).value == 6
    assert all(not sheet.merged_cells.ranges for sheet in book)


def test_a_formula_that_somebody_typed_stays_text(report: Report) -> None:
    sheet = load_workbook(io.BytesIO(workbook.render(report)))["対策"]

    assert sheet.cell(2, 2).value == '=HYPERLINK("http://x")'
    assert sheet.cell(2, 2).data_type != "f"


def test_one_cell_holds_one_datum(report: Report) -> None:
    book = load_workbook(io.BytesIO(workbook.render(report)))
    machine = [sheet for sheet in book if sheet.title != "印刷用"]

    assert not [cell for sheet in machine for row in sheet for cell in row if "\n" in str(cell.value or "")]
    assert [row[1].value for row in book["改善計画"].iter_rows(min_row=2)] == ["点検する", "報告する"]
    assert [row[1].value for row in book["利用する部署"].iter_rows(min_row=2)] == ["総務課", "税務課"]
    assert [row[0].value for row in book["証跡"].iter_rows(min_row=2)] == ["P1.1.1"]
    assert [cell.value for cell in book["前回までとの比較"][2]][:2] == ["全体", 8]


def test_the_page_to_print(report: Report) -> None:
    sheet = load_workbook(io.BytesIO(workbook.render(report)))["印刷用"]
    words = [cell.value for row in sheet for cell in row if cell.value is not None]

    assert "AIガバナンス報告書" in words
    assert "偏りの点検が終わっていない" in words
    assert len(sheet._charts) == 2
    assert sheet.page_setup.paperSize == 9
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("portrait", 0)
    assert sheet.oddFooter.right.text == "&P / &N"
    assert "𠮷野市" in (sheet.oddHeader.left.text or "")


def test_what_people_typed_never_runs_on_the_page_to_print(report: Report) -> None:
    nasty = dataclasses.replace(report, title='=HYPERLINK("http://x")', municipality="A&B&Pの町", cycle="+1")
    sheet = load_workbook(io.BytesIO(workbook.render(nasty)))["印刷用"]

    assert not [cell for row in sheet for cell in row if cell.data_type == "f"]
    assert "A&&B&&Pの町" in (sheet.oddHeader.left.text or "")
