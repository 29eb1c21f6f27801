"""How a placeholder is written, and how far from that an AI may write it and still be understood.

⟦氏名1⟧ is the form that Kijun writes, ⟦氏名1別表記2⟧ a second spelling of the same value. In answers the digits may be
full width, circled or kanji or begin with 0, spaces and "No." may stand inside, the spelling in brackets （別表記2）, a title behind the number
(⟦氏名1さん⟧), a line break or marks of emphasis at the brackets (⟦**氏名1**⟧), and the brackets may be 〚 〛, 〖 〗, [[ ]], ［［ ］］, \\[\\[ \\]\\]
or ⟦ ⟧ escaped (\\u27e6, &#10214;), which models and their tokenisers make of ⟦ ⟧.
Everything else (［氏名1］, 【氏名1】, 氏名1) is ordinary writing in a town hall and stays as it is. What is so near that a placeholder was
plainly meant (⟦氏名1、氏名3⟧), and all that stands between ⟦ ⟧ or their escapes (⟦Name1⟧), is told (`Grammar.near`), not put back.

A placeholder has one opening and one closing bracket and none between. That is what makes masking exact: no
placeholder that Kijun writes can become part of a longer one, whatever stands around it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

#: Between a value's number and the number of its spelling. Said in words because no AI has been taught a sign for it.
OTHER_FORM: Final = "別表記"
#: More digits than any number in a table needs (`MOST_ENTRIES`).
_DIGITS: Final = "[0-9０-９]{1,6}"
_SPACE: Final = "[ \t\u00a0\u2002-\u200d\u202f\u2060\u3000\ufeff]"
_GAP: Final = f"{_SPACE}{{0,4}}"
#: At the brackets a line may break, and marks of emphasis may stand.
_BREAK: Final = f"(?:{_SPACE}|[\r\n]){{0,4}}"
_MARKS: Final = "[*_~`]{0,3}"
_OPENING: Final = r"(?:⟦|〚|〖|\[\[|［［|\\\[\\\[|\\u27[eE]6|&#10214;|&#[xX]27[eE]6;)"
_CLOSING: Final = r"(?:⟧|〛|〗|\]\]|］］|\\\]\\\]|\\u27[eE]7|&#10215;|&#[xX]27[eE]7;)"
#: The beginnings of an opening, and of a closing.
_HALF_OPENING: Final = r"(?:[\[［]|\\(?:\[\\?|u(?:2(?:7[eE]?)?)?)?|&(?:#(?:1(?:0(?:2(?:14?)?)?)?|[xX](?:2(?:7(?:[eE]6?)?)?)?)?)?)"
_HALF_CLOSING: Final = r"(?:[\]］]|\\(?:\]\\?|u(?:2(?:7[eE]?)?)?)?|&(?:#(?:1(?:0(?:2(?:15?)?)?)?|[xX](?:2(?:7(?:[eE]7?)?)?)?)?)?)"
#: How a value's number may be written.
_KANJI_FIGURES: Final = "〇一二三四五六七八九"
_FIGURES: Final = f"(?:{_DIGITS}|[①-⑳]|[{_KANJI_FIGURES}十]{{1,3}})"
_TENS: Final = re.compile(f"([{_KANJI_FIGURES[1:]}]?)十([{_KANJI_FIGURES[1:]}]?)")
#: What models put before a number, and what of a title they draw into the brackets.
_NUMBER_SIGNS: Final = ("No.", "no.", "No", "no", "№", "#", "＃", "番号")
TITLES: Final = ("さん", "様", "さま", "氏", "殿", "君", "くん", "ちゃん", "先生")
_NEAR: Final = 60  # characters behind the label of what is nearly a placeholder
_ESCAPED: Final = 160  # characters between escaped brackets
_HALF_WIDTH: Final = str.maketrans({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})
#: ⟦ and ⟧ as programs write them: in JSON, in HTML, in an address.
_ESCAPES: Final = (
    (r"\\u27[eE]6", r"\\u27[eE]7"),
    (r"&#(?:10214|[xX]27[eE]6);", r"&#(?:10215|[xX]27[eE]7);"),
    ("(?i:%e2%9f%a6)", "(?i:%e2%9f%a7)"),
)
_AN_ESCAPE: Final = "|".join(escape for pair in _ESCAPES for escape in pair)
_LETTER: Final = r"[^\s⟦⟧〚〛\[\]［］]"
_BODY: Final = re.compile(
    f"(?P<label>{_LETTER}{{0,23}}?(?![0-9]){_LETTER})(?P<number>[1-9][0-9]{{0,5}})"
    f"(?:{OTHER_FORM}(?P<form>[1-9][0-9]{{0,5}}))?"
)


_UNSEEN: Final = re.compile(_SPACE)
_NAMES: Final = re.compile(r"\(\?P<[a-z]+>")


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
    else; neither is ever longer than `longest` characters. `near` matches what is one or was plainly meant to be; `nearest` is how long that may be.
    """

    whole: re.Pattern[str]
    unfinished: re.Pattern[str]
    longest: int
    near: re.Pattern[str]
    nearest: int

    def held_from(self, text: str) -> int:
        """Where the beginning of a placeholder stands at the end of a text; the text's length where none does."""
        found = self.unfinished.search(text, max(0, len(text) - self.longest))
        return found.start() if found else len(text)


