"""Excel and CSV, out and in."""

from __future__ import annotations

import datetime
import io
import re
import string
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kijun.web import excel
from kijun.web.excel import (
    Broken,
    Formula,
    Page,
    ReadLimits,
    ReadResult,
    Sheet,
    SheetColumn,
    SheetError,
    read_book,
    read_raw,
    read_table,
    write_csv,
    write_workbook,
)

COLUMNS = [
    SheetColumn("number", "職員番号", required=True, hint="数字7桁"),
    SheetColumn("name", "氏名", width=20),
    SheetColumn("hours", "時間", kind="number"),
    SheetColumn("since", "着任日", kind="date"),
    SheetColumn("state", "状態", kind="choice", choices=[("active", "在職"), ("leave", "休職, 停職")]),
]
ROWS: list[dict[str, Any]] = [
    {
        "number": "0012345",
        "name": "𠮷田　花子 \n二行目",
        "hours": Decimal("12.5"),
        "since": date(2026, 4, 1),
        "state": "active",
    },
    {"number": "=cmd|' /C calc'!A0", "name": None, "hours": -3, "since": None, "state": "leave"},
]


def out_and_in(
    form: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[SheetColumn] = COLUMNS
) -> ReadResult:
    sheet = Sheet("職員", columns, rows)
    content = write_workbook([sheet]) if form == "xlsx" else write_csv(sheet)
    return read_table(content, f"職員.{form}", columns)


def values(result: ReadResult) -> list[dict[str, Any]]:
    assert result.problems == []
    assert [row.errors for row in result.rows] == [[]] * len(result.rows)
    return [row.values for row in result.rows]


def workbook(rows: Sequence[Sequence[Any]], **formats: str) -> bytes:
    """A workbook as a clerk saves it: whatever type stands in each cell."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    page = book.add_worksheet()
    style = book.add_format({"num_format": formats.get("date", "yyyy/m/d")})
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            if isinstance(value, datetime.date):
                page.write_datetime(number, place, value, style)
            else:
                page.write(number, place, value)
    book.close()
    return file.getvalue()


def repacked(content: bytes, change: Mapping[str, bytes]) -> bytes:
    """The same archive with parts replaced or added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {**dict.fromkeys(old.namelist()), **dict.fromkeys(change)}:
            new.writestr(name, change[name] if name in change else old.read(name))
    return file.getvalue()


def csv_file(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join(lines).encode(encoding)


def short(value: object) -> str | None:
    """Files make no names of tests: they are long, and some hold the time."""
    return "file" if isinstance(value, bytes | dict) else None


# --- the ordinary day -----------------------------------------------------------------------


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_out_and_in(form: str) -> None:
    result = out_and_in(form, ROWS)
    assert values(result) == [
        {**ROWS[0]},
        {**ROWS[1], "hours": Decimal(-3)},
    ]
    assert [row.number for row in result.rows] == [2, 3]
    assert result.columns == ["number", "name", "hours", "since", "state"]
    assert result.ok
    assert result.notes == []


def test_the_workbook_is_one_for_clerks() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook([Sheet("職員", COLUMNS, ROWS)])))
    page = book["職員"]
    assert page.freeze_panes == "A2"
    assert page["A1"].font.b
    assert page.auto_filter.ref == "A1:E3"
    assert not page.merged_cells.ranges
    assert page["A2"].number_format == "@"
    assert page["A2"].value == "0012345"
    assert page["A3"].data_type == "s"
    assert isinstance(page["D2"].value, datetime.datetime)
    assert page["B2"].alignment.wrap_text
    rules = {str(rule.sqref).split(":")[0]: rule for rule in page.data_validations.dataValidation}
    assert rules["E2"].type == "list"
    assert rules["E2"].formula1 == "'choices'!$A$1:$A$2"
    assert rules["A2"].prompt == "必須です。数字7桁"
    assert book["choices"].sheet_state == "hidden"
    assert [cell.value for cell in book["choices"]["A"]] == ["在職", "休職, 停職"]


def test_an_empty_list_is_a_form_to_fill_in() -> None:
    result = read_table(write_workbook([Sheet("職員", COLUMNS)]), "x.xlsx", COLUMNS)
    assert result.ok
    assert result.rows == []
    assert len(result.columns) == 5


