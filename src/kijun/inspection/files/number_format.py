"""Numbers and dates of a sheet as people see them (ECMA-376 part 1, 18.8.30 and 18.8.31), Japanese eras included.

What a format does beyond this (fractions, exponents, colours, fill characters) shows the plain number.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Final, NamedTuple

#: Built-in formats; 14 and 22 as a Japanese Excel shows them, 27 to 36 and 50 to 58 of the Japanese edition.
BUILT_IN: Final[Mapping[int, str]] = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
    14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm",
    27: "ge.m.d", 28: 'ggge"年"m"月"d"日"', 29: 'ggge"年"m"月"d"日"', 30: "m/d/yy", 31: 'yyyy"年"m"月"d"日"',
    32: 'h"時"mm"分"', 33: 'h"時"mm"分"ss"秒"', 34: 'yyyy"年"m"月"', 35: 'm"月"d"日"', 36: "ge.m.d",
    37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss",
    50: "ge.m.d", 51: 'ggge"年"m"月"d"日"', 52: 'yyyy"年"m"月"', 53: 'm"月"d"日"', 54: 'ggge"年"m"月"d"日"',
    55: 'yyyy"年"m"月"', 56: 'm"月"d"日"', 57: "ge.m.d", 58: 'ggge"年"m"月"d"日"',
}  # fmt: skip
_ERAS: Final = (
    (datetime.date(2019, 5, 1), "R", "令", "令和"),
    (datetime.date(1989, 1, 8), "H", "平", "平成"),
    (datetime.date(1926, 12, 25), "S", "昭", "昭和"),
    (datetime.date(1912, 7, 30), "T", "大", "大正"),
    (datetime.date(1868, 1, 1), "M", "明", "明治"),
)
_TOKEN: Final = re.compile(
    r'"([^"]*)"|\\(.)|[_*].|\[([^\]]*)\]|(am/pm|a/p)|(y+|m+|d+|h+|s+|g+|e+|a{3,4})|([0#?]+)|(.)',
    re.IGNORECASE | re.DOTALL,
)
_CONDITION: Final = re.compile(r"(<=|>=|<>|<|>|=)(-?\d{1,15}(?:\.\d{1,6})?)")
_MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS: Final = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_JAPANESE_DAYS: Final = "月火水木金土日"
_LONGEST_FORMAT = 255  # as in Excel
_GENERAL: Final = ("", "@", "general", "標準", "g/標準")
_LAST_DAY = 2_958_466  # 10000-01-01


class _Token(NamedTuple):
    kind: str  # literal, bracket, ampm, date, digits
    text: str


def shown(raw: str, code: str, *, from_1904: bool = False) -> str:
    """A number as the format `code` shows it; what is no number is given back as it stands."""
    try:
        number = Decimal(raw)
    except InvalidOperation:
        return raw
    if not number.is_finite() or abs(number.adjusted()) > 24:
        return raw
    if code.lower() in _GENERAL:
        return general(number)
    section = _section(code[:_LONGEST_FORMAT], number)
    if any(token.kind == "date" for token in section):
        return _date(number, section, from_1904) or general(number)
    return _digits(number, section) or general(number)


def general(number: Decimal) -> str:
    """The number without a format, to the fifteen digits that a sheet holds."""
    if number == number.to_integral_value():
        return f"{number:.0f}"
    return f"{float(number):.15g}"


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[tuple[_Token, ...], ...]:
    sections: list[list[_Token]] = [[]]
    for found in _TOKEN.finditer(code):
        quoted, escaped, bracket, ampm, date, digits, other = found.groups()
        if other == ";":
            sections.append([])
        elif bracket is not None:
            sections[-1].append(_Token("bracket", bracket.lower()))
        elif ampm:
            sections[-1].append(_Token("ampm", ampm))
        elif date:
            sections[-1].append(_Token("date", date.lower()))
        elif digits:
            sections[-1].append(_Token("digits", digits))
        else:
            literal = quoted if quoted is not None else escaped or other or ""
            quoted_kind = "literal" if quoted is not None or escaped else "sign"
            sections[-1].append(_Token(quoted_kind, literal))
    return tuple(tuple(_with_elapsed(section)) for section in sections)


def _with_elapsed(section: list[_Token]) -> list[_Token]:
    """[h]:mm counts hours beyond a day; other brackets are colours, locales and conditions."""
    return [
        _Token("date", f"[{token.text[0]}]")
        if token.kind == "bracket" and token.text.strip("hms") == "" and token.text
        else token
        for token in section
    ]


def _section(code: str, number: Decimal) -> tuple[_Token, ...]:
    """The part of a format that holds for a number: by its conditions, else by its sign."""
    sections = _sections(code)
    if len(sections) == 1:
        return sections[0]
    conditional = False
    for section in sections[:2]:
        for token in section:
            condition = _CONDITION.fullmatch(token.text) if token.kind == "bracket" else None
            if condition is not None:
                conditional = True
                if _holds(number, condition[1], Decimal(condition[2])):
                    return section
    if conditional:
        return sections[min(len(sections) - 1, 2)]
    if number < 0:
        return sections[1]
    return sections[2] if number == 0 and len(sections) > 2 else sections[0]


def _holds(number: Decimal, sign: str, bound: Decimal) -> bool:
    return {
        "<=": number <= bound,
        ">=": number >= bound,
        "<>": number != bound,
        "<": number < bound,
        ">": number > bound,
        "=": number == bound,
    }[sign]


def _digits(number: Decimal, section: tuple[_Token, ...]) -> str:
    """Leading zeros, thousands, decimals, percent, and signs between digits as in 000-0000."""
    signs = "".join(token.text for token in section if token.kind == "sign")
    if not any(token.kind == "digits" for token in section) or set(signs) & set("@/") or "E" in signs.upper():
        return ""
    whole, _, decimals = _split(section)
    if "%" in signs:
        number *= 100
    places = sum(len(token.text) for token in decimals if token.kind == "digits")
    rounded = abs(number).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    left, _, right = f"{rounded:f}".partition(".")
    pattern = "".join(token.text for token in whole if token.kind == "digits")
    needed = len(pattern) - pattern.find("0") if "0" in pattern else 0
    left = left.lstrip("0").rjust(needed, "0")
    if not places and number > 0 and _lost_zero(left, section):
        left = "0" + left
    if any(token == _Token("sign", ",") for token in whole):
        left = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", left)
        whole = _merged(whole)
    text = _filled(left, whole)
    if places:
        text += "." + right
    text += "".join(
        token.text for token in decimals if token.kind in ("literal", "sign") and token.text != ","
    )
    minus = (
        "-"
        if number < 0 and "-" not in signs and "(" not in signs and "△" not in text and "▲" not in text
        else ""
    )
    return (minus + text).strip()


def _lost_zero(digits: str, section: tuple[_Token, ...]) -> bool:
    """Whether a telephone number lost its 0 by being a number: 90-1234-5678, (3) 1234-5678, which Excel shows so.

    A format of telephones has two or three places of 10 or 11 digits in all, the last of four, and nothing but hyphens,
    brackets and spaces between them.
    """
    places = [len(token.text) for token in section if token.kind == "digits"]
    between = {char for token in section if token.kind in ("literal", "sign") for char in token.text}
    if not 2 <= len(places) <= 3 or sum(places) not in (10, 11) or places[-1] != 4 or between - set("-() "):
        return False
    if len(digits) == 10:
        return digits[0] in "5789" and digits[1] == "0" and places != [3, 3, 4]  # those are American
    return len(digits) == 9 and digits[0] != "0"


def _split(section: tuple[_Token, ...]) -> tuple[list[_Token], str, list[_Token]]:
    """What is before and behind the decimal point."""
    for at, token in enumerate(section):
        if token == _Token("sign", "."):
            return list(section[:at]), ".", list(section[at + 1 :])
    last = max(at for at, token in enumerate(section) if token.kind == "digits")
    return list(section[: last + 1]), "", list(section[last + 1 :])


def _merged(whole: list[_Token]) -> list[_Token]:
    """#,##0 as one run of digits."""
    merged: list[_Token] = []
    for token in whole:
        if token == _Token("sign", ","):
            continue
        if token.kind == "digits" and merged and merged[-1].kind == "digits":
            merged[-1] = _Token("digits", merged[-1].text + token.text)
        else:
            merged.append(token)
    return merged


