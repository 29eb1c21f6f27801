"""Check digits: numbers that are published as right are right, and of ten last digits one fits."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection.check_digits import (
    CHECKS,
    corporate_number,
    driver_license,
    insurer_number,
    luhn,
    my_number,
    payment_card,
    resident_code,
)

Check = Callable[[str], bool]


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


@pytest.mark.parametrize(
    ("check", "number"),
    [
        (my_number, "123456789018"),
        (my_number, "621498320257"),
        (my_number, "983205673214"),
        (corporate_number, "7000012050002"),
        (corporate_number, "7123456789012"),
        (corporate_number, "4011001098993"),
        (resident_code, "24727059608"),
        (resident_code, "24846016224"),
        (resident_code, "25208017643"),
        (insurer_number, "33120015"),
        (insurer_number, "01130012"),
        (driver_license, "309012345620"),
        (luhn, "4111111111111111"),
        (payment_card, "4111111111111111"),
        (payment_card, "5555555555554444"),
        (payment_card, "3530111333300000"),
        (payment_card, "378282246310005"),
        (payment_card, "30569309025904"),
    ],
)
def test_a_published_number_is_right_and_its_neighbours_are_not(check: Check, number: str) -> None:
    assert check(number)
    place = 10 if check is driver_license else len(number) - 1
    for other in set("0123456789") - {number[place]}:
        assert not check(number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize(
    ("check", "number"),
    [
        (my_number, "12345678901"),
        (my_number, "1234567890180"),
        (resident_code, "123456789018"),
        (corporate_number, "700001205000"),
        (insurer_number, "3312001"),
        (driver_license, "30901234562"),
        (payment_card, "4111111111111"),  # 13 digits are no longer issued
        (payment_card, "0000000000000000"),
        (payment_card, "1234567812345670"),  # nobody issues 1…
        (payment_card, "9999999999999995"),
    ],
)
def test_another_length_or_an_issuer_that_is_not_there_is_refused(check: Check, number: str) -> None:
    assert not check(number)


@pytest.mark.parametrize(
    "check", [my_number, resident_code, corporate_number, payment_card, insurer_number, driver_license]
)
def test_nothing_is_no_number(check: Check) -> None:
    assert not check("")


def test_rules_find_every_check_by_its_name() -> None:
    assert set(CHECKS) == {
        "my_number",
        "resident_code",
        "corporate_number",
        "luhn",
        "payment_card",
        "insurer_number",
        "driver_license",
    }
    assert CHECKS["my_number"] is my_number


@given(digits(11))
def test_one_last_digit_in_ten_fits_an_individual_number(begun: str) -> None:
    assert sum(my_number(begun + last) for last in "0123456789") == 1


@given(digits(10))
def test_one_last_digit_in_ten_fits_a_resident_code(begun: str) -> None:
    assert sum(resident_code(begun + last) for last in "0123456789") == 1


@given(digits(12))
def test_one_first_digit_of_nine_fits_a_corporate_number(rest: str) -> None:
    assert sum(corporate_number(first + rest) for first in "123456789") == 1
    assert not corporate_number("0" + rest)


@given(digits(15))
def test_one_last_digit_in_ten_fits_luhn(begun: str) -> None:
    assert sum(luhn(begun + last) for last in "0123456789") == 1


@given(digits(10), st.sampled_from("0123456789"))
def test_one_eleventh_digit_in_ten_fits_a_licence(begun: str, reissued: str) -> None:
    assert sum(driver_license(f"{begun}{check}{reissued}") for check in "0123456789") == 1


@given(digits(11), st.integers(0, 10))
def test_one_wrong_digit_of_an_individual_number_is_noticed(begun: str, place: int) -> None:
    """Weights and 11 have no divisor in common; only the rests 0 and 1 share a digit."""
    number = next(begun + last for last in "0123456789" if my_number(begun + last))
    changed = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
    assert not my_number(changed) or changed[-1] == "0"


@pytest.mark.parametrize(
    ("check", "length"), [(my_number, 12), (resident_code, 11), (corporate_number, 13), (luhn, 16)]
)
def test_chance_passes_one_in_ten(check: Check, length: int) -> None:
    chance = random.Random(1)
    tried = 5_000
    passed = sum(check("".join(chance.choices("0123456789", k=length))) for _ in range(tried))
    assert 0.08 < passed / tried < 0.12