def test_several_sheets_with_awkward_titles() -> None:
    titles = ["職員/一覧?", "職員:一覧*", "a" * 40, "a" * 41, "History", "", "𠮷" * 20]
    content = write_workbook([Sheet(title, COLUMNS, ROWS) for title in titles])
    names = openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    assert names[:2] == ["職員 一覧", "職員 一覧 (2)"]
    assert len(set(names)) == 8
    assert values(read_table(content, "x.xlsx", COLUMNS, sheet="職員 一覧 (2)"))
    assert "シート「ない」がありません" in read_table(content, "x.xlsx", COLUMNS, sheet="ない").problems[0]


def test_headings_in_any_order_and_language() -> None:
    content = csv_file("STATE,ﾒﾓ, 氏 名 ,職員番号", "在職,x,花子,01")
    result = read_table(content, "x.csv", COLUMNS)
    assert values(result) == [{"state": "active", "name": "花子", "number": "01"}]
    assert result.columns == ["state", "name", "number"]
    assert any("「ﾒﾓ」は使わない見出し" in note for note in result.notes)
    assert any("「着任日」の列がない" in note for note in result.notes)


def test_headings_by_alias_and_in_english() -> None:
    columns = [SheetColumn("yes", translation.gettext_lazy("Yes"), aliases=["可否"])]
    japanese = str(translation.gettext("Yes"))
    for heading in ("yes", "Yes", "可否", japanese):
        assert values(read_table(csv_file(heading, "1"), "x.csv", columns)) == [{"yes": "1"}]


def test_what_clerks_type_into_a_workbook() -> None:
    content = workbook(
        [
            ["職員番号", "氏名", "時間", "着任日", "状態"],
            [12345, 1.5, "１，２３４．５", "令和８年４月１日", "active"],
            [],
            ["a", True, "△３", 20260401, "休職，停職"],
            ["b", "　", 0.1, date(2026, 4, 1), ""],
            ["c", 1e20, 1e-7, "R8.4.1", None],
        ]
    )
    result = read_table(content, "x.xlsx", COLUMNS)
    april = date(2026, 4, 1)
    assert values(result) == [
        {"number": "12345", "name": "1.5", "hours": Decimal("1234.5"), "since": april, "state": "active"},
        {"number": "a", "name": "TRUE", "hours": Decimal(-3), "since": april, "state": "leave"},
        {"number": "b", "name": None, "hours": Decimal("0.1"), "since": april, "state": None},
        {
            "number": "c",
            "name": "100000000000000000000",
            "hours": Decimal("1E-7"),
            "since": april,
            "state": None,
        },
    ]
    assert [row.number for row in result.rows] == [2, 4, 5, 6]


@pytest.mark.parametrize(
    "style", ['[$-411]ggge"年"m"月"d"日"', "[$-411]ge.m.d", 'yyyy"年"m"月"d"日"', "m/d", "aaaa, d mmm"]
)
def test_dates_in_any_format_of_excel(style: str) -> None:
    content = workbook([["職員番号", "着任日"], ["1", date(2026, 4, 1)]], date=style)
    assert values(read_table(content, "x.xlsx", COLUMNS))[0]["since"] == date(2026, 4, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_encodings_of_csv(encoding: str) -> None:
    content = csv_file("職員番号,氏名", '001,"髙橋　①\r\n""部長"""', "", ",", encoding=encoding)
    assert values(read_table(content, "X.CSV", COLUMNS)) == [{"number": "001", "name": '髙橋　①\r\n"部長"'}]


def test_tabs_between_values() -> None:
    assert values(read_table(csv_file("職員番号\t氏名", "1\ta,b"), "x.txt", COLUMNS)) == [
        {"number": "1", "name": "a,b"}
    ]


# --- not a word is lost ---------------------------------------------------------------------

TEXT_ONLY = [SheetColumn("key", "番号"), SheetColumn("text", "本文")]
NASTY = [
    "_x0041_x0042_", "_x005F_x005F_x0041_", "<r>_x0041_x0042_\x01 &amp; </r>", "_x0041_x0042_<&>\r\n", "_x0041_x0042_" * 2000,
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'", "'=1", "''=1", "'abc", "  =1", "-",
    "_x0041_", "_x005F_x0041_", "x005F_", "_x000D_", "<r><t>a</t></r>", "<r></r>", "<r>_x0041_\x01</r>", "<r> \n</r>",
    "a\r\nb\rc\nd", " 先頭と末尾 ", "0001", "1e5", "TRUE", "#N/A", "\x01\x0b\x1f", "\ufffe\uffff", "{=1}", "http://a b",
    "𠮷野家", "葛󠄀城", "髙﨑", "👨‍👩‍👧", "a\u3000", "長" * 32_767, "]]>", "&amp;", '"', ",", "<!DOCTYPE x>", "_xD842_", "=", "__x0041__",
]  # fmt: skip


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_nasty_text_comes_back(form: str) -> None:
    rows = [{"key": str(number), "text": text} for number, text in enumerate(NASTY)]
    assert [row["text"] for row in values(out_and_in(form, rows, TEXT_ONLY))] == NASTY


words = st.text(max_size=30) | st.text(alphabet="'=+-@\t\r\n \"_x0F5<r>/a,;", max_size=12)
kept = words.filter(lambda text: bool(text.strip()))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(kept, min_size=1, max_size=6), st.sampled_from(["xlsx", "csv"]))
def test_any_text_comes_back(texts: list[str], form: str) -> None:
    if form == "csv":
        texts = [text.replace("\0", "") or "x" for text in texts]
        texts = [text if text.strip() else "x" for text in texts]
    rows = [{"key": str(number), "text": text} for number, text in enumerate(texts)]
    assert [row["text"] for row in values(out_and_in(form, rows, TEXT_ONLY))] == texts