def _filled(digits: str, whole: list[_Token]) -> str:
    """Digits put into their places from the right; the first place takes all that are left."""
    first = next((at for at, token in enumerate(whole) if token.kind == "digits"), -1)
    text: list[str] = []
    for at in range(len(whole) - 1, -1, -1):
        token = whole[at]
        if token.kind == "digits":
            count = len(digits) if at == first else min(len(token.text), len(digits))
            text.append(digits[len(digits) - count :])
            digits = digits[: len(digits) - count]
        elif token.kind in ("literal", "sign") and token.text != ",":
            text.append(token.text)
    return "".join(reversed(text))


def _date(number: Decimal, section: tuple[_Token, ...], from_1904: bool) -> str:
    """A day number and its fraction as a date or time; empty where it is none."""
    if number < 0 or number >= _LAST_DAY - 1500:
        return ""
    seconds = int((number * 86_400).to_integral_value())
    if from_1904:
        start = datetime.datetime(1904, 1, 1)
    else:  # day 60 is 29 February 1900, which never was
        start = datetime.datetime(1899, 12, 31 if number < 60 else 30)
    moment = start + datetime.timedelta(seconds=seconds)
    parts = [token for token in section if token.kind == "date"]
    twelve = any(token.kind == "ampm" for token in section)
    has_era = any(token.text[0] == "g" for token in parts) or any(
        token.text.startswith("$-411") for token in section
    )
    text: list[str] = []
    nth = -1
    for token in section:
        if token.kind == "date":
            nth += 1
            near = (parts[nth - 1].text if nth else "", parts[nth + 1].text if nth + 1 < len(parts) else "")
            text.append(_field(token.text, moment, seconds, near, twelve, has_era))
        elif token.kind == "ampm":
            text.append("AM" if moment.hour < 12 else "PM")
        elif token.kind in ("literal", "sign", "digits") and token.text != "@":
            text.append(token.text)
    return "".join(text).strip()


