"""Whether two values are one thing written in two ways: 山田 太郎 and 山田太郎, 090-1234-5678 and ０９０１２３４５６７８.

A doubt is answered with "two things": an AI that takes two people for one does more harm than one that misses that
two spellings are one.
"""

from __future__ import annotations

import re
from typing import Final

from kijun.inspection.fold import fold
from kijun.inspection.vocabulary import DataType
from kijun.inspection.written_out import in_clear

#: Values that are told apart by their letters and digits alone; hyphens, dots and spaces only group these.
_NUMBERS: Final = frozenset(
    {
        DataType.PHONE,
        DataType.POSTAL_CODE,
        DataType.MY_NUMBER,
        DataType.RESIDENT_CODE,
        DataType.CORPORATE_NUMBER,
        DataType.PENSION_NUMBER,
        DataType.DRIVER_LICENSE,
        DataType.PASSPORT,
        DataType.RESIDENCE_CARD,
        DataType.HEALTH_INSURANCE,
        DataType.BANK_ACCOUNT,
        DataType.CREDIT_CARD,
        DataType.VEHICLE_NUMBER,
        DataType.LOCAL_ID,
    }
)
#: Values in which a hyphen stands between parts: 1-23 and 12-3 are two addresses, 1980-1-12 and 1980-11-2 two days.
_PARTS: Final = frozenset({DataType.ADDRESS, DataType.BIRTH_DATE})
#: Values in which a capital letter is a letter of its own.
_EXACT: Final = frozenset({DataType.SECRET, DataType.URL_TOKEN})
_KANJI_DIGITS: Final = str.maketrans("〇零一二三四五六七八九", "00123456789")
_COUNTERS: Final = re.compile(r"丁目|番地の|番地|番|号(?!室)|[年月./]|(?<=[0-9])[ーの](?=[0-9])")


def same_key(type_: str, value: str) -> str:
    """What all forms of one value have in common. Two values of a type with the same key are the same thing.

    Linear in the length of the value. It is computed anew whenever it is needed and never kept, so that it may
    become wiser without a table of placeholders becoming wrong.
    """
    if type_ in _EXACT:
        return fold(value).text
    folded = fold(in_clear(value)).text.casefold()
    if type_ in _NUMBERS:
        key = "".join(char for char in folded.translate(_KANJI_DIGITS) if char.isalnum() and char != "ー")
    elif type_ in _PARTS:
        plain = _COUNTERS.sub(
            "-", folded.translate(_KANJI_DIGITS) if type_ == DataType.BIRTH_DATE else folded
        )
        key = re.sub("-+", "-", "".join(plain.split())).strip("-日")
    elif type_ == DataType.PERSON:
        key = "".join(char for char in folded if char.isalnum())
    else:
        key = "".join(folded.split())
    return key or value
