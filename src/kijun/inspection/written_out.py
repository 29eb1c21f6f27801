"""A text with what programs write in place of its letters written out: ``\\u5c71``, ``&#23665;``, ``%E5%B1%B1``, ``=?utf-8?B?5bGx?=``, Base64.

Whoever reads the text for its sense, an AI above all, reads through these; so personal and confidential information is looked for
behind them as well (`read_through`). Each letter knows the place that it was written in, and a finding names that place in the text as it was given.
"""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from kijun.inspection.model import Finding
from kijun.inspection.readable import from_base64
from kijun.inspection.vocabulary import Attack, DataType, Kind

_LETTER: Final = r"(?:\\{1,8}|%)u(?:\{[0-9A-Fa-f]{1,6}\}|[0-9A-Fa-f]{4})|\\{1,8}U[0-9A-Fa-f]{8}"
_ESCAPES: Final = re.compile(rf"(?:{_LETTER})+")
_ONE_ESCAPE: Final = re.compile(r"(?:\\+|%)[uU]\{?([0-9A-Fa-f]+)\}?")
#: What stands beside such letters in a text of JSON.
_BESIDE: Final = re.compile(r"\\{1,8}([nrt\"/])")
_MEANT: Final = {"n": "\n", "r": "\n", "t": "\t"}
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|nbsp|amp|lt|gt|quot|apos);")
_PERCENT: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_QUOTED: Final = re.compile(r"(?:=[0-9A-Fa-f]{2}(?:=\r?\n)?)+")
_MIME: Final = re.compile(r"=\?([A-Za-z0-9-]{2,20})\?([BbQq])\?([!->@-~]{1,400})\?=")
_BASE64: Final = re.compile(
    r"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{4}[ \n]?){4,4000}[A-Za-z0-9+/_-]{0,3}={0,2}"
)
_LONG: Final = re.compile(r"[A-Za-z0-9+/_-]{16}")
_TAGS: Final = re.compile("[\U000e0020-\U000e007e]+")
#: One of these in a token says that it is an address, or what a form sends.
_ADDRESS: Final = frozenset("=?&/")
_ENDS: Final = re.compile(r"[\s\"'<>「」（）]")
_BEFORE: Final = 320
_ROUNDS: Final = 2
#: What is found as it was written, rather than as it reads: an address with its escapes is the address.
_AS_WRITTEN: Final = frozenset({DataType.SECRET, DataType.URL_TOKEN})


class _Letter(NamedTuple):
    """A letter and the place that it is written in."""

    text: str
    start: int
    end: int


class _Stretch(NamedTuple):
    """What stands for letters. ``usual``: programs write it so for no reason but their format."""

    start: int
    end: int
    letters: list[_Letter]
    usual: bool


@dataclass(frozen=True, slots=True, repr=False)
class WrittenOut:
    """``text[i]`` stands for the given text from ``starts[i]`` to ``ends[i]``. ``stretches`` are the places of what was written out."""

    text: str
    starts: list[int]
    ends: list[int]
    stretches: list[tuple[int, int]]
    usual: bool

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Where a span of this text (end exclusive, not empty) stands in the given one."""
        return self.starts[start], self.ends[end - 1]

    def touches(self, start: int, end: int) -> bool:
        """Whether a span of the given text reaches into what was written out."""
        at = bisect_left(self.stretches, (end, 0))
        return at > 0 and self.stretches[at - 1][1] > start


def written_out(given: str) -> WrittenOut | None:
    """A text written out, letters behind letters as well; None where nothing stands for others in it. Linear in its length."""
    found: WrittenOut | None = None
    for _ in range(_ROUNDS):
        text = given if found is None else found.text
        stretches = _stretches(text)
        if not stretches:
            break
        found = _joined(text, stretches, found)
    return found


_SHARED: Final = 3  # characters of Base64 that stand for a letter's bytes


def in_clear(value: str) -> str:
    """A value as a reader would write it where a program wrote its letters as ``\\u5c71``; an address and what is hidden on purpose stay as they are."""
    clear = None if "://" in value else written_out(value)
    return clear.text if clear is not None and clear.usual else value


def read_through(given: str, find: Callable[[str], list[Finding]]) -> list[Finding]:
    """What ``find`` finds in a text and behind what stands for letters in it, by their places in the text as it was given."""
    plain = find(given)
    clear = written_out(given)
    if clear is None:
        return plain
    inside = [
        replace(one, start=start, end=end)
        for one in find(clear.text)
        if one.start < one.end
        for start, end in [clear.back(one.start, one.end)]
    ]
    found = [one for one in inside if one.kind is Kind.EXPRESSION]
    found += _attacks(plain, inside, clear)
    return found + _apart(plain, inside, clear)


def _attacks(plain: Iterable[Finding], inside: list[Finding], clear: WrittenOut) -> list[Finding]:
    """What hides is told as that; what a program wrote in its usual way, or somebody's data, hides nothing by that alone."""
    behind = [one for one in inside if one.kind is Kind.ATTACK]
    usual = clear.usual or any(one.kind is Kind.DATA and clear.touches(one.start, one.end) for one in inside)
    outside = [
        one
        for one in plain
        if one.kind is Kind.ATTACK and (behind or not (usual and one.type == Attack.ENCODED))
    ]
    return outside or behind


