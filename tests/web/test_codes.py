"""全国地方公共団体コード."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.web.codes import CodeError, check_municipality_code, municipality_check_digit


@pytest.mark.parametrize("code", ["131016", "011002", "141003", "271004", "472018"])
def test_real_codes(code: str) -> None:
    assert check_municipality_code(code) == code
    assert municipality_check_digit(code[:5]) == code[5]


@pytest.mark.parametrize(
    "text", ["１３１０１６", " 131016 ", "13101 6", "13101-6", "１３１０１－６", "13 101 6", "13101ー6"]
)
def test_how_people_write_it(text: str) -> None:
    assert check_municipality_code(text) == "131016"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("131015", "検査数字"),
        ("13101", "先頭の0"),
        ("11002", "先頭の0"),
        ("", "6桁"),
        ("1310161", "6桁"),
        ("13101a", "数字でない文字"),
        ("東京都", "数字でない文字"),
        ("一三一〇一六", "数字でない文字"),
        ("٣٣١٠١٦", "数字でない文字"),
        ("000001", "都道府県"),
        ("990001", "都道府県"),
        ("1" * 10_000, "6桁"),
    ],
)
def test_refused_with_what_to_do(text: str, part: str) -> None:
    with pytest.raises(CodeError) as refused:
        check_municipality_code(text)
    assert part in str(refused.value)


def test_the_message_does_not_offer_a_digit() -> None:
    with pytest.raises(CodeError) as refused:
        check_municipality_code("131019")
    assert not any(character in "023456789" for character in str(refused.value))


@pytest.mark.parametrize("five", ["", "1310", "131016", "1310a", "１３１０１"])
def test_a_check_digit_needs_five_digits(five: str) -> None:
    with pytest.raises(ValueError, match="five digits"):
        municipality_check_digit(five)


@given(st.integers(1, 47), st.integers(0, 999), st.integers(1, 9))
def test_one_wrong_digit_is_found(prefecture: int, rest: int, off: int) -> None:
    five = f"{prefecture:02}{rest:03}"
    right = municipality_check_digit(five)
    assert check_municipality_code(five + right) == five + right
    with pytest.raises(CodeError):
        check_municipality_code(five + str((int(right) + off) % 10))
