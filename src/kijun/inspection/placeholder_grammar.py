"""How a placeholder is written, and how far from that an AI may write it and still be understood.

⟦氏名1⟧ is the form that Kijun writes, ⟦氏名1別表記2⟧ a second spelling of the same value. In answers the digits may be
full width, spaces may stand inside, and the brackets may be 〚 〛, [[ ]] or ［［ ］］, which models and their
tokenisers make of ⟦ ⟧. Everything else (［氏名1］, 【氏名1】, 氏名1) is ordinary writing in a town hall and stays as it is.

A placeholder has one opening and one closing bracket and none between. That is what makes masking exact: no
placeholder that Kijun writes can become part of a longer one, whatever stands around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

#: Between a value's number and the number of its spelling. Said in words because no AI has been taught a sign for it.
OTHER_FORM: Final = "別表記"
#: More digits than any number in a table needs (`MOST_ENTRIES`).
_DIGITS: Final = "[0-9０-９]{1,6}"
_GAP: Final = "[ \t\u00a0\u2002-\u200b\u202f\u2060\u3000\ufeff]{0,4}"
_OPENING: Final = r"(?:⟦|〚|\[\[|［［)"
_CLOSING: Final = r"(?:⟧|〛|\]\]|］］)"
_HALF_WIDTH: Final = str.maketrans({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})
_LETTER: Final = r"[^\s⟦⟧〚〛\[\]［］]"
_BODY: Final = re.compile(
    f"(?P<label>{_LETTER}{{0,23}}?(?![0-9]){_LETTER})(?P<number>[1-9][0-9]{{0,5}})"
    f"(?:{OTHER_FORM}(?P<form>[1-9][0-9]{{0,5}}))?"
)


class Body(NamedTuple):
    """What stands between the brackets: ``氏名``, 1 and, for another spelling of the value, 2 and so on (else 1)."""

    label: str
    number: int
    form: int = 1

    def __str__(self) -> str:
        return f"{self.label}{self.number}" + (f"{OTHER_FORM}{self.form}" if self.form > 1 else "")


def parse_body(text: str) -> Body | None:
    """Read a body in the form in which Kijun writes it; None where it is not quite that."""
    found = _BODY.fullmatch(text)
    if found is None:
        return None
    body = Body(found["label"], int(found["number"]), int(found["form"] or 1))
    return body if str(body) == text else None


@dataclass(frozen=True, slots=True)
class Grammar:
    """What counts as a placeholder, for a set of labels.

    `whole` matches one; `unfinished` matches, at the end of a text, what may be the beginning of one and nothing
    else; neither is ever longer than `longest` characters.
    """

    whole: re.Pattern[str]
    unfinished: re.Pattern[str]
    longest: int

    def held_from(self, text: str) -> int:
        """Where the beginning of a placeholder stands at the end of a text; the text's length where none does."""
        found = self.unfinished.search(text, max(0, len(text) - self.longest))
        return found.start() if found else len(text)


def body_of(found: re.Match[str]) -> str:
    """What a match of `Grammar.whole` is called in a table, however it was written."""
    label, number, form = (
        part and part.translate(_HALF_WIDTH) for part in found.group("label", "number", "form")
    )
    return f"{label}{number}" + (f"{OTHER_FORM}{form}" if form else "")


def grammar(labels: Iterable[str]) -> Grammar:
    """The grammar for some labels; compiled once for each set."""
    return _compiled(tuple(sorted(set(labels))))


@lru_cache(maxsize=32)
def _compiled(labels: tuple[str, ...]) -> Grammar:
    letters = [[_any_width(letter) for letter in label] for label in labels]
    label = "(?:" + "|".join("".join(one) for one in letters) + ")"
    begun = "(?:" + "|".join(_prefixes(one) for one in letters) + ")"
    whole = (
        rf"{_OPENING}{_GAP}(?P<label>{label}){_GAP}(?P<number>{_DIGITS}){_GAP}"
        rf"(?:{OTHER_FORM}{_GAP}(?P<form>{_DIGITS}){_GAP})?{_CLOSING}"
    )
    half = r"[\]］]"
    form = rf"{OTHER_FORM}{_GAP}(?:{_DIGITS}{_GAP}{half}?)?"
    number = rf"{_DIGITS}{_GAP}(?:{half}|{_prefixes(list(OTHER_FORM))}|{form})?"
    unfinished = rf"(?:[\[［]|{_OPENING}{_GAP}(?:{begun}|{label}{_GAP}(?:{number})?)?)\Z"
    longest = len("[[]]") + 5 * 4 + 2 * 6 + len(OTHER_FORM) + max(map(len, labels), default=0)
    return Grammar(re.compile(whole), re.compile(unfinished), longest)


def _any_width(letter: str) -> str:
    """A letter, and its full-width form where it is ASCII: an AI writes ＩＰアドレス for IPアドレス."""
    if letter.isascii() and letter.isalnum():
        return f"[{letter}{chr(ord(letter) + 0xFEE0)}]"
    return re.escape(letter)


def _prefixes(letters: list[str]) -> str:
    """A pattern for every beginning of a word, the word itself included."""
    pattern = ""
    for letter in reversed(letters):
        pattern = f"{letter}(?:{pattern})?" if pattern else letter
    return pattern
