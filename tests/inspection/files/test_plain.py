"""Text, CSV, TSV and JSON."""

from __future__ import annotations

import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection.files import FileLimits, TooManyCells, TooMuchText, extract
from kijun.inspection.files.plain import separator_of
from tests.inspection.files.making import shown


def test_it_works() -> None:
    document = extract("一行目\n\n三行目 山田太郎\n".encode(), "メモ.txt")
    assert document.kind == "text"
    assert document.text == "一行目\n\n三行目 山田太郎"
    assert document.place_of(10, 14).words.ja == "3行目"


def test_zero_bytes_are_left_out_and_told_of() -> None:
    document = extract("氏名,電話\n山田\x00太郎,090-1234-5678\n".encode("cp932"), "名簿.csv")
    assert document.text == "氏名\t電話\n山田太郎\t090-1234-5678"
    assert "NUL" in document.notes[0].ja
    assert "1 zero byte" in document.notes[0].en


def test_csv_cells_have_line_and_column() -> None:
    data = '氏名,住所,電話\r\n"山田\r\n太郎","東京都, 千代田区",\r\n佐藤,,03\r\n'.encode("cp932")
    document = extract(data, "名簿.csv")
    assert document.kind == "csv"
    assert document.text == "氏名\t住所\t電話\n山田 太郎\t東京都, 千代田区\n佐藤\t\t03"
    assert shown(document)[-2:] == [("4行目 1列目", "佐藤"), ("4行目 3列目", "03")]


@pytest.mark.parametrize(("name", "separator"), [("a.csv", ";"), ("a.csv", "\t"), ("a.tsv", "\t")])
def test_other_separators(name: str, separator: str) -> None:
    assert (
        extract(f"氏名{separator}住所\n山田{separator}東京\n".encode(), name).text == "氏名\t住所\n山田\t東京"
    )


@pytest.mark.parametrize("title", ["受付簿;令和6年度", "受付簿", '"a;b;c",x', "令和6年度;第1回;案"])
@pytest.mark.parametrize("separator", [",", "\t"])
def test_a_title_above_the_table_does_not_say_what_parts_cells(title: str, separator: str) -> None:
    rows = "".join(f"{name}{separator}090\n" for name in ("氏名", "山田太郎", "佐藤花子"))
    assert "山田太郎\t090\n佐藤花子\t090" in extract(f"{title}\n{rows}".encode(), "a.csv").text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sep=;\nx;y,z\n", ";"),
        ("a;b\n1,5;2,5\n3,5;4,5\n", ";"),
        ("a\n", ","),
        ("", ","),
        ('a,b\n"x;y;z",1\n', ","),
    ],
)
def test_what_parts_the_cells(text: str, expected: str) -> None:
    assert separator_of(text, tabs=False) == expected


def test_what_is_encrypted_in_a_text_is_not_opened() -> None:
    document = extract(b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n", "a.asc")
    assert (document.unread, document.unopened) == (1, 1)


def test_the_frame_of_an_address_card_is_no_text() -> None:
    card = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:山田太郎\r\nEND:VCARD\r\n"
    assert shown(extract(card.encode(), "a.vcf")) == [("2行目", "VERSION:4.0"), ("3行目", "FN:山田太郎")]


@pytest.mark.parametrize("rows", [3, 500])
def test_a_quotation_mark_that_is_never_closed_is_one_that_somebody_typed(rows: int) -> None:
    document = extract(('氏名,備考\n山田太郎,"開いたまま\n' + "佐藤花子,x\n" * rows).encode(), "a.csv")
    assert document.text.startswith('氏名\t備考\n山田太郎\t"開いたまま\n佐藤花子\tx\n')
    assert shown(document)[-2:] == [(f"{rows + 2}行目 1列目", "佐藤花子"), (f"{rows + 2}行目 2列目", "x")]


def test_a_cell_may_be_as_long_as_a_text() -> None:
    document = extract(f"氏名,備考\n山田太郎,{'あ' * 200_000}\n佐藤花子,b\n".encode(), "a.csv")
    assert shown(document)[-2:] == [("3行目 1列目", "佐藤花子"), ("3行目 2列目", "b")]


def test_each_line_of_a_long_cell_has_its_place() -> None:
    long = "申請の理由を書いてください。" * 3
    document = extract(f'氏名,備考,電話\n山田,"\n{long}\n\n佐藤",03\n鈴木,x,04'.encode(), "a.csv")
    assert document.text == f"氏名\t備考\t電話\n山田\t{long}\n\n佐藤\t03\n鈴木\tx\t04"
    assert shown(document)[4:7] == [("3行目 2列目", long), ("5行目 2列目", "佐藤"), ("5行目 3列目", "03")]


@given(st.text(alphabet='a",\n ', max_size=60))
def test_rows_are_those_of_everybody_where_all_marks_are_closed(text: str) -> None:
    try:
        rows = list(csv.reader(io.StringIO(text + "\n"), strict=True))
    except csv.Error:
        return
    cells = [cell for row in rows for cell in row if cell.strip()]
    document = extract(text.encode(), "a.csv")
    assert document.text.split() == " ".join(cells).split()


def test_a_table_of_open_marks_takes_no_longer() -> None:
    start = time.process_time()
    extract(('"""",' * 50 + '"\n').encode() * 5_000, "a.csv", FileLimits(cells=2_000_000))
    assert time.process_time() - start < 5


def test_escapes_hide_nothing_in_json() -> None:
    document = extract(
        rb'{"name": "\u5c71\u7530", "half": "\ud800", "pair": "\ud842\udfb7", "path": "a\\u5c71", "l": "x\ny"}',
        "a.json",
    )
    assert document.text == r'{"name": "山田", "half": "\ud800", "pair": "𠮷", "path": "a\u5c71", "l": "x y"}'


def test_json_lines_have_lines() -> None:
    document = extract(b'{"a":1}\n{"a":"\\u5c71\\u3000\\u7530"}\n', "a.jsonl")
    assert shown(document)[1] == ("2行目", '{"a":"山\u3000田"}')


def test_one_line_of_ten_megabytes_is_refused() -> None:
    with pytest.raises(TooMuchText):
        extract(b"a" * 10_000_000, "a.txt")
    with pytest.raises(TooMuchText):
        extract(b"a" * 2_100_000, "a.txt")


def test_cells_are_bounded() -> None:
    with pytest.raises(TooManyCells):
        extract(b"1,2,3\n" * 100, "a.csv", FileLimits(cells=200))


def test_an_empty_file_is_a_document() -> None:
    assert extract(b"", "").text == ""
