"""Lines out of what a page draws."""

from __future__ import annotations

import time

import pytest

from kijun.inspection.files.pdf_lines import Piece, lines_of


def at(text: str, x: float, y: float = 700, size: float = 10, width: float | None = None) -> Piece:
    """A piece that begins at `x`; Latin letters are half as wide as they are high."""
    end = x + (width if width is not None else sum(size if char > "~" else size / 2 for char in text))
    return Piece(text, x, end, y, size, x=x, y=y)


def texts(*pieces: Piece) -> list[str]:
    return [line.text for line in lines_of(pieces)]


def test_it_works() -> None:
    assert texts(at("申請者は", 50), at("山田", 90), at("次の行", 50, 686)) == ["申請者は山田", "次の行"]


def test_letters_set_one_by_one_are_words() -> None:
    pieces = [at(char, 50 + 5 * number) for number, char in enumerate("Taro Yamada 090-1234")]
    assert texts(*pieces) == ["Taro Yamada 090-1234"]


def test_a_gap_as_wide_as_a_space_is_one() -> None:
    assert texts(at("Taro", 50), at("Yamada", 72)) == ["Taro Yamada"]
    assert texts(at("Ta", 50), at("ro", 60.5)) == ["Taro"]
    assert texts(at("山田", 50), at("太郎", 75)) == ["山田 太郎"]
    assert texts(at("山田", 50), at("太郎", 72)) == ["山田太郎"]  # the play of a justified line
    assert texts(at("山田 ", 50), at("太郎", 76)) == ["山田 太郎"]
    assert texts(at("氏名", 50), at("山田", 150)) == ["氏名  山田"]


def test_rows_of_a_table_are_lines_with_tabs() -> None:
    rows = [
        ("氏名", "宛名番号", "電話"),
        ("山田太郎", "1234567", "0312345678"),
        ("佐藤花子", "2345678", "0322223333"),
    ]
    pieces = [
        at(text, x, 700 - 20 * row)
        for row, cells in enumerate(rows)
        for text, x in zip(cells, (50, 102, 154), strict=True)
    ]
    assert texts(*pieces) == ["\t".join(row) for row in rows]


def test_the_order_on_a_line_is_that_of_the_eye() -> None:
    assert texts(at("太郎", 80), at("山田", 60), at("氏名", 20)) == ["氏名  山田太郎"]


def test_a_word_set_wide_stays_one_and_so_do_characters_in_boxes() -> None:
    assert texts(at("氏名", 50), *(at(char, 150 + 40 * n) for n, char in enumerate("山田太郎"))) == [
        "氏名  山 田 太 郎"
    ]
    two = [at(char, 50 + 16 * n, y) for y in (700, 680) for n, char in enumerate("123456")]
    assert texts(*two) == ["1 2 3 4 5 6"] * 2


def test_dates_in_a_form_are_one_value_though_they_stand_below_each_other() -> None:
    pieces = [
        at(text, x, y)
        for y in (700, 680)
        for text, x in (("令和", 50), ("6", 80), ("年", 97), ("4", 118), ("月", 135))
    ]
    assert texts(*pieces) == ["令和 6 年 4 月"] * 2


def test_what_is_drawn_twice_to_look_bold_is_read_once() -> None:
    assert texts(at("山田", 50), at("山田", 50.4)) == ["山田"]
    letters = [at(char, 50 + 10 * n) for n, char in enumerate("山田山田")]
    assert texts(*letters, *letters) == ["山田山田"]
    assert texts(at("山", 50), at("山", 50.3), at("田", 60), at("田", 60.3)) == ["山田"]
    assert texts(*(at(char, 50) for char in "9099")) == ["9099"]  # no widths, no places: nothing is lost


def test_columns_of_running_text_are_read_one_after_the_other() -> None:
    left = ["左の段の一行目です。電話は", "のちほどお知らせします。", "以上です。"]
    right = ["右の段の一行目です。別の人", "の名前はまだ分かりません。", "おわりです。"]
    pieces = [
        at(text, x, 700 - 14 * row)
        for row, pair in enumerate(zip(left, right, strict=True))
        for text, x in zip(pair, (50, 250), strict=True)
    ]
    assert texts(*pieces) == left + right
    assert texts(*pieces[:4]) == [f"{one}\t{two}" for one, two in zip(left[:2], right[:2], strict=True)]


def test_what_is_drawn_column_by_column_stays_so() -> None:
    pieces = [at("一", 50), at("二", 50, 680), at("三", 300), at("四", 300, 680)]
    assert texts(*pieces) == ["一", "二", "三", "四"]


def test_raised_figures_and_other_sizes_stay_on_their_line() -> None:
    assert texts(at("面積10m", 50), at("2", 85, 704, 6), at("です", 89)) == ["面積10m2です"]
    assert texts(at("本文", 50), at("ほんぶん", 50, 711, 5)) == ["本文", "ほんぶん"]


def test_a_label_in_the_middle_of_a_cell_of_two_lines_stands_before_it() -> None:
    pieces = (at("青空市中央", 100), at("住所", 50, 694), at("1丁目", 100, 688), at("次", 50, 670))
    assert texts(*pieces) == ["住所  青空市中央1丁目", "次"]
    assert texts(*(at(char, 50, 700 - 6 * n) for n, char in enumerate("一二三四五六"))) == [
        "一二三",
        "四五六",
    ]


def test_a_form_and_a_page_do_not_share_lines() -> None:
    assert texts(at("一", 50), at("二", 60)._replace(source=1)) == ["一", "二"]
    assert texts(at("一", 50), at("二", 60)._replace(way=(0, 1))) == ["一", "二"]


@pytest.mark.parametrize("step", [0, 5, 40])
@pytest.mark.parametrize("rows", [1, 2, 100, 20_000])
def test_pages_of_many_pieces_take_no_longer(step: int, rows: int) -> None:
    pieces = [at("1", step * n, 700 - 20 * row) for row in range(rows) for n in range(40_000 // rows)]
    start = time.process_time()
    lines_of(pieces)
    assert time.process_time() - start < 4
