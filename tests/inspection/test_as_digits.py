"""Kanji numerals and misread letters as digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection.as_digits import as_digits
from kijun.inspection.fold import fold


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("〇九〇-一二三四-五六七八", "090-1234-5678"),
        ("零九〇（一二三四）五六七八", "090(1234)5678"),
        ("〇九〇の一二三四の五六七八", "090-1234-5678"),
        ("一二三四 五六七八 九〇一八", "1234 5678 9018"),
        ("O9O-1234-5678", "090-1234-5678"),
        ("l23-4S67-B9O1", "123-4567-8901"),
        ("AB1234567OCD", "AB12345670CD"),
        ("０９０−１２３４−５６７８", "090-1234-5678"),
    ],
)
def test_numerals_in_kanji_and_slips_become_digits(text: str, read: str) -> None:
    assert as_digits(fold(text).text) == read


@pytest.mark.parametrize(
    "text",
    [
        "二〇二四年",
        "一つ、二つ、三つ",
        "九月二日",
        "SOS",
        "BOOKS and BOLD",
        "https://example.com/?id=O0O0O0O0",
        "tokenl00000lO",
        "user_1O0O0O0",
        "OlIOlIOl 1",  # more slips than figures
    ],
)
def test_words_and_codes_stay(text: str) -> None:
    assert as_digits(fold(text).text) == text


@given(
    st.text(st.one_of(st.sampled_from("〇一二九OlISBo0189-ー.・ のAB()、\n"), st.characters()), max_size=60)
)
def test_digits_are_as_long_as_the_text(text: str) -> None:
    folded = fold(text).text
    digits = as_digits(folded)
    assert len(digits) == len(folded)
    assert digits.count("\n") == folded.count("\n")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("口座No.S9O333l", "口座No.5903331"),
        ("免許証No43OS1937890O", "免許証No430519378900"),
        ("account_no=S9O333l", "account_no=5903331"),
        ("登録番号T7l2345678901", "登録番号T7123456789" + "01"),
        ("https://example.jp/?id=S9O333l", "https://example.jp/?id=S9O333l"),
        ("AT7l2345678901", "AT7l2345678901"),
    ],
)
def test_what_may_lead_a_misread_number(text: str, read: str) -> None:
    assert as_digits(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("〇二四〇(三三)五l八七", "0240(33)5187"),
        ("〇九〇-七七一O-三三〇八", "090-7710-3308"),
        ("二〇二六年 OA室", "二〇二六年 OA室"),
        ("一二三四五六 Oh", "123456 Oh"),
    ],
)
def test_letters_among_kanji_numerals(text: str, read: str) -> None:
    assert as_digits(text) == read


def test_the_letter_of_a_passport_is_no_figure() -> None:
    assert as_digits("passport (B3777877)") == "passport (B3777877)"
    assert as_digits("O9O-1234-5678") == "090-1234-5678"
