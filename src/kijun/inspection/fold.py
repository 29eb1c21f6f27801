"""One spelling for many: full width, half-width kana, hyphens, invisible characters.

`fold` gives a text in which each character stands for one or more characters of the given text, with the way back.
NFKC is not used, for it changes lengths (``㈱`` becomes three characters), and a finding must name
places in the text as it was given.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kijun.inspection.stretched import stretched

#: Written for a hyphen. ``ー`` (U+30FC) is not here: it is a letter in データ and a hyphen only between digits.
HYPHENS: Final = "‐‑‒–—―⁃−﹘﹣－─━ｰ"
_QUOTES: Final = {"“": '"', "”": '"', "‘": "'", "’": "'", "｀": "`"}
_TILDES: Final = "〜～∼"
_OPENINGS: Final = {"〔": "(", "［": "[", "｛": "{", "（": "("}
_CLOSINGS: Final = {"〕": ")", "］": "]", "｝": "}", "）": ")"}
_SPACES: Final = (*range(0x2000, 0x200B), 0x00A0, 0x1680, 0x202F, 0x205F, 0x3000)
_BLOCKS: Final = (  # compatibility forms whose NFKC is a single character
    (0x00B2, 0x00BA),  # superscripts
    (0x2070, 0x208F),
    (0x2100, 0x2140),  # letter-like symbols
    (0x2460, 0x2500),  # digits and letters in circles
    (0x2776, 0x2794),
    (0x2E80, 0x2FE0),  # radicals, which look like ideographs
    (0xF900, 0xFB00),  # compatibility ideographs: 﨑 stays, 神 and 福 are unified
    (0xFF01, 0xFFF0),  # half and full width
    (0x1D400, 0x1D800),  # mathematical letters and digits
    (0x1F100, 0x1F16A),
    (0x2F800, 0x2FA20),
)
_TOP: Final = 0x30000
_UNEVEN: Final = re.compile(
    r"[\r\x0b\x0c|\[]|(?<![^\s:])[A-Z] [A-Z] [A-Z]"
)  # in ASCII, what may need folding
_INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
_MARKS: Final = "\u3099\u309a゛゜ﾞﾟ"
_REMOVED: Final = re.compile(
    f"[{_INVISIBLE}]|(?<=[0-9])[\u0300-\u036f]+|(?<=[カキクケコサシスセソタチツテトハヒフヘホウかきくけこさしすせそたちつてとはひふへほう])[\u3099゛ﾞ]|(?<=[ハヒフヘホはひふへほ])[\u309a゜ﾟ]"
)
_VOICED: Final = str.maketrans(
    "カキクケコサシスセソタチツテトハヒフヘホウかきくけこさしすせそたちつてとはひふへほう",
    "ガギグゲゴザジズゼゾダヂヅデドバビブベボヴがぎぐげござじずぜぞだぢづでどばびぶべぼゔ",
)
_SEMI_VOICED: Final = str.maketrans("ハヒフヘホはひふへほ", "パピプペポぱぴぷぺぽ")

#: Other forms of characters that names are written with, and the forms that dictionaries know.
_VARIANTS: Final = dict(
    zip(
        "髙﨑𠮷邊邉齋齊澤濵濱廣國學櫻嶋嶌栁槗𣘺黑德惠眞增寬瀨塚",
        "高崎吉辺辺斎斉沢浜浜広国学桜島島柳橋橋黒徳恵真増寛瀬塚",
        strict=True,
    )
)


def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    for first, last in _BLOCKS:
        for code in range(first, last):
            plain = unicodedata.normalize("NFKC", chr(code))
            if len(plain) == 1 and ord(plain) != code:
                table[code] = plain
    for code in (0xFF9E, 0xFF9F):  # half-width voicing marks are looked at together with the kana before them
        table[code] = "ﾞ" if code == 0xFF9E else "ﾟ"
    for code in range(0x660, _TOP):  # the digits of other scripts: ١٢٣, १२३
        if unicodedata.category(chr(code)) == "Nd" and code not in table:
            table[code] = str(unicodedata.decimal(chr(code)))
    table.update(dict.fromkeys(range(55296, 57344), "�"))  # lone surrogates have no UTF-8
    table.update({ord(hyphen): "-" for hyphen in HYPHENS if hyphen != "ｰ"})
    table[ord("ｰ")] = "ー"
    table.update({ord(variant): usual for variant, usual in _VARIANTS.items()})
    table.update({ord(tilde): "~" for tilde in _TILDES})
    table.update(dict.fromkeys(_SPACES, " "))
    for pairs in (_QUOTES, _OPENINGS, _CLOSINGS):
        table.update({ord(one): other for one, other in pairs.items()})
    table.update({ord("\r"): "\n", 0x2028: "\n", 0x2029: "\n", 0x85: "\n", 0x0B: "\n", 0x0C: "\n"})
    return table


def _array() -> NDArray[np.uint32]:
    """The table as an array over all code points that it may change; what is beyond stays."""
    array = np.arange(_TOP, dtype=np.uint32)
    for code, plain in _table().items():
        array[code] = ord(plain)
    return array


def _removable() -> NDArray[np.bool_]:
    """Which characters of the folded text may be ones that `_REMOVED` looks for."""
    found = np.zeros(_TOP, dtype=np.bool_)
    plane = "".join(map(chr, range(0x10000)))
    found[[match.start() for match in re.finditer(f"[{_INVISIBLE}{_MARKS}\u0300-\u036f]", plane)]] = True
    return found


_ARRAY: Final = _array()
_REMOVABLE: Final = _removable()


#: Letters that a reader of pictures takes kanji for, where a name shows it: 溝ロ for 溝口, エ藤 for 工藤, パスワ一ド
_MISREAD: Final = re.compile(
    r"一(?<=[ァ-ヴ].)(?=[ァ-ヴ])|ロ(?<=[一-龥].)(?=[ \n一-龥様さ,|]|$)|エ(?<![ァ-ヴー].)(?=藤)|ニ(?<![ァ-ヴー].)(?=宮|瓶|階堂|木|本松)|ハ(?<![ァ-ヴー].)(?=木|幡|代|重|巻|尾|島|百|王|丈)"
)
_MEANT: Final = {"一": "ー", "ロ": "口", "エ": "工", "ニ": "二", "ハ": "八"}


def _read_again(text: str) -> str:
    """A folded text with such letters as the kanji that they stand for; as long as it was."""
    if not any(letter in text for letter in _MEANT):
        return text
    return _MISREAD.sub(lambda found: _MEANT[found[0]], text)


def _translate(given: str) -> tuple[str, bool]:
    """Each character by the table, at once: ten times quicker than `str.translate`; and whether some may have to go."""
    codes = np.frombuffer(given.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    if int(codes.max(initial=0)) >= _TOP:
        plain = codes.copy()
        low = codes < _TOP
        plain[low] = _ARRAY[codes[low]]
        return plain.tobytes().decode("utf-32-le"), True
    plain = _ARRAY.take(codes)
    return plain.tobytes().decode("utf-32-le"), bool(_REMOVABLE.take(plain).any())


@dataclass(frozen=True, slots=True, repr=False)
class Folded:
    """A folded text and the way back to the given one.

    ``text[i]`` stands for the given text from ``offsets[i]`` on; ``offsets`` is None where nothing was removed,
    and then the places are the same.
    """

    text: str
    offsets: list[int] | None = None
    marks: frozenset[int] = frozenset()  # where voicing marks stood that belong to the kana before them

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Where a span of the folded text (end exclusive) stands in the given one.

        What was removed inside a span belongs to it, what was removed around it does not, except the voicing
        mark of its last kana.
        """
        if self.offsets is None:
            return start, end
        if start >= end:
            return self.offsets[start], self.offsets[start]
        return self.offsets[start], self.offsets[end - 1] + 1 + self._marks(end)

    def _marks(self, end: int) -> int:
        assert self.offsets is not None
        return 1 if self.offsets[end - 1] + 1 in self.marks else 0


def fold(given: str) -> Folded:
    """Fold a text. Linear in its length; never fails, whatever the characters are."""
    if given.isascii() and not _UNEVEN.search(given):
        return Folded(given)
    text, removable = _translate(given)
    text = _read_again(text)
    spaces = stretched(given)
    removed = [(one.start(), one.end(), one[0]) for one in _REMOVED.finditer(text)] if removable else []
    if not spaces and not removed:
        return Folded(text)
    kept: list[str] = []
    offsets: list[int] = []
    marks: set[int] = set()
    place = 0
    for start, end, mark in sorted({*spaces, *removed}):
        part = text[place:start]
        if part and mark in "\u3099゛ﾞ":
            part = part[:-1] + part[-1].translate(_VOICED)
            marks.add(start)
        elif part and mark in "\u309a゜ﾟ":
            part = part[:-1] + part[-1].translate(_SEMI_VOICED)
            marks.add(start)
        kept.append(part)
        offsets.extend(range(place, start))
        place = end
    kept.append(text[place:])
    offsets.extend(range(place, len(text)))
    offsets.append(len(text))
    return Folded("".join(kept), offsets, frozenset(marks))