numbers = st.decimals(
    allow_nan=False, allow_infinity=False, min_value=Decimal("-1e25"), max_value=Decimal("1e25"), places=4
)


@settings(deadline=None)
@given(
    numbers | st.integers(-(10**30), 10**30).map(Decimal),
    st.dates(min_value=date(1873, 1, 1)),
    st.sampled_from(["xlsx", "csv"]),
)
def test_any_number_and_date_comes_back(number: Decimal, day: date, form: str) -> None:
    (row,) = values(out_and_in(form, [{"number": "1", "hours": number, "since": day}]))
    assert row["hours"] == number
    assert row["since"] == day


@pytest.mark.parametrize(
    "number", [10**23, Decimal("1E+23"), 0.1, 1e-300, Decimal("0.10"), 2**53 + 1, Decimal("NaN")]
)
def test_numbers_that_a_spreadsheet_rounds(number: Any) -> None:
    result = out_and_in("xlsx", [{"number": "1", "hours": number}])
    if number == number:
        assert values(result)[0]["hours"] == Decimal(str(number))
    else:
        assert "「NaN」は数値ではありません" in result.rows[0].errors[0].message


def test_moments_are_written_as_days_of_the_town() -> None:
    from django.utils import timezone

    late = datetime.datetime(2026, 3, 31, 20, tzinfo=datetime.UTC)
    with timezone.override("Asia/Tokyo"):
        result = out_and_in(
            "xlsx", [{"number": late, "since": late, "name": datetime.datetime(2026, 1, 2, 3, 4)}]
        )
    assert values(result)[0]["since"] == date(2026, 4, 1)
    assert values(result)[0]["number"] == "2026-04-01 05:00"
    assert values(result)[0]["name"] == "2026-01-02 03:04"


def test_csv_is_safe_to_open() -> None:
    content = write_csv(Sheet("x", TEXT_ONLY, [{"key": "1", "text": text} for text in NASTY]))
    assert content.startswith(b"\xef\xbb\xbf")
    for line in content.decode("utf-8-sig").split("\r\n"):
        assert not re.search(r'(^|,)"?[=+\-@]', line) or ",-" not in line
    import csv

    for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        assert not row[1].lstrip().startswith(("=", "+", "-", "@", "＝"))


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_an_unknown_choice_is_not_lost(form: str) -> None:
    result = out_and_in(form, [{"number": "1", "state": "retired"}])
    assert (
        "「retired」は選択肢にありません。次から選んでください：在職、休職, 停職"
        in result.rows[0].errors[0].message
    )


def test_text_too_long_for_excel_is_refused() -> None:
    with pytest.raises(excel.SheetError) as refused:
        write_workbook([Sheet("x", TEXT_ONLY, [{"text": "a"}, {"text": "𠮷" * 16_384}])])
    assert "3行目の「本文」が長すぎて" in str(refused.value)


@pytest.mark.parametrize("write", [lambda sheet: write_workbook([sheet]), write_csv])
def test_broken_text_is_refused(write: Any) -> None:
    with pytest.raises(excel.SheetError, match="壊れた部分"):
        write(Sheet("x", TEXT_ONLY, [{"text": "a\ud842"}]))


# --- what people get wrong ------------------------------------------------------------------