def body_of(found: re.Match[str]) -> str:
    """What a match of `Grammar.whole` is called in a table, however it was written."""
    label, number, form = (
        part and _UNSEEN.sub("", part).translate(_HALF_WIDTH)
        for part in (found["label"], found["number"], found["form"] or found["aside"])
    )
    number, form = _in_digits(number), (form or "").lstrip("0")
    return f"{label}{number.lstrip('0') or number}" + (f"{OTHER_FORM}{form}" if form not in ("", "1") else "")


def _in_digits(number: str) -> str:
    """A number as digits: ① and 一 are 1, 十二 and 一二 are 12."""
    if number[0] in "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳":
        return str(int(unicodedata.numeric(number)))
    if tens := _TENS.fullmatch(number):
        ten, one = (_KANJI_FIGURES.find(figure) for figure in tens.groups(""))
        return f"{ten if tens[1] else 1}{one if tens[2] else 0}"
    return "".join(str(at) if (at := _KANJI_FIGURES.find(char)) >= 0 else char for char in number)


def title_of(found: re.Match[str]) -> str:
    """The title that a model drew into the brackets, to be put behind the value."""
    return found["title"] or ""


def grammar(labels: Iterable[str]) -> Grammar:
    """The grammar for some labels; compiled once for each set."""
    return _compiled(tuple(sorted(set(labels))))


class _Part(NamedTuple):
    """A part of a placeholder: the pattern of the whole part, and that of its beginnings."""

    whole: str
    begun: str


@lru_cache(maxsize=32)
def _compiled(labels: tuple[str, ...]) -> Grammar:
    letters = [[_any_width(letter) for letter in label] for label in labels]
    label = "(?:" + "|".join(_GAP.join(one) for one in letters) + ")"
    begun = "(?:" + "|".join(_prefixes(one, _GAP) for one in letters) + ")"
    form = f"{OTHER_FORM}{_GAP}{_DIGITS}{_GAP}"
    form_begun = f"(?:{_prefixes(list(OTHER_FORM))}|{OTHER_FORM}{_GAP}(?:{_DIGITS}{_GAP})?)"
    parts = (
        _Part(_OPENING, _HALF_OPENING),
        _Part(f"{_BREAK}{_MARKS}", f"{_BREAK}{_MARKS}"),
        _Part(f"(?P<label>{label})", begun),
        _Part(
            f"{_BREAK}{_any(_NUMBER_SIGNS)}?{_GAP}",
            f"{_BREAK}(?:{_any_begun(_NUMBER_SIGNS)}?|{_any(_NUMBER_SIGNS)}{_GAP})",
        ),
        _Part(f"(?P<number>{_FIGURES})", _FIGURES),
        _Part(_GAP, _GAP),
        _Part(
            f"(?:{form.replace(_DIGITS, f'(?P<form>{_DIGITS})')}"
            f"|[(（]{_GAP}{form.replace(_DIGITS, f'(?P<aside>{_DIGITS})')}[)）]{_GAP})?",
            f"(?:{form_begun}|[(（]{_GAP}{form_begun}?)",
        ),
        _Part(f"(?P<title>{_any(TITLES)})?{_MARKS}{_BREAK}", _any_begun(TITLES)),
        _Part(_CLOSING, _HALF_CLOSING),
    )
    unfinished = ""
    for part in reversed(parts):
        unfinished = (
            f"(?:{part.begun}|{_unnamed(part.whole)}{unfinished})" if unfinished else part.begun + "?"
        )
    longest = 90 + 5 * max(map(len, labels), default=0)  # all parts at their longest
    other = rf"(?:(?!{_AN_ESCAPE})[^⟦⟧〚〛〖〗\[\]［］])"
    near = "|".join(
        (
            rf"{_OPENING}{_BREAK}{_MARKS}{label}(?={other}{{0,{_NEAR}}}?{_FIGURES}){other}{{1,{_NEAR}}}?{_CLOSING}",
            rf"[⟦〚]{other}{{1,{_NEAR}}}[⟧〛]",
            *(rf"{begins}{other}{{1,{_ESCAPED}}}{ends}" for begins, ends in _ESCAPES),
        )
    )
    return Grammar(
        re.compile("".join(part.whole for part in parts)),
        # An opening alone is no end of the text: something must have begun.
        re.compile(rf"(?=[⟦〚〖\[［\\&]){unfinished}\Z"),
        longest,
        re.compile(near),
        longest + _NEAR + _ESCAPED,
    )


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(map(re.escape, words)) + ")"


def _any_begun(words: Iterable[str]) -> str:
    return "(?:" + "|".join(_prefixes([re.escape(letter) for letter in word]) for word in words) + ")"


def _unnamed(pattern: str) -> str:
    """A pattern without the names of its groups."""
    return _NAMES.sub("(?:", pattern)


def _any_width(letter: str) -> str:
    """A letter, and its full-width form where it is ASCII: an AI writes ＩＰアドレス for IPアドレス."""
    if letter.isascii() and letter.isalnum():
        return f"[{letter}{chr(ord(letter) + 0xFEE0)}]"
    return re.escape(letter)


def _prefixes(letters: list[str], gap: str = "") -> str:
    """A pattern for every beginning of a word, the word itself included."""
    pattern = ""
    for letter in reversed(letters):
        pattern = f"{letter}{gap}(?:{pattern})?" if pattern else letter
    return pattern
