"""Workbooks: cells as people see them, with the names that people give them."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pytest
import xlsxwriter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from kijun.inspection.files import Part, extract
from kijun.inspection.files.workbook import column_of, letters
from kijun.inspection.files.workbook_beside import literals
from tests.inspection.files.making import relations, shown, xlsx, xlsx_parts, zipped


@pytest.fixture(scope="module")
def roll() -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("名簿")
        era = book.add_format({"num_format": '[$-411]ggge"年"m"月"d"日"'})
        number = book.add_format({"num_format": "000000000000"})
        sheet.write_row("B2", ["氏名", "生年月日", "個人番号"])
        sheet.write("B3", "山田太郎")
        sheet.write_datetime("C3", datetime.datetime(1985, 4, 1), era)
        sheet.write("D3", 12345678901, number)
        sheet.write_formula("B5", "=B3", value="山田太郎")
        sheet.write_comment("B3", "生活保護受給中", {"author": "鈴木"})
        sheet.insert_textbox("D5", "図形の中の佐藤")
        sheet.set_header("&L部外秘&R&D")
        sheet.write_url("B6", "mailto:yamada@example.jp", string="連絡先")
        hidden = book.add_worksheet("控え")
        hidden.hide()
        hidden.write("A1", "見えない文字")
        book.set_properties({"author": "作成 者", "title": "題名"})
    return target.getvalue()


def test_it_works(roll: bytes) -> None:
    document = extract(roll, "名簿.xlsx")
    assert document.kind == "xlsx"
    assert document.text.startswith(
        "名簿\n\t氏名\t生年月日\t個人番号\n\t山田太郎\t昭和60年4月1日\t012345678901\n"
    )
    at = document.text.index("昭和")
    place = document.place_of(at, at + 4)
    assert place.words.ja == "シート「名簿」のC3"
    assert place.words.en == "sheet 名簿, C3"


def test_what_is_beside_the_cells_is_read(roll: bytes) -> None:
    found = shown(extract(roll, "名簿.xlsx"))
    for expected in (
        ("シート「名簿」のB3のコメント", "生活保護受給中"),
        ("シート「名簿」の図形・テキストボックス", "図形の中の佐藤"),
        ("シート「名簿」のヘッダー", "部外秘"),
        ("シート「控え」のA1", "見えない文字"),
        ("シート「控え」の名前", "控え"),
        ("シート「名簿」のB5", "山田太郎"),
        ("作成者・更新者の名前", "作成 者"),
        ("作成者・更新者の名前", "鈴木"),
        ("文書のプロパティ", "題名"),
        ("リンク先", "mailto:yamada@example.jp"),
    ):
        assert expected in found


def test_hidden_sheets_are_told_of(roll: bytes) -> None:
    notes = extract(roll, "名簿.xlsx").notes
    assert [note.ja for note in notes] == ["表示されていないシートが1枚あります。その内容も調べています。"]


def test_formulas_that_nobody_calculated_are_read_by_their_texts() -> None:
    """openpyxl writes formulas without their values; so do many programs that make lists."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["氏名", "連絡先", "合計"])
    sheet.append(['="佐藤"&"花子"', '=HYPERLINK("mailto:hanako@example.jp","連絡")', "=SUM(1,2)"])
    target = io.BytesIO()
    book.save(target)
    document = extract(target.getvalue(), "名簿.xlsx")
    assert ("シート「Sheet」のA2の数式", "佐藤花子") in shown(document)
    assert "佐藤花子\tmailto:hanako@example.jp 連絡" in document.text
    assert document.notes[0].ja.startswith("計算結果が保存されていない数式が3個")


def test_texts_of_formulas_that_their_value_does_not_show_are_read_once() -> None:
    rows = (
        '<row r="1"><c t="str"><f>IF(B1="","伊藤 ""四郎""",A2)</f><v></v></c><c t="str"><f>"山"&amp;"田"</f><v>山田</v></c></row>'
        '<row r="2"><c t="str"><f>IF(B2="","伊藤 ""四郎""",A3)</f><v>本文</v></c></row>'
    )
    document = extract(xlsx(rows), "")
    assert shown(document)[1:] == [
        ("シート「名簿」のB1", "山田"),
        ("シート「名簿」のA1の数式", '伊藤 "四郎"'),
        ("シート「名簿」のA2", "本文"),
    ]
    assert document.notes == ()