def message(content: bytes, name: str = "x.xlsx", column: str = "") -> str:
    result = read_table(content, name, COLUMNS)
    assert result.problems == []
    (error,) = result.rows[0].errors
    assert not column or error.column == column
    return error.message


@pytest.mark.parametrize(
    ("column", "value", "part"),
    [
        ("時間", "3件", "「3件」は数値ではありません"),
        ("時間", True, "数値ではありません"),
        ("時間", date(2026, 1, 1), "数値ではありません"),
        ("時間", "1,2,3", "数値ではありません"),
        ("時間", "9" * 300, "…」は数値ではありません"),
        ("着任日", "2026年2月30日", "2026年2月30日という日付はありません"),
        ("着任日", datetime.datetime(2026, 1, 1, 9, 30), "時刻まで入っています"),
        ("着任日", 46349, "日付として読み取れません"),
        ("着任日", 1.5, "日付ではありません"),
        ("着任日", True, "日付ではありません"),
        ("氏名", date(2026, 1, 2), "書式を「文字列」"),
        ("氏名", "=1+1", "数式が入っています"),
        ("状態", "x" * 5000, "…」は選択肢にありません"),
    ],
)
def test_a_wrong_cell_says_what_to_do(column: str, value: Any, part: str) -> None:
    assert part in message(workbook([["職員番号", column], ["1", value]]))


@pytest.mark.filterwarnings("ignore:Cell .* is marked as a date")
def test_a_date_out_of_range() -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    page = book.add_worksheet()
    page.write_row(0, 0, ["職員番号", "着任日"])
    page.write(1, 0, "1")
    page.write_number(1, 1, 99_999_999, book.add_format({"num_format": "yyyy/m/d"}))
    book.close()
    assert "エラー（#VALUE!）" in message(file.getvalue())


def test_a_required_cell_is_empty() -> None:
    assert "必須です" in message(csv_file("職員番号,氏名", "　,花子"), "x.csv", "number")


def test_a_shifted_row_is_found() -> None:
    assert "見出しのない3列目" in message(csv_file("職員番号,氏名", "1,花子,3"), "x.csv")


def test_a_cell_too_long_in_csv() -> None:
    for length in (40_000, 200_000):  # the second is past csv's own limit
        assert "32,767文字以内" in message(csv_file("職員番号,氏名", "1," + "a" * length), "x.csv", "name")


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("x.csv", b"", "何も書かれていません"),
        ("x.csv", b"\xef\xbb\xbf", "何も書かれていません"),
        ("x.csv", csv_file("a,b", "1,2"), "見出しの行が見つかりません。最初の行に次の見出しを入力してください：職員番号、氏名"),
        ("x.csv", csv_file("氏名", "花子"), "必須の列「職員番号」がありません"),
        ("x.csv", csv_file("職員番号,氏名,なまえ,氏名", "1,2,3,4"), "見出し「氏名」の列が2つあります"),
        ("x.csv", csv_file("職員番号", '"1'), "CSVの2行目が読み取れません"),
        ("x.csv", "職員番号".encode("utf-16"), "文字コードが読み取れません"),
        ("x.csv", b"\xff\xfe\x00\x81", "文字コードが読み取れません"),
        ("x.csv", b"a\0b", "文字コードが読み取れません"),
        ("x.csv", write_workbook([Sheet("x", COLUMNS)]), "拡張子（.csv）と合いません"),
        ("x.xlsx", csv_file("職員番号", "1"), "拡張子（.xlsx）と合いません"),
        ("x.xlsx", b"PK\x03\x04 broken", "壊れているため"),
        ("x.xlsm", write_workbook([Sheet("x", COLUMNS)]), "マクロ付きのExcel（.xlsm）"),
        ("x.pdf", b"%PDF-1.7", "Excel（.xlsx）かCSV"),
        ("x.exe", write_workbook([Sheet("x", COLUMNS)]), "Excel（.xlsx）かCSV"),
        ("no ending", b"a", "Excel（.xlsx）かCSV"),
        ("x.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "パスワードを外して"),
        ("x.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 Workbook", "古い形式"),
    ],
    ids=short,
)  # fmt: skip
def test_a_file_that_cannot_be_read(name: str, content: bytes, part: str) -> None:
    result = read_table(content, name, COLUMNS)
    assert result.rows == []
    assert part in result.problems[0]
    assert not result.ok


