import io

from openpyxl import load_workbook

from kijun.governance.reports import workbook
from kijun.governance.reports.contents import Report


def test_it_works(report: Report) -> None:
    book = load_workbook(io.BytesIO(workbook.render(report)))

    assert book.sheetnames[0] == "概況"
    results = book["実施状況"]
    head = [cell.value for cell in results[1]]
    assert head[:3] == ["区分", "項目", "実施済"]
    assert results.cell(2, 3).value == 6
    assert all(not sheet.merged_cells.ranges for sheet in book)


def test_a_formula_that_somebody_typed_stays_text(report: Report) -> None:
    sheet = load_workbook(io.BytesIO(workbook.render(report)))["対策"]

    assert sheet.cell(2, 2).value == '=HYPERLINK("http://x")'
    assert sheet.cell(2, 2).data_type != "f"