def _apart(plain: Iterable[Finding], inside: Iterable[Finding], clear: WrittenOut) -> list[Finding]:
    """Personal and confidential information of both readings, none over another."""
    kept: list[Finding] = []
    first = [one for one in plain if one.type in _AS_WRITTEN]
    last = [one for one in plain if one.type not in _AS_WRITTEN and not clear.touches(one.start, one.end)]
    taken: set[int] = set()
    for one in (*first, *inside, *last):
        if one.kind is not Kind.DATA:
            continue
        start, end = one.start, one.end
        while start < end and start in taken:  # two values may share a character of Base64
            start += 1
        if start == end or start - one.start > _SHARED or not taken.isdisjoint(range(start, end)):
            continue
        taken.update(range(start, end))
        kept.append(replace(one, start=start))
    return kept


def _joined(text: str, stretches: list[_Stretch], before: WrittenOut | None) -> WrittenOut:
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    place = 0
    for start, end, letters, _ in stretches:
        parts += (text[place:start], *(one.text for one in letters))
        starts += (*range(place, start), *(one.start for one in letters))
        ends += (*range(place + 1, start + 1), *(one.end for one in letters))
        place = end
    parts.append(text[place:])
    starts += range(place, len(text))
    ends += range(place + 1, len(text) + 1)
    places = [(one.start, one.end) for one in stretches]
    usual = all(one.usual for one in stretches)
    if before is not None:
        starts = [before.starts[one] for one in starts]
        ends = [before.ends[one - 1] for one in ends]
        places = _union([*before.stretches, *(before.back(*one) for one in places)])
        usual = usual and before.usual
    return WrittenOut("".join(parts), starts, ends, places, usual)


