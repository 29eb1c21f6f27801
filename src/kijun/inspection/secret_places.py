"""Where a secret may stand: what is written without a space, figures in groups or in kanji, what stands in quotes or behind は."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

LONGEST: Final = 200
_SHORTEST: Final = 2
_WRITTEN: Final = re.compile(rf"[!-~]{{{_SHORTEST},{LONGEST + 40}}}")
_GROUPS: Final = re.compile(r"(?<![!-~])[*#]?[0-9]{1,6}(?:[ -][0-9]{1,6}){1,11}#?(?![0-9A-Za-z:/])")
_KANJI: Final = re.compile(
    r"(?<![0-9〇一二三四五六七八九十百千万])[〇零一二三四五六七八九](?:[、・ ]?[〇零一二三四五六七八九]){2,11}(?![百千万十年月日丁番人件回])"
    r"|(?<![一-龥])[一二三四五六七八九]?十[一二三四五六七八九]?(?=[、。]|で)"
)
_QUOTED: Final = re.compile(r"[「『“]([^「」『』“”\n]{2,48})[」』”]")
#: Words that sentences lead to: パスはおおけやきです
_LED: Final = re.compile(
    r"(?:は|→|⇒|:|=|、)[ ]?([ぁ-んァ-ヴー・一-龥A-Za-z0-9]{3,24}?)(?=[ ]?(?:です|でした|だ[。、]|と(?:入|打|いう|言|覚)|って|で(?:開|入|ログ|す)|に(?:変|しま|なり)|[。、(」\n]|$))"
)
_OPENS: Final = "\"'([{<`.…_-"
_BEHIND_OPENS: Final = "\"'([{<`「『"
_ENDS: Final = "\"')]}>`,.;:、。」』"
#: Where a value begins inside of what is written without a space: key=value, root:value, admin/value
_INSIDE: Final = re.compile(r"=>|[=:;>]|/(?!/)")
_MOST_INSIDE: Final = 5
_PARTS: Final = re.compile(r"[^,|;<>]+")


class Place(NamedTuple):
    """A place of the folded text, and how it was come by: ``w`` written, ``s=`` behind a mark inside of that, ``c`` a part, ``g k q l``."""

    start: int
    end: int
    how: str


def places(text: str) -> list[Place]:
    """All places of a text in which a secret may stand, in order; the same place once. Linear in the text's length."""
    found: dict[tuple[int, int], str] = {}
    for start, end, how in _all(text):
        if _SHORTEST <= end - start <= LONGEST:
            found.setdefault((start, end), how)
    return [Place(start, end, how) for (start, end), how in sorted(found.items())]


def _all(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _WRITTEN.finditer(text):
        yield from _written(text, *match.span())
    for pattern, how in ((_GROUPS, "g"), (_KANJI, "k")):
        yield from ((*match.span(), how) for match in pattern.finditer(text))
    for match in _QUOTED.finditer(text):
        yield *match.span(1), "q"
    for match in _LED.finditer(text):
        if not match[1].isascii():
            yield *match.span(1), "l"


def _written(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """What is written without a space as a whole, behind each mark in it, before a slash, and each part of a list."""
    start, end = _bare(text, start, end, _OPENS)
    written = text[start:end]
    if len(written) < _SHORTEST or "://" in written:
        return
    yield start, end, "w"
    for number, mark in enumerate(_INSIDE.finditer(written)):
        if number == _MOST_INSIDE:
            break
        first, last = _bare(text, start + mark.end(), end, _BEHIND_OPENS)
        if last - first > _SHORTEST:
            yield first, last, f"s{mark[0]}"
        if mark[0] == "/":
            first, last = _bare(text, start, start + mark.start(), "")
            if last - first > _SHORTEST:
                yield first, last, "p/"
    if any(mark in written for mark in ",|;<"):
        for part in _PARTS.finditer(written):
            first, last = _bare(text, start + part.start(), start + part.end(), _BEHIND_OPENS)
            yield first, last, "c"
            mark_at = max(text.rfind("=", first, last - 1), text.rfind(":", first, last - 1))
            if mark_at >= first:
                yield *_bare(text, mark_at + 1, last, _BEHIND_OPENS), "c="


def _bare(text: str, start: int, end: int, opens: str) -> tuple[int, int]:
    """Without the quotes, brackets and marks around it."""
    while start < end and text[start] in opens:
        start += 1
    while end > start and text[end - 1] in _ENDS:
        end -= 1
    return start, end
