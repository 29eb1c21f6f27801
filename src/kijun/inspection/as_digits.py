"""Numbers that are written otherwise, as digits: kanji numerals, and letters that a reader of pictures took for digits."""

from __future__ import annotations

import re
from typing import Final

_KANJI_DIGITS: Final = str.maketrans("〇零一二三四五六七八九ーOolI", "00123456789-0011")
_SLIPS: Final = str.maketrans("OoQDIlSsBZz", "00001155822")
#: What may stand between the figures of one number: as long as in its own digits, with a line break
_BETWEEN: Final = r"[-ー ・.の()、]{0,3}\n?[ ]{0,2}"
#: A letter among kanji numerals that a reader of pictures took one of them for: 五l八七, 三O九一, 七七一O
_KANJI_RUN: Final = re.compile(
    rf"[〇零一二三四五六七八九](?:{_BETWEEN}(?:[〇零一二三四五六七八九0-9]|[OolI](?:(?=[〇零一二三四五六七八九0-9])|(?<=[〇零一二三四五六七八九].)(?![A-Za-z])))){{5,}}"
)
_SLIP_RUN: Final = re.compile(
    rf"[0-9OoIlSBZ](?<![A-SU-Za-np-z].)(?:{_BETWEEN}[0-9OoIlSBZ]){{6,}}(?![A-Za-z0-9_/=&@])"
)
#: What may lead a number in spite of its last character: No.3O12, account_no=3O12 (not in a URL), the T of an invoice's number.
_LED: Final = re.compile(r"(?:(?:^|[^A-Za-z])N[Oo]\.?|(?:^|[\s,;])[A-Za-z_]{3,20}=|(?:^|[^A-Za-z0-9_])T)$")
_OF_PASSPORT: Final = (7, 8)  # figures behind the letter
_CARD_RUN: Final = re.compile(r"([A-Z]{2})([0-9OolISBZ]{7,8})(?=[A-Z]{2}(?![A-Za-z0-9])|(?![A-Za-z0-9]))")


def as_digits(text: str) -> str:
    """A folded text with kanji numerals and misread letters in numbers written as digits; as long as `text`."""
    text = _KANJI_RUN.sub(_kanji_to_digits, text)
    text = _SLIP_RUN.sub(_slips_to_digits, text)
    return _CARD_RUN.sub(_card_to_digits, text)


def _kanji_to_digits(found: re.Match[str]) -> str:
    return found[0].translate(_KANJI_DIGITS).replace("の", "-")


def _slips_to_digits(found: re.Match[str]) -> str:
    run = found[0]
    before = found.string[found.start() - 1 : found.start()]
    inside = before != "" and ((before.isascii() and before.isalnum()) or before in "_/=&?@.")
    if inside and not _LED.search(found.string, max(0, found.start() - 24), found.start()):
        return run
    digits = sum(char.isdigit() for char in run)
    slips = sum(char.isalpha() for char in run)
    if slips == 1 and digits in _OF_PASSPORT and run[0] in "SBZ" and len(run) == digits + 1:
        return run  # a passport of a country that begins its numbers with this letter: B3777877
    return run.translate(_SLIPS) if slips and 3 * digits >= 2 * slips else run


def _card_to_digits(found: re.Match[str]) -> str:
    return found[1] + found[2].translate(_SLIPS)