def _field(
    code: str, moment: datetime.datetime, seconds: int, near: tuple[str, str], twelve: bool, has_era: bool
) -> str:
    """One field of a date."""
    sign, width = code[0], len(code)
    if sign == "[":
        return str(seconds // {"h": 3600, "m": 60, "s": 1}[code[1]])
    if sign == "m" and (near[0].strip("[]")[:1] == "h" or near[1].strip("[]")[:1] == "s"):
        return f"{moment.minute:0{min(width, 2)}d}"
    if sign in "ge":
        return _era(code, moment.date(), has_era)
    if sign == "y":
        return f"{moment.year % 100:02d}" if width <= 2 else f"{moment.year:04d}"
    if sign == "a":
        return _JAPANESE_DAYS[moment.weekday()] + ("曜日" if width == 4 else "")
    if sign == "m" and width > 2:
        name = _MONTHS[moment.month - 1]
        return name[:3] if width == 3 else name[:1] if width == 5 else name
    if sign == "d" and width > 2:
        name = _DAYS[moment.weekday()]
        return name[:3] if width == 3 else name
    hour = (moment.hour % 12 or 12) if twelve else moment.hour
    value = {"m": moment.month, "d": moment.day, "h": hour, "s": moment.second}[sign]
    return f"{value:0{min(width, 2)}d}"


def _era(code: str, day: datetime.date, has_era: bool) -> str:
    """The name of an era, or the year in it."""
    for start, letter, short, name in _ERAS:
        if day >= start:
            if code[0] == "g":
                return (letter, short, name)[min(len(code), 3) - 1]
            year = day.year - start.year + 1 if has_era else day.year
            return f"{year:0{min(len(code), 2)}d}"
    return "" if code[0] == "g" else str(day.year)
