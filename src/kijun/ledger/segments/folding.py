"""One spelling for many, and the pairs of characters by which text is found.

``ｶｲｺﾞ``, ``カイゴ`` and ``かいご`` are one word here, as are ``ＡＩ``, ``AI`` and ``ai``. What is indexed and what is asked go through
the same fold; what is found is compared again in full, so that the pairs need only never miss.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import orjson

#: Stands between the texts of one record; no question can hold it, hence none matches across two texts.
SEPARATOR: Final = "\x1f"
#: Left out: joiners, marks of direction, and selectors of variants (葛󠄀 is found as 葛).
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]+"
)
_HIRAGANA: Final = re.compile("[ぁ-ゖゝゞ]")
#: What has pairs: letters, digits, ideographs, kana with ー and 々, and pictures. Marks and blanks part the runs.
_RUN: Final = re.compile(r"[\w\u2600-\u27bf\U0001f000-\U0001faff]+")


def fold(text: str) -> str:
    """The text in one width, one case, one kana, one kind of blank: runs of blanks are one space, none at a text's ends."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()
    if _HIRAGANA.search(plain):
        plain = _katakana(plain)
    return SEPARATOR.join(" ".join(part.split()) for part in plain.split(SEPARATOR))


def _katakana(text: str) -> str:
    """Hiragana as katakana. Through numbers, for ``str.translate`` takes ten times as long, and sealing does little else."""
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16).copy()
    units[((units >= 0x3041) & (units <= 0x3096)) | (units == 0x309D) | (units == 0x309E)] += 0x60
    return units.tobytes().decode("utf-16-le", "surrogatepass")


def fold_question(text: str) -> str:
    """What somebody asks for, folded alike; blanks around it are not part of it."""
    return fold(text.replace(SEPARATOR, " ")).strip()


def runs(folded: str) -> list[str]:
    """The runs of a text, each of which is indexed by its pairs of neighbouring characters."""
    return _RUN.findall(folded)


def asked(folded: str) -> tuple[list[str], list[str]]:
    """The pairs that a text must have to hold this question, and single characters where the question has no pair.

    Runs of one character can be part of a longer run in the text, hence they are given apart. Both empty: nothing is indexed
    of such a question (``。」``), and only reading finds it.
    """
    parts = runs(folded)
    wanted = dict.fromkeys(run[at : at + 2] for run in parts for at in range(len(run) - 1))
    if wanted:
        return list(wanted), []
    return [], list(dict.fromkeys(parts))


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting.extend(reversed(value.values()))
        elif isinstance(value, list):
            waiting.extend(reversed(value))


def searchable(plain: bytes) -> str:
    """All texts of a content (JSON as bytes), without the names of its fields; raises ValueError where it is no JSON.

    The text that is sealed into an index must be made by the same function as the text that candidates are compared with.
    """
    return SEPARATOR.join(_texts(orjson.loads(plain)))