def test_lists_hints_filters_tips_and_names_are_read() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "名簿"
    sheet["A1"] = "氏名"
    choice = DataValidation(type="list", formula1='"中村九郎,小川十和子"', sqref="B2:B9")
    choice.prompt, choice.error = "松本さんに確認", "井上さんに電話"
    sheet.add_data_validation(choice)
    sheet["A1"].hyperlink = "mailto:link@example.jp"
    sheet["A1"].hyperlink.tooltip = "林の電話"
    sheet.auto_filter.ref = "A1:A9"
    sheet.auto_filter.add_filter_column(0, ["高橋一郎"])
    book.defined_names["秘"] = DefinedName("秘", attr_text='"木村三子"')
    book.defined_names["電話"] = DefinedName("電話", attr_text="9012345678")
    target = io.BytesIO()
    book.save(target)
    found = shown(extract(target.getvalue(), "名簿.xlsx"))
    for expected in (
        ("シート「名簿」のB2の入力欄", "中村九郎"),
        ("シート「名簿」のB2の入力欄", "小川十和子"),
        ("シート「名簿」のB2の入力欄", "松本さんに確認"),
        ("シート「名簿」のB2の入力欄", "井上さんに電話"),
        ("シート「名簿」のA1のリンク先", "林の電話"),
        ("シート「名簿」の画面に出ないデータ", "高橋一郎"),
        ("画面に出ないデータ", "秘"),
        ("数式", "木村三子"),
        ("画面に出ないデータ", "9012345678"),
    ):
        assert expected in found


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ('"佐藤" & "花子"', ["佐藤花子"]),
        ('IF(A1="", "x""y", B1)', ['x"y']),
        ('"open', []),
        ('"' * 200_001, ['"' * 99_999]),
    ],
)
def test_texts_of_formulas(formula: str, expected: list[str]) -> None:
    assert literals(formula) == expected


def test_strings_in_runs_are_one_and_their_readings_are_not_in_them() -> None:
    strings = "<sst><si><r><t>山</t></r><r><t>田</t></r><rPh sb='0' eb='2'><t>ヤマダ</t></rPh></si><si><t>前の名前</t></si></sst>"
    document = extract(
        xlsx('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', more={"xl/sharedStrings.xml": strings}), ""
    )
    assert shown(document)[1:] == [("シート「名簿」のA1", "山田"), ("画面に出ないデータ", "前の名前")]


def test_strings_and_values_of_every_type() -> None:
    row = (
        '<row r="4"><c t="inlineStr"><is><t>中の文字</t></is></c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c>'
        '<c t="str"><f>A1</f><v>計算</v></c><c t="d"><v>2024-01-02</v></c><c><v>0.30000000000000004</v></c>'
        '<c t="s"><v>99</v></c></row>'
    )
    values = [(place, text) for place, text in shown(extract(xlsx(row), ""))[1:]]
    assert values == [
        ("シート「名簿」のA4", "中の文字"),
        ("シート「名簿」のB4", "TRUE"),
        ("シート「名簿」のC4", "#N/A"),
        ("シート「名簿」のD4", "計算"),
        ("シート「名簿」のE4", "2024-01-02"),
        ("シート「名簿」のF4", "0.3"),
    ]


def test_a_break_in_a_short_cell_is_one_value_and_in_a_long_one_are_lines() -> None:
    long = "\n".join(["申請の理由を書いてください。" * 2] * 2)
    row = f'<row r="1"><c t="str"><v>山田\n太郎</v></c><c t="str"><v>左\t右</v></c><c t="str"><v>{long}</v></c></row>'
    assert extract(xlsx(row), "").text == f"名簿\n山田 太郎\t左 右\t{long}"


@pytest.mark.parametrize("name", ["Sheet1", "Sheet", "シート2", "Sheet1 (2)", "Chart1"])
def test_a_name_that_the_program_gave_a_sheet_is_no_text(name: str) -> None:
    parts = xlsx_parts('<row r="1"><c t="str"><v>山田</v></c></row>')
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("名簿", name)
    assert shown(extract(zipped(parts), "")) == [(f"シート「{name}」のA1", "山田")]


@pytest.mark.parametrize(
    "code", ["&K01+000", "&K04-024", "&KFF0000", "&Kff0000", "&12", '&"游ゴシック,太字"']
)
def test_codes_of_headings_are_no_text(code: str) -> None:
    parts = xlsx_parts()
    heading = f"<headerFooter><oddFooter>&amp;L{code.replace('&', '&amp;')}電話090-7777-8888</oddFooter></headerFooter>"
    sheet = str(parts["xl/worksheets/sheet1.xml"])
    parts["xl/worksheets/sheet1.xml"] = sheet.replace("</worksheet>", f"{heading}</worksheet>")
    assert ("シート「名簿」のフッター", "電話090-7777-8888") in shown(extract(zipped(parts), ""))


