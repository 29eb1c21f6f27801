import io

import pytest
from openpyxl import load_workbook

from kijun.catalog import Text, export_xlsx


def book(catalog, lang="ja"):
    target = io.BytesIO()
    export_xlsx(catalog, target, lang)
    return load_workbook(target)


def table(sheet):
    rows = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_it_works(catalog):
    found = book(catalog)
    assert found.sheetnames == ["対策", "リスク", "原則・項目", "対応表"]
    rows = table(found["対策"])
    assert [row["番号"] for row in rows] == [control.id for control in catalog.controls]
    row = next(row for row in rows if row["番号"] == "P6.1.4")
    control = catalog.control("P6.1.4")
    assert row["役割"] == "AI提供者"
    assert row["対策"] == control.statement.ja
    assert row["完了の条件1"] == control.done_when[0].ja
    assert (row["リスク区分:低"], row["リスク区分:極めて高い"]) == ("", "○")
    assert row["ガイドラインの箇所"] == "第5部 5-1 ⑥ ①"
    assert row["下げるリスク1"] == control.risks[0]
    assert len(table(found["リスク"])) == len(catalog.risks)
    assert len(table(found["原則・項目"])) == 20
    assert len(table(found["対応表"])) == len(catalog.edges)


def test_english(catalog):
    found = book(catalog, "en")
    assert found.sheetnames == ["Controls", "Risks", "Principles and topics", "Crosswalk"]
    row = table(found["Controls"])[0]
    assert (row["ID"], row["Role"]) == ("G.1", "Organisation")


@pytest.mark.parametrize("name", ["対策", "リスク", "原則・項目", "対応表"])
def test_every_sheet_is_a_plain_table(catalog, name):
    sheet = book(catalog)[name]
    assert not sheet.merged_cells.ranges
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref.startswith("A1:")
    headers = [cell.value for cell in sheet[1]]
    assert len(set(headers)) == len(headers)
    assert all(headers)
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert all(cell.value is None for row in sheet.iter_rows() for cell in row if cell.data_type == "n")


@pytest.mark.parametrize("text", ["=1+1", "+81", "-1", "@SUM(A1)", "\t=1"])
def test_a_text_that_looks_like_a_formula_stays_a_text(changed, text):
    sheet = book(changed("G.1", title=Text(text, text)))["対策"]
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == text)
    assert cell.data_type == "s"
    assert cell.quotePrefix


def test_a_file_on_disk(catalog, tmp_path):
    export_xlsx(catalog, tmp_path / "c.xlsx")
    export_xlsx(catalog, str(tmp_path / "d.xlsx"))
    assert load_workbook(tmp_path / "c.xlsx").sheetnames == load_workbook(tmp_path / "d.xlsx").sheetnames
