"""Text, CSV, TSV and JSON."""

from __future__ import annotations

import pytest

from kijun.inspection.files import FileLimits, TooManyCells, TooMuchText, extract
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


@pytest.mark.parametrize("data", ['a,"b\n' + "x\n" * 500, 'a,"' + "x" * 200_000])
def test_a_table_that_is_none_is_read_as_lines(data: str) -> None:
    document = extract(data.encode(), "a.csv")
    assert document.pieces[0].place.words.ja == "1行目"
    assert document.text == data.rstrip("\n")


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
