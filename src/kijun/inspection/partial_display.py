"""Enough of a value to recognise it by, for those who know it, and too little to use it.

What opens something or may not be kept without need (個人番号: 番号法 第20条) shows nothing, and neither does a value too
short to hide the rest of. What is hidden has one length, whatever was there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from kijun.inspection.fold import fold
from kijun.inspection.vocabulary import DataType

#: What stands for hidden letters, and for a value that shows nothing.
HIDDEN: Final = "●●●"
_STARS: Final = "****"
_KANJI_DIGITS: Final = str.maketrans("〇零一二三四五六七八九", "00123456789")
_MUNICIPALITY: Final = re.compile(
    r"(?P<prefecture>東京都|北海道|京都府|大阪府|[^\W\d]{2,3}県)?\s?(?P<town>[^\W\d]{1,7}?[市区町村])?"
)
_YEAR: Final = re.compile(
    r"(?:明治|大正|昭和|平成|令和)\s?[0-9元〇一二三四五六七八九十]{1,3}年?|(?<![a-z])[mtshr]\.?[0-9]{1,2}(?![0-9])"
    r"|(?<![0-9])(?:19|20)[0-9]{2}(?:年|(?=[0-9]{4}(?![0-9]))|(?![0-9]))|[〇一二三四五六七八九]{4}年",
    re.IGNORECASE,
)


def partial_display(type_: str, value: str) -> str:
    """A part of a value, cut as its type asks: 山●●●, 090-****-5678, t***@example.jp, 昭和55年●●●."""
    folded = fold(value).text.strip()
    shown = _WAYS.get(type_, _nothing)(folded)
    # A rule may meet a value that it was not made for: that it shows the whole is never the answer.
    return HIDDEN if folded and folded in shown else shown


def _nothing(_: str) -> str:
    return HIDDEN


def _person(name: str) -> str:
    letters = [char for char in name if char.isalpha()]
    return letters[0] + HIDDEN if len(letters) >= 3 else HIDDEN


def _phone(number: str) -> str:
    digits = _digits(number)
    if digits.startswith("81") and len(digits) > 10:
        digits = "0" + digits[2:].removeprefix("0")
    if len(digits) not in (10, 11):
        return HIDDEN
    return f"{digits[: 3 if len(digits) == 11 else 2]}-{_STARS}-{digits[-4:]}"


def _email(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if not at or not local or "." not in domain:
        return HIDDEN
    return f"{local[0] if len(local) >= 3 else ''}***@{domain}"


def _postal_code(code: str) -> str:
    digits = _digits(code)
    return f"{digits[:3]}-{_STARS}" if len(digits) == 7 else HIDDEN


def _address(address: str) -> str:
    found = _MUNICIPALITY.match(address)
    prefecture, town = (found["prefecture"] or "", found["town"] or "") if found else ("", "")
    rest = len(address) - (found.end() if found else 0)
    return (prefecture + town if rest >= 2 else prefecture) + HIDDEN


def _birth_date(date: str) -> str:
    found = _YEAR.search(date)
    return found[0] + HIDDEN if found and len(date) - len(found[0]) >= 2 else HIDDEN


def _age(age: str) -> str:
    digits = _digits(age)
    return f"{digits[0]}0代" if len(digits) == 2 else HIDDEN


def _ip_address(address: str) -> str:
    parts = address.split(".")
    return f"{parts[0]}.{parts[1]}.{HIDDEN}" if len(parts) == 4 else HIDDEN


def _last(number: str) -> str:
    """The end of a number, a third of it at most: four of twelve, three of nine, two of seven."""
    characters = "".join(
        char for char in number.translate(_KANJI_DIGITS) if char.isascii() and char.isalnum()
    )
    shown = next((last for last, length in ((4, 12), (3, 9), (2, 6)) if len(characters) >= length), 0)
    return _STARS + characters[-shown:] if shown else HIDDEN


def _digits(value: str) -> str:
    return "".join(char for char in value.translate(_KANJI_DIGITS) if "0" <= char <= "9")


_WAYS: Final[Mapping[str, Callable[[str], str]]] = {
    DataType.PERSON: _person,
    DataType.ADDRESS: _address,
    DataType.PHONE: _phone,
    DataType.EMAIL: _email,
    DataType.POSTAL_CODE: _postal_code,
    DataType.BIRTH_DATE: _birth_date,
    DataType.AGE: _age,
    DataType.IP_ADDRESS: _ip_address,
    DataType.CORPORATE_NUMBER: _last,
    DataType.PENSION_NUMBER: _last,
    DataType.DRIVER_LICENSE: _last,
    DataType.PASSPORT: _last,
    DataType.RESIDENCE_CARD: _last,
    DataType.HEALTH_INSURANCE: _last,
    DataType.BANK_ACCOUNT: _last,
    DataType.CREDIT_CARD: _last,
    DataType.VEHICLE_NUMBER: _last,
    DataType.LOCAL_ID: _last,
}
