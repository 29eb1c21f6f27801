"""Numbers that are cut into several short pieces: messages one after the other, values of one object.

``個人番号は1234`` / ``5678`` / ``9018``: no two of them are a number. So texts that end and begin with digits are looked at joined, whoever wrote
them, and so are short values of digits that stand beside each other in JSON. Of what is found only what lies in more than one of them counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from kijun.gateway.pieces import JsonText, Native, Source, Texts
from kijun.inspection import Finding

_REACH: Final = 64  # characters of the first text and of the last
_MOST_PARTS: Final = 16
_ONLY_DIGITS: Final = re.compile(r"\s*\d[\d -]{1,22}\s*")
_ENDS: Final = re.compile(r"\d[ -]?\s*\Z")
_BEGINS: Final = re.compile(r"\s*\d")
#: What a number alone tells is too little where tools and programs speak, for they say many: words have to say what it is.
_SURE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a piece: its number, where the stretch begins in it, and what it says."""

    piece: int
    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """Parts that are read as one."""

    parts: tuple[Part, ...]
    by_person: bool

    @property
    def text(self) -> str:
        """What is inspected."""
        return "".join(one.text for one in self.parts)

    def halves(self, finding: Finding) -> list[tuple[int, Finding]]:
        """What of a finding lies in which piece; none where it lies in one part, or says too little."""
        if not self.by_person and finding.score < _SURE:
            return []
        found, low = [], 0
        for one in self.parts:
            start, end = max(finding.start - low, 0), min(finding.end - low, len(one.text))
            if start < end:
                found.append((one.piece, replace(finding, start=start + one.at, end=end + one.at)))
            low += len(one.text)
        return found if len(found) > 1 else []


def runs_of(texts: Texts) -> Iterator[Run]:
    """The runs of a request: of all texts of a conversation in their order, of what the person said across what was answered, and inside of JSON."""
    pieces = texts.pieces
    own = [at for at in texts.turns if pieces[at].source is Source.PERSON]
    for order in (texts.turns, own if len(own) < len(texts.turns) else ()):
        yield from _of(pieces, order)
    for at, piece in enumerate(pieces):
        for spans in piece.cut_numbers() if isinstance(piece, (JsonText, Native)) else ():
            parts = tuple(Part(at, start, piece.text[start:end]) for start, end in spans)
            yield Run(parts, by_person=False)


def _of(pieces: Sequence[Any], order: Sequence[int]) -> Iterator[Run]:
    for held in _chains(pieces, order):
        if len(held) > 2 or (len(held) == 2 and not _is_seam(pieces[held[0]], pieces[held[1]])):
            yield _run(pieces, held)


def _chains(pieces: Sequence[Any], order: Sequence[int]) -> Iterator[list[int]]:
    """Texts of which each begins with digits where the one before it ends with some."""
    held: list[int] = []
    for at in order:
        text = pieces[at].text
        goes_on = held and _BEGINS.match(text) and _ENDS.search(pieces[held[-1]].text[-8:])
        if not goes_on:
            yield held
            held = [at]
            continue
        held.append(at)
        if len(held) == _MOST_PARTS or not _ONLY_DIGITS.fullmatch(text):
            yield held
            held = [at]
    yield held


def _is_seam(first: Any, second: Any) -> bool:
    """Whether two texts are looked at together anyway: see `seams`."""
    if isinstance(first, JsonText) or isinstance(second, JsonText):
        return False
    return second.source is Source.PERSON and first.source in (Source.PERSON, Source.ASSISTANT)


def _run(pieces: Sequence[Any], held: Sequence[int]) -> Run:
    parts = []
    for number, at in enumerate(held):
        text: str = pieces[at].text
        begin = len(text) - len(text.lstrip()) if number else max(0, len(text.rstrip()) - _REACH)
        end = len(text.rstrip()) if number < len(held) - 1 else begin + _REACH
        parts.append(Part(at, begin, text[begin:end]))
    return Run(tuple(parts), all(pieces[at].source is Source.PERSON for at in held))