def test_limits() -> None:
    limits = ReadLimits(max_bytes=1_000_000, max_rows=3, max_columns=2)
    assert read_table(csv_file("職員番号,氏名", *"123"), "x.csv", COLUMNS, limits).ok
    assert "上限3行" in read_table(csv_file("職員番号,氏名", *"1234"), "x.csv", COLUMNS, limits).problems[0]
    assert "上限2列" in read_table(csv_file("職員番号,氏名,a", "1"), "x.csv", COLUMNS, limits).problems[0]
    assert (
        "上限2列" in read_table(workbook([["職員番号", "氏名", "a"]]), "x.xlsx", COLUMNS, limits).problems[0]
    )
    assert "上限5MB" in read_table(b"a" * 5_300_000, "x.csv", COLUMNS).problems[0]


# --- what somebody does on purpose ----------------------------------------------------------

GOOD = write_workbook([Sheet("職員", COLUMNS, ROWS)])


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"xl/vbaProject.bin": b"x"}, "マクロ"),
        ({"xl/macrosheets/sheet1.xml": b"<x/>"}, "マクロ"),
        ({"xl/activeX/activeX1.xml": b"<x/>"}, "マクロ"),
        ({"[Content_Types].xml": b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"}, "マクロ"),
        ({"xl/embeddings/oleObject1.bin": b"x"}, "埋め込まれている"),
        ({"xl/x.bin": bytes(50_000_000)}, "展開すると"),
        ({f"xl/{number}.bin": b"" for number in range(6000)}, "展開すると"),
        ({"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'}, "壊れている"),
        ({"xl/workbook.xml": '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x><x/>'.encode("utf-16")}, "壊れている"),
        ({"XL/WORKBOOK.XML": b"<x/>"}, "壊れている"),
        ({"xl/workbook.xml": b"<x"}, "Excelファイルとして読み取れません"),
        ({"xl/sharedStrings.xml": b"<x/>"}, "Excelファイルとして読み取れません"),
        ({"xl/worksheets/sheet1.xml": b"<worksheet"}, "Excelファイルとして読み取れません"),
        (
            {
                "xl/_rels/a.rels": b'<Relationship Type="http://x/attachedTemplate" Target="https://evil.example/a" '
                b'TargetMode="External"/>'
            },
            "外部のサイト",
        ),
    ],
    ids=short,
)  # fmt: skip
def test_a_hostile_workbook(change: dict[str, bytes], part: str) -> None:
    result = read_table(repacked(GOOD, change), "x.xlsx", COLUMNS)
    assert result.rows == []
    assert part in result.problems[0]


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


def inline(*cells: str) -> str:
    return "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)


@pytest.mark.parametrize("row", ["1048576", "99999999999999"])
def test_rows_far_down_do_not_hang(row: str) -> None:
    rows = f"<row>{inline('職員番号')}</row><row>{inline('1')}</row><row r='{row}'>{inline('2')}</row>"
    result = read_table(
        repacked(GOOD, {"xl/worksheets/sheet1.xml": SHEET.format(rows).encode()}), "x.xlsx", COLUMNS
    )
    assert [found.values["number"] for found in result.rows] == (["1", "2"] if row == "1048576" else ["1"])


def test_inline_text_and_formulas_of_other_programs() -> None:
    rows = (
        f"<row>{inline('職員番号', '氏名', '時間')}</row><row>{inline('_x0041_1')}<c><f>1+1</f><v>2</v></c>"
    )
    rows += '<c t="e"><v>#N/A</v></c></row>'
    result = read_table(
        repacked(GOOD, {"xl/worksheets/sheet1.xml": SHEET.format(rows).encode()}), "x.xlsx", COLUMNS
    )
    assert result.rows[0].values == {"number": "A1"}
    assert "数式が入っています" in result.rows[0].errors[0].message
    assert "エラー（#N/A）" in result.rows[0].errors[1].message


def test_furigana_is_not_read_as_text() -> None:
    strings = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>職員番号</t></si>'
        '<si><r><t>東京</t></r><r><t xml:space="preserve"> 太郎</t></r><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si></sst>'
    )
    rows = '<row><c t="s"><v>0</v></c></row><row><c t="s"><v>1</v></c></row>'
    content = repacked(
        GOOD,
        {"xl/sharedStrings.xml": strings.encode(), "xl/worksheets/sheet1.xml": SHEET.format(rows).encode()},
    )
    assert values(read_table(content, "x.xlsx", COLUMNS)) == [{"number": "東京 太郎"}]


def test_hidden_sheets_are_not_read() -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.add_worksheet("old").write(0, 0, "職員番号")
    page = book.add_worksheet("new")
    page.write_column(0, 0, ["職員番号", "7"])
    page.activate()
    page.set_first_sheet()
    book.worksheets()[0].hide()
    book.close()
    assert values(read_table(file.getvalue(), "x.xlsx", COLUMNS)) == [{"number": "7"}]


def test_damage_anywhere_is_reported() -> None:
    for place in range(0, len(GOOD), 97):
        damaged = GOOD[:place] + bytes([GOOD[place] ^ 0x55]) + GOOD[place + 1 :]
        result = read_table(damaged, "x.xlsx", COLUMNS)
        assert result.problems or result.rows


@given(st.binary(max_size=300), st.sampled_from(["x.csv", "x.xlsx", "x"]))
def test_any_bytes(content: bytes, name: str) -> None:
    read_table(content, name, COLUMNS)


def test_ten_thousand_rows_in_reasonable_time() -> None:
    columns = [SheetColumn(letter, letter) for letter in string.ascii_lowercase[:10]]
    rows = [{column.key: f"値{number}" for column in columns} for number in range(10_000)]
    assert len(values(out_and_in("xlsx", rows, columns))) == 10_000


class TestRaw:
    """Rows whose columns nobody knows yet."""

    def test_as_the_file_has_them(self) -> None:
        content = "日時,質問\n\n2026/10/1,はい\n".encode("cp932")
        assert read_raw(content, "log.csv") == [(1, ["日時", "質問"]), (3, ["2026/10/1", "はい"])]

    @pytest.mark.parametrize(
        ("content", "name"),
        [(b"\x00\x01", "log.csv"), (b"PK\x03\x04", "log.xlsx"), (b"a,b", "log.pdf"), (b'"a', "log.csv")],
    )
    def test_no_table(self, content: bytes, name: str) -> None:
        with pytest.raises(SheetError):
            read_raw(content, name)

    def test_too_many_rows(self) -> None:
        with pytest.raises(SheetError):
            read_raw(b"a\n1\n2\n3\n", "log.csv", ReadLimits(max_rows=2))


class TestBook:
    """Every sheet, with what holds no value of its own."""

    def test_sheets_hidden_ones_formulas_and_errors(self) -> None:
        file = io.BytesIO()
        book = xlsxwriter.Workbook(file, {"in_memory": True})
        book.add_worksheet("一").write_row(0, 0, ["質問", 3])
        page = book.add_worksheet("二")
        page.write_formula(1, 0, "=1+1")
        page.write_formula(1, 1, "=NA()", None, "#N/A")
        book.add_worksheet("三").write(0, 0, "隠れた")
        book.worksheets()[2].hide()
        book.add_worksheet("空")
        book.close()
        pages = read_book(file.getvalue(), "x.xlsx", ReadLimits(max_columns=2))
        assert [(one.title, one.hidden) for one in pages] == [
            ("一", False),
            ("二", False),
            ("三", True),
            ("空", False),
        ]
        assert [one.rows for one in pages] == [
            [(1, ["質問", 3])],
            [(2, [Formula(), Formula()])],
            [(1, ["隠れた", None])],
            [],
        ]

    def test_an_error_that_stands_for_itself(self) -> None:
        book = openpyxl.Workbook()
        book.worksheets[0].append(["#NAME?"])
        out = io.BytesIO()
        book.save(out)
        [page] = read_book(out.getvalue(), "x.xlsx", ReadLimits(max_columns=1))
        assert page.rows == [(1, [Broken("#NAME?")])]

    def test_a_csv_file_is_one_sheet(self) -> None:
        assert read_book(b"a\n\nb\n", "x.csv") == [Page("", [(1, ["a"]), (3, ["b"])])]

    def test_too_many_rows_and_too_many_bytes(self) -> None:
        with pytest.raises(SheetError):
            read_book(b"a\n1\n2\n3\n", "log.csv", ReadLimits(max_rows=2))
        with pytest.raises(SheetError):
            read_book(b"a\n1\n2\n3\n", "log.csv", ReadLimits(max_bytes=2))

    def test_of_a_hidden_sheet_no_more_is_read_than_of_others(self) -> None:
        book = openpyxl.Workbook()
        page = book.create_sheet("隠れた")
        for _ in range(9):
            page.append(["a"])
        page.sheet_state = "hidden"
        out = io.BytesIO()
        book.save(out)
        assert len(read_book(out.getvalue(), "x.xlsx", ReadLimits(max_rows=2))[1].rows) == 3
