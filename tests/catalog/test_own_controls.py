import csv
import io
from dataclasses import replace

import openpyxl
import pytest

from kijun.catalog import Evidence, Level, Role, Text, Tier, preview, read_own_controls
from kijun.catalog.own_columns import COLUMNS, row_of
from kijun.catalog.own_controls import MAX_ROWS

HEADINGS = [column.name.ja for column in COLUMNS]


def book(*rows, headings=HEADINGS):
    made = openpyxl.Workbook()
    for row in (headings, *rows):
        made.active.append(list(row))
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


@pytest.fixture
def row(own):
    """A function that gives the own control as a row with some cells changed by heading."""

    def change(**cells):
        found = dict(zip((column.key for column in COLUMNS), row_of(own), strict=True)) | cells
        return list(found.values())

    return change


def error(catalog, *rows, **more):
    (found,) = read_own_controls(book(*rows, **more), catalog).errors
    return found


def test_it_works(catalog, own, row):
    sheet = read_own_controls(book(row()), catalog)
    assert sheet.is_valid
    assert sheet.controls == (own,)
    assert catalog.with_own(sheet.controls).control("L5.1.1") == own


def test_nothing_is_applied_by_reading(catalog, row):
    before = catalog.digest
    preview(catalog, read_own_controls(book(row()), catalog))
    assert catalog.digest == before


def test_the_preview_shows_what_would_change(catalog, own, row):
    others = [replace(own, id="L5.1.2"), replace(own, id="L5.1.3")]
    there = catalog.with_own([own, *others])
    sheet = read_own_controls(book(row(title="新しい名"), row(id="L5.1.2"), row(id="L10.2.1")), there)
    difference = preview(there, sheet)
    assert [control.id for control in difference.added] == ["L10.2.1"]
    assert [control.id for control in difference.removed] == ["L5.1.3"]
    assert [(change.id, change.fields) for change in difference.changed] == [("L5.1.1", ("title",))]
    assert difference.unchanged == ("L5.1.2",)


def test_what_people_type_is_understood(catalog, row):
    typed = row(
        id=" Ｌ５．１ .１　",
        title="　窓口端末の目隠し ",
        role="職員",
        level="組織 で一度",
        tier="ｈｉｇｈ",
        frequency="Half-Yearly",
        risks="Ｒ５．１．１、r6.1.1, R6.1.1",
        file="〇",
        link="はい",
        done_when_2="",
        done_when_2_en="",
    )
    (control,) = read_own_controls(book(typed), catalog).controls
    assert control.id == "L5.1.1"
    assert control.title.ja == "窓口端末の目隠し"
    assert (control.role, control.level, control.frequency) == (Role.USER, Level.ORGANISATION, "half_yearly")
    assert control.tiers == (Tier.HIGH, Tier.CRITICAL)
    assert control.risks == ("R5.1.1", "R6.1.1")
    assert control.evidence == (Evidence.ATTESTATION, Evidence.FILE, Evidence.LINK)
    assert len(control.done_when) == 1


def test_english_headings_and_another_order_will_do(catalog, own, row):
    headings = [column.key if number % 2 else column.name.en for number, column in enumerate(COLUMNS)]
    sheet = read_own_controls(book(row()[::-1], headings=headings[::-1]), catalog)
    assert sheet.errors == ()
    assert sheet.controls == (own,)


def test_optional_columns_may_be_missing(catalog, row):
    kept = [number for number, column in enumerate(COLUMNS) if column.required]
    sheet = read_own_controls(
        book([row()[number] for number in kept], headings=[HEADINGS[number] for number in kept]), catalog
    )
    assert sheet.errors == ()
    assert sheet.controls[0].evidence == (Evidence.ATTESTATION,)
    assert sheet.controls[0].place == ""


