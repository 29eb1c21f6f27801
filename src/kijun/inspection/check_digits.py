"""Check digits of Japanese public numbers. Each function takes digits only and says whether the last (or first) one is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final


def my_number(digits: str) -> bool:
    """個人番号, 12 digits: 平成26年総務省令第85号 第5条."""
    return len(digits) == 12 and _mod11(digits)


def resident_code(digits: str) -> bool:
    """住民票コード, 11 digits: 住民基本台帳法施行規則 第1条, the same rule over ten digits."""
    return len(digits) == 11 and _mod11(digits)


def _mod11(digits: str) -> bool:
    weights = (2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6)
    total = sum(int(digit) * weight for digit, weight in zip(reversed(digits[:-1]), weights, strict=False))
    rest = total % 11
    return int(digits[-1]) == (0 if rest <= 1 else 11 - rest)


def corporate_number(digits: str) -> bool:
    """法人番号, 13 digits, the first is the check digit: 平成26年財務省令第70号 第2条."""
    if len(digits) != 13:
        return False
    total = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits[1:])))
    return int(digits[0]) == 9 - total % 9


def luhn(digits: str) -> bool:
    """ISO/IEC 7812; also 保険者番号 and the other numbers of 保険者番号等設定要領 (modulus 10, weights 2 and 1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def payment_card(digits: str) -> bool:
    """A card number of 14 to 16 digits of an issuer that exists, with its Luhn digit; not one digit repeated."""
    if not 14 <= len(digits) <= 16 or len(set(digits)) == 1 or not luhn(digits):
        return False
    two, four = int(digits[:2]), int(digits[:4])
    if len(digits) == 16:
        issued = digits[0] == "4" or 51 <= two <= 55 or 2221 <= four <= 2720 or 3528 <= four <= 3589
        return issued or two in (60, 62, 64, 65)
    if len(digits) == 15:
        return two in (34, 37)
    return two in (36, 38, 39, 30)


def insurer_number(digits: str) -> bool:
    """保険者番号 (8 digits, 国民健康保険 6): 厚生労働省 保険者番号等設定要領."""
    return len(digits) in (6, 8) and luhn(digits)


def driver_license(digits: str) -> bool:
    """運転免許証番号, 12 digits, the eleventh checks the first ten. The rule is known from practice, not published."""
    if len(digits) != 12:
        return False
    weights = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    total = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))
    return int(digits[10]) == (11 - total % 11) % 10


CHECKS: Final[Mapping[str, Callable[[str], bool]]] = {
    "my_number": my_number,
    "resident_code": resident_code,
    "corporate_number": corporate_number,
    "luhn": luhn,
    "payment_card": payment_card,
    "insurer_number": insurer_number,
    "driver_license": driver_license,
}