def _union(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places in order, none within another: a letter of the second round may stand in a stretch of the first."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return kept


def _stretches(text: str) -> list[_Stretch]:
    """All of them in order, none over another."""
    found: list[_Stretch] = []
    if "=?" in text:
        found += _of_mail(text)
    if "\\" in text or "%u" in text:
        found += _escapes(text)
    if "&" in text and ";" in text:
        found += _entities(text)
    if "%" in text:
        found += _bytes(text, _PERCENT, unquote_to_bytes, 3)
    if "=" in text:
        found += _bytes(text, _QUOTED, lambda run: quopri.decodestring(run.encode()), 3)
    if _LONG.search(text):
        found += _base64(text)
    if _TAGS.search(text):
        found += _tags(text)
    found.sort()
    kept: list[_Stretch] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _is_in_string(text: str, place: int) -> bool:
    """Whether a quotation mark stands before a place in its line."""
    first = max(0, place - _BEFORE)
    return text.rfind('"', first, place) > text.rfind("\n", first, place)


def _is_in_address(text: str, place: int) -> bool:
    """Whether the token that goes on at a place is an address, or what a form sends."""
    token = _ENDS.split(text[max(0, place - _BEFORE) : place])[-1]
    return not _ADDRESS.isdisjoint(token)


def _escapes(text: str) -> Iterator[_Stretch]:
    found = False
    for run in _ESCAPES.finditer(text):
        found = True
        ones = [(int(one[1], 16), one.start(), one.end()) for one in _ONE_ESCAPE.finditer(text, *run.span())]
        letters: list[_Letter] = []
        for code, start, end in ones:
            if letters and 0xDC00 <= code < 0xE000 and "\ud800" <= letters[-1].text <= "\udbff":
                high = letters.pop()
                code, start = 0x10000 + ((ord(high.text) - 0xD800) << 10) + code - 0xDC00, high.start
            letters.append(_Letter(chr(code) if code < 0x110000 else "\ufffd", start, end))
        usual = run.start() == 0 or _is_in_string(text, run.start())
        yield _Stretch(run.start(), run.end(), letters, usual)
    for one in _BESIDE.finditer(text) if found else ():
        yield _Stretch(*one.span(), [_Letter(_MEANT.get(one[1], one[1]), *one.span())], usual=True)


def _entities(text: str) -> Iterator[_Stretch]:
    for one in _ENTITY.finditer(text):
        letters = [_Letter(letter, *one.span()) for letter in html.unescape(one[0])]
        yield _Stretch(*one.span(), letters, usual=not one[0].startswith("&#"))


def _bytes(
    text: str, pattern: re.Pattern[str], read: Callable[[str], bytes], width: int
) -> Iterator[_Stretch]:
    """Bytes that are written one by one and are UTF-8: letters of Japanese anywhere, those of ASCII only in an address."""
    for run in pattern.finditer(text):
        data = read(run[0])
        try:
            clear = data.decode()
        except UnicodeDecodeError as error:  # cut off in a letter
            clear = data[: error.start].decode()
        within = pattern is _PERCENT and _is_in_address(text, run.start())
        if not clear or (clear.isascii() and not within):
            continue
        places = [one.start() for one in re.finditer("[%=][0-9A-Fa-f]{2}", run[0])]
        letters, at = [], 0
        for letter in clear:
            size = len(letter.encode())
            letters.append(
                _Letter(letter, run.start() + places[at], run.start() + places[at + size - 1] + width)
            )
            at += size
        yield _Stretch(letters[0].start, letters[-1].end, letters, usual=True)


def _of_mail(text: str) -> Iterator[_Stretch]:
    """The words of a mail's head (RFC 2047), all of a word's letters in the place of the word that holds them."""
    for word in _MIME.finditer(text):
        charset, how, said = word.groups()
        try:
            if how in "Bb":
                clear = base64.b64decode(said + "=" * (-len(said) % 4)).decode(charset)
            else:
                clear = quopri.decodestring(said.replace("_", " ").encode(), header=True).decode(charset)
        except (LookupError, ValueError, binascii.Error):
            continue
        yield _Stretch(*word.span(), [_Letter(letter, *word.span()) for letter in clear], usual=True)


def _base64(text: str) -> Iterator[_Stretch]:
    for run in _BASE64.finditer(text):
        clear = from_base64(run[0])
        if clear:
            yield _Stretch(*run.span(), _shared(clear, *run.span()), usual=False)


def _shared(clear: str, start: int, end: int) -> list[_Letter]:
    """The letters of a text in Base64, each in its share of the stretch, rounded outwards."""
    size = (end - start) * 3 // 4
    sizes = min(
        (
            [len(letter.encode(code, "replace")) for letter in clear]
            for code in ("utf-8", "cp932", "utf-16-le")
        ),
        key=lambda sizes: abs(sum(sizes) - size),
    )
    whole, width = max(1, sum(sizes)), end - start
    letters, at = [], 0
    for letter, size in zip(clear, sizes, strict=True):
        first, last = at * width // whole, -(-(at + size) * width // whole)
        letters.append(_Letter(letter, start + max(0, first - 2), start + min(width, last + 2)))
        at += size
    return letters


def _tags(text: str) -> Iterator[_Stretch]:
    """Unicode's invisible tag characters, which some models read."""
    for run in _TAGS.finditer(text):
        letters = [
            _Letter(chr(ord(run[0][at]) - 0xE0000), run.start() + at, run.start() + at + 1)
            for at in range(len(run[0]))
        ]
        yield _Stretch(*run.span(), letters, usual=False)
