"""Codes of labels: typed by people, never guessed, never mistaken for another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.governance.reviews import codes

made = st.text(codes.ALPHABET, min_size=11, max_size=11).map(lambda body: body + codes._check(body))


def test_it_works() -> None:
    code = codes.make()
    assert codes.read(codes.shown(code)) == code
    assert len({codes.make() for _ in range(1000)}) == 1000


@pytest.mark.parametrize("gap", ["", "-", " ", "ー", "－", "‐", "\u3000", ".", "\u200b"])
def test_any_width_case_and_gap_is_read(gap: str) -> None:
    code = codes.make()
    typed = gap.join(code[at : at + 4] for at in (0, 4, 8)).lower()
    assert codes.read(typed) == code
    assert (
        codes.read(typed.translate({ord(one): ord(one) + 0xFEE0 for one in typed if "!" <= one <= "~"}))
        == code
    )


@given(made, st.integers(0, 11), st.sampled_from(codes.ALPHABET))
def test_one_wrong_character_is_found(code: str, place: int, other: str) -> None:
    wrong = code[:place] + other + code[place + 1 :]
    assert (codes.read(wrong) is None) == (wrong != code)


@given(made, st.integers(0, 11), st.integers(0, 11))
def test_two_that_changed_places_are_found(code: str, a: int, b: int) -> None:
    swapped = list(code)
    swapped[a], swapped[b] = swapped[b], swapped[a]
    wrong = "".join(swapped)
    assert (codes.read(wrong) is None) == (wrong != code)


@pytest.mark.parametrize(
    "typed", ["", "K7X2", "O0I1-LLLL-0000", "あいうえおかきくけこさし", "\0" * 12, "A" * 5000]
)
def test_what_is_no_code(typed: str) -> None:
    assert codes.read(typed) is None
