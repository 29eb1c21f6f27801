"""Numbers as people see them; the right column is what Excel shows in a Japanese edition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection.files.number_format import BUILT_IN, shown


@pytest.mark.parametrize(
    ("raw", "code", "expected"),
    [
        ("9012345678", "", "9012345678"),
        ("1.23456789012E+11", "General", "123456789012"),
        ("0.1", "G/標準", "0.1"),
        ("45383", BUILT_IN[14], "2024/4/1"),
        ("45383.5", BUILT_IN[22], "2024/4/1 12:00"),
        ("45383", 'yyyy"年"m"月"d"日"(aaa)', "2024年4月1日(月)"),
        ("45383", "[$-411]ge.m.d;@", "R6.4.1"),
        ("45383", "[$-ja-JP]gggee\\年mm\\月dd\\日 aaaa", "令和06年04月01日 月曜日"),
        ("31138", BUILT_IN[58], "昭和60年4月1日"),
        ("43585", BUILT_IN[57], "H31.4.30"),
        ("43586", BUILT_IN[57], "R1.5.1"),
        ("59", "yyyy/m/d", "1900/2/28"),
        ("45383", "d-mmm-yy", "1-Apr-24"),
        ("45383", "dddd, mmmm dd, yyyy", "Monday, April 01, 2024"),
        ("0.75", "h:mm AM/PM", "6:00 PM"),
        ("0.5208333333", "hh:mm:ss", "12:30:00"),
        ("1.5", "[h]:mm", "36:00"),
        ("0.0104166667", "mm:ss", "15:00"),
        ("-1", "yyyy/m/d", "-1"),
        ("99999999", "yyyy/m/d", "99999999"),
        ("1234567", "#,##0", "1,234,567"),
        ("1234.5", "#,##0.00", "1,234.50"),
        ("-1234.5", "#,##0", "-1,235"),
        ("-1234", "#,##0;[Red]△#,##0", "△1,234"),
        ("0.125", "0.0%", "12.5%"),
        ("12345678901", "000000000000", "012345678901"),
        ("600001", "000-0000", "060-0001"),
        ("600001", "[<=999]000;[<=9999]000-00;000-0000", "060-0001"),
        ("123", "[<=999]000;[<=9999]000-00;000-0000", "123"),
        ("312345678", "[<=99999999]####-####;\\(00\\)\\ ####-####", "(03) 1234-5678"),
        ("123456789018", '0000" "0000" "0000', "1234 5678 9018"),
        ("5", '0"人"', "5人"),
        ("1500", '"¥"#,##0', "¥1,500"),
        ("0", "0;-0;;@", "0"),
        ("12.5", "# ?/?", "12.5"),
        ("abc", "0", "abc"),
        ("nan", "0", "nan"),
        ("1e999", "0", "1e999"),
    ],
)
def test_shown(raw: str, code: str, expected: str) -> None:
    assert shown(raw, code) == expected


def test_1904() -> None:
    assert shown("0", "yyyy/m/d", from_1904=True) == "1904/1/1"


@given(st.text(alphabet='0#?.,-;[]<>="\\ymdhsgea年%E/@ $411', max_size=40), st.floats() | st.integers())
def test_no_format_fails(code: str, number: float) -> None:
    assert isinstance(shown(str(number), code), str)