@pytest.mark.parametrize(
    ("cells", "column", "ja", "en"),
    [
        ({"id": "P5.1.1"}, "番号", "例 L5.1.1", "as in L5.1.1"),
        ({"id": "L5.1"}, "番号", "「L5.1」は使えません", "does not fit"),
        ({"id": "L5.1.0"}, "番号", "使えません", "does not fit"),
        ({"id": "L5.7.1"}, "番号", "項目5.7はありません", "no topic 5.7"),
        ({"id": None}, "番号", "入力してください", "Fill this in"),
        ({"title": None}, "名称", "入力してください", "Fill this in"),
        ({"title": "　 "}, "名称", "入力してください", "Fill this in"),
        ({"title": "あ" * 81}, "名称", "80字以内で入力してください（現在81字）", "At most 80"),
        ({"statement": "=HYPERLINK(1)"}, "対策", "数式は使えません", "Formulas are refused"),
        ({"statement": "#REF!"}, "対策", "エラー値", "Excel error"),
        ({"done_when_1": None}, "完了の条件1", "入力してください", "Fill this in"),
        ({"done_when_3_en": "Only"}, "完了の条件3（英語）", "「完了の条件3」も", "“Done when 3” too"),
        ({"role": "町長"}, "役割", "AI提供者、AI利用者、組織のどれか", "AI provider, AI user, Organisation"),
        ({"frequency": "ときどき"}, "頻度", "「ときどき」は選べません", "not a choice"),
        ({"tier": 3}, "求めるリスク区分", "低、中、高、極めて高い", "Low, Medium"),
        ({"role": "組織", "level": "AIシステムごと"}, "単位", "組織で一度", "answered once"),
        ({"risks": "R5.1.1、R9.9.9"}, "下げるリスク", "リスクR9.9.9はありません", "no risk R9.9.9"),
        ({"file": "たぶん"}, "証跡ファイル", "○を付けるか", "Put ○"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(catalog, row, cells, column, ja, en):
    found = error(catalog, row(id="L5.1.9"), row(**cells))
    assert (found.row, found.column) == (3, column)
    assert ja in found.message()
    assert en in found.message("en")


def test_every_wrong_cell_is_named_and_right_rows_are_kept(catalog, row):
    sheet = read_own_controls(book(row(role="x", tier="y"), row(id="L5.1.2"), row(id="z")), catalog)
    assert [(error.row, error.column) for error in sheet.errors] == [
        (2, "役割"),
        (2, "求めるリスク区分"),
        (4, "番号"),
    ]
    assert [control.id for control in sheet.controls] == ["L5.1.2"]
    with pytest.raises(ValueError, match="errors"):
        preview(catalog, sheet)


def test_an_id_that_stands_twice_is_named(catalog, row):
    found = error(catalog, row(), row(id="Ｌ5.1.1"))
    assert (found.row, found.column) == (3, "番号")
    assert found.message_ja == "L5.1.1が上の行にもあります。"


def test_a_text_that_looks_like_a_formula_is_a_text(catalog, row):
    sheet = read_own_controls(book(row(title="+αの目隠し", statement="-1は@に=しない")), catalog)
    assert sheet.errors == ()
    assert sheet.controls[0].title.ja == "+αの目隠し"


def test_headings_that_do_not_fit_are_named(catalog, row):
    headings = ["番号", "番号", "メモ", *HEADINGS[3:]]
    sheet = read_own_controls(book(row(), headings=headings), catalog)
    assert sheet.controls == ()
    found = {(error.row, error.column, error.message_ja) for error in sheet.errors}
    assert found == {
        (1, "メモ", "見出しにない列です。"),
        (1, "番号", "同じ列が二つあります。"),
        (1, "名称", "「名称」の列がありません。"),
        (1, "対策", "「対策」の列がありません。"),
    }


def test_empty_rows_do_not_shift_the_numbers(catalog, row):
    found = error(catalog, [], row(), [None], row(id="x"))
    assert found.row == 5


def test_too_many_rows_are_refused(catalog, row):
    sheet = read_own_controls(book(*[row()] * MAX_ROWS), catalog)
    assert [error.message_en for error in sheet.errors] == [f"At most {MAX_ROWS} rows."]


@pytest.mark.parametrize("content", [b"", b"not Excel", book(headings=[])])
def test_a_file_that_is_none_is_named_without_raising(catalog, content):
    sheet = read_own_controls(content, catalog)
    assert sheet.controls == ()
    assert [error.row for error in sheet.errors] == [0]


def test_english_falls_back_to_japanese(catalog, row):
    (control,) = read_own_controls(book(row(title_en="", statement_en=None)), catalog).controls
    assert control.title == Text("窓口端末の目隠し")
    assert control.title.get("en") == "窓口端末の目隠し"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_the_sheet_may_come_as_csv(catalog, row, encoding):
    rows = [HEADINGS, row(title="=SUM(1)の見方"), row(id="L5.1.3", tier="不明")]
    text = io.StringIO()
    csv.writer(text).writerows([[cell or "" for cell in cells] for cells in rows])
    sheet = read_own_controls(text.getvalue().encode(encoding), catalog)
    assert [control.title.ja for control in sheet.controls] == ["=SUM(1)の見方"]
    (wrong,) = sheet.errors
    assert (wrong.row, wrong.column) == (3, "求めるリスク区分")


def test_merged_cells_count_where_they_begin(catalog, row):
    """Excel keeps the value of a merged range in its first cell; the rest is empty and said so."""
    target = io.BytesIO()
    made = openpyxl.Workbook()
    for cells in (HEADINGS, row(), row(id="L5.1.3")):
        made.active.append(cells)
    made.active.merge_cells("B2:B3")
    made.save(target)
    (wrong,) = read_own_controls(target.getvalue(), catalog).errors
    assert (wrong.row, wrong.column) == (3, "名称")