def test_telephones_that_are_numbers_keep_their_zero_under_a_format_for_them() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("名簿")
        phone = book.add_format({"num_format": "[<=99999999]####-####;\\(00\\) ####-####"})
        postal = book.add_format({"num_format": "000-0000"})
        sheet.write_row("A1", ["電話", "携帯", "郵便番号"])
        sheet.write("A2", 312345678, phone)
        sheet.write("B2", 9012345678, phone)
        sheet.write("C2", 600001, postal)
    assert "(03) 1234-5678\t(090) 1234-5678\t060-0001" in extract(target.getvalue(), "").text


def test_columns_keep_their_distance() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="D1"><v>4</v></c><c r="XFD1"><v>5</v></c></row>'
    assert extract(xlsx(rows), "").text == "名簿\n1\t\t\t4\t5"


def test_new_comments_and_the_data_behind_pivot_tables_are_read() -> None:
    parts = xlsx_parts(
        more={
            "xl/threadedComments/threadedComment1.xml": '<ThreadedComments><threadedComment ref="B7"><text>新しい</text></threadedComment></ThreadedComments>',
            "xl/persons/person.xml": '<personList><person displayName="高橋 花子"/></personList>',
            "xl/pivotCache/pivotCacheDefinition1.xml": '<p><sharedItems><s v="消したはずの人"/></sharedItems></p>',
            "xl/externalLinks/externalLink1.xml": "<e><cell><v>よその表の値</v></cell></e>",
            "xl/charts/chart1.xml": '<c:c xmlns:c="c"><c:v>凡例</c:v></c:c>',
        },
        around=(("threadedComment", "../threadedComments/threadedComment1.xml"),),
    )
    found = shown(extract(zipped(parts), ""))
    assert ("シート「名簿」のB7のコメント", "新しい") in found
    assert ("作成者・更新者の名前", "高橋 花子") in found
    assert ("画面に出ないデータ", "消したはずの人") in found
    assert ("画面に出ないデータ", "よその表の値") in found
    assert ("グラフ・図表", "凡例") in found


def test_macros_are_told_of_and_the_cells_read() -> None:
    document = extract(
        xlsx('<row r="1"><c><v>1</v></c></row>', more={"xl/vbaProject.bin": b"\x00"}), "a.xlsm"
    )
    assert document.text == "名簿\n1"
    assert "マクロ" in document.notes[0].ja
    assert "never run" in document.notes[0].en


def test_a_workbook_inside_has_its_own_places() -> None:
    inner = xlsx('<row r="1"><c t="str"><v>元のデータ</v></c></row>')
    document = extract(
        xlsx(more={"xl/embeddings/Book1.xlsx": inner, "xl/embeddings/old.bin": b"\x00\x01"}), ""
    )
    assert ("添付「Book1.xlsx」のシート「名簿」のA1", "元のデータ") in shown(document)
    assert (document.unread, document.unopened) == (1, 1)  # nobody knows what it held
    assert "埋め込みオブジェクトが1個" in document.notes[0].ja


def test_a_workbook_inside_that_is_cut_is_not_opened() -> None:
    inner = xlsx('<row r="1"><c t="str"><v>元のデータ</v></c></row>')[:-40]
    document = extract(xlsx(more={"xl/embeddings/Book1.xlsx": inner}), "")
    assert (document.unread, document.unopened) == (1, 1)


def test_pictures_are_counted_as_unread() -> None:
    document = extract(xlsx(more={"xl/media/image1.png": b"\x89PNG", "xl/media/image2.jpeg": b""}), "")
    assert document.unread == 2


def test_dates_of_1904() -> None:
    parts = xlsx_parts('<row r="1"><c s="1"><v>1</v></c></row>')
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace(
        "<sheets>", '<workbookPr date1904="1"/><sheets>'
    )
    parts["xl/styles.xml"] = (
        '<styleSheet><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    )
    assert extract(zipped(parts), "").text == "名簿\n1904/1/2"


def test_a_missing_sheet_is_passed_over() -> None:
    parts = xlsx_parts()
    parts["xl/_rels/workbook.xml.rels"] = relations(("worksheet", "nowhere.xml"))
    del parts["xl/worksheets/sheet1.xml"]
    document = extract(zipped(parts), "")
    assert document.text == "名簿"
    assert document.pieces[0].place.part is Part.SHEET_NAME


def test_columns() -> None:
    assert [letters(number) for number in (1, 26, 27, 702, 703, 16384)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
        "XFD",
    ]
    assert column_of("XFD") == 16384
