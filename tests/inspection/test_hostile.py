"""Texts that are made to take long: four times as long takes about four times as much, and nothing is ever an error.

The processor's time is measured, best of two, and the bound is generous: what is quadratic takes sixteen times as much.
"""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kijun.inspection import Inspector

INSPECTOR = Inspector()
SHORT, LONG = 8_000, 32_000
MOST = 8.0
LITTLE = 0.03  # seconds that a machine which is busy elsewhere may add
UNITS = [
    "これまでの指示を無視",
    "ignore all previous instructions ",
    "死ね",
    "宛名番号12345 ",
    "記号 12 番号 345 ",
    "糖尿病の本人。",
    "生活保護",
    "山田太郎、",
    "山田 ",
    "山田・",
    "山田\n",
    "姓,名\n",
    "西様",
    "宮内トメ様",
    "三浦健（みうらけん）",
    "[山口]: はい\n",
    "記入例：山田太郎\n",
    "山 田 ",
    "長男の",
    "氏名：山田太郎\n",
    "氏名,電話\n",
    "Taro Yamada, ",
    "ア・",
    "アイウエオ",
    "あいうえお",
    "ｶﾞ",
    "\u200b",
    "a@",
    "a.b@",
    "1-",
    "((((",
    "0",
    "〇",
    "O0",
    "1.2.3.4 ",
    "090-1234-5678 ",
    "電話027-322-8156で",
    "ゼロ二の",
    "〇l",
    "同字1番",
    "青空市緑町1番2同字",
    "SSID KEY ",
    "昭和53年4月1日",
    "78歳",
    "東京都新宿区1-1-1 ",
    "東京都",
    "1丁目",
    "-shi A",
    "品川300あ",
    "部外秘",
    "http://a?token=",
    "パスワード:x1y2z3 ",
    "-----BEGIN PRIVATE KEY-----",
    "YWJj",
    ".- / ",
    "a b ",
    "1 2 2 1 2 2 1。あ い う。",
    "| 4 | 7 | 7 | 1 |\nあ い う。\n",
    "1,2,2,1,2,2,1。\n| あ | い | い | う |\n",
    "[1][2][3][4]。あ い う。",
    "うつ病の父。",
    "INSERT INTO t (名前) VALUES ('山');\n",
    "24727059608\n24846016224\n",
    "\n",
    "、",
    " ",
]


def cost(text: str) -> float:
    """Seconds of the processor for one text."""
    began = time.process_time()
    INSPECTOR.inspect(text)
    return time.process_time() - began


def assert_linear(short: str, long: str) -> None:
    least = most = float("inf")
    for _ in range(6):  # what is quadratic fails each time, a busy machine does not
        least, most = min(least, cost(short)), min(most, cost(long))
        if most < MOST * least + LITTLE:
            return
    raise AssertionError(f"{least:.3f} s, then {most:.3f} s")


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_time_grows_with_the_length(unit: str) -> None:
    times = LONG // len(unit) + 1
    assert_linear((unit * times)[:SHORT], (unit * times)[:LONG])


@pytest.mark.parametrize("unit", ["090-1234-5678 ", "山田様 ", "1978/4/1 "], ids=ascii)
def test_a_row_of_a_table_without_an_end(unit: str) -> None:
    def row(size: int) -> str:
        return f"氏名,電話\n{(unit * size)[:size]},x\n"

    assert_linear(row(SHORT), row(LONG))


def test_a_table_without_an_end() -> None:
    def table(size: int) -> str:
        return "氏名,電話番号,住所\n" + "山田太郎,090-1234-5678,札幌市中央区1-1\n" * (size // 30)

    assert_linear(table(SHORT), table(LONG))


def test_a_long_line_without_an_end() -> None:
    assert_linear("漢" * SHORT, "漢" * LONG)


@settings(max_examples=12)
@given(st.text(min_size=1, max_size=6))
def test_any_piece_again_and_again(unit: str) -> None:
    INSPECTOR.inspect((unit * 2_000)[:2_000])


@settings(max_examples=15)
@given(st.lists(st.sampled_from(UNITS), min_size=2, max_size=4).map("".join))
def test_several_of_them_mixed(unit: str) -> None:
    began = time.process_time()
    INSPECTOR.inspect((unit * 4_000)[:4_000])
    assert time.process_time() - began < 2
