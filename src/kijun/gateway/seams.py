"""What is cut between two texts of a conversation: a value or an instruction that begins at the end of one and goes on in the next.

Each text is inspected by itself. Beside that the end of a message and the beginning of the person's next one are looked at together, and so
are two parts of one message where digits or Latin letters meet. What is found there is told of both texts, each with its own half.
Numbers that are cut into more than two are the matter of `runs`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from kijun.gateway.inspecting import Reader
from kijun.gateway.pieces import Joined, Source, Texts
from kijun.gateway.runs import Run, runs_of
from kijun.inspection import Finding, Inspection

_REACH: Final = 64  # characters of each side
_NEAR: Final = (
    32  # characters from the cut within which the other side's words may have told what something is
)
_ENDS: Final = ("。", "！", "？", "!", "?", "」", "』")


@dataclass(frozen=True, slots=True)
class _Seam:
    """The end of a text and the beginning of another. ``first`` and ``second``: number of the piece, and where in it this begins."""

    first: tuple[int, int]
    second: tuple[int, int]
    tail: str
    glue: str
    head: str
    opens: bool  # the tail does not begin where its text does
    goes_on: bool  # the head does not end where its text does

    @property
    def text(self) -> str:
        """What is inspected."""
        return f"{self.tail}{self.glue}{self.head}"

    def halves(self, finding: Finding) -> list[tuple[int, Finding]]:
        """The parts of a finding by piece; none where the seam had nothing to do with it."""
        cut, second = len(self.tail), len(self.tail) + len(self.glue)
        if finding.start >= second:
            seen = finding.start - second < _NEAR and not (self.goes_on and finding.end == len(self.text))
        elif finding.end <= cut:
            seen = cut - finding.end < _NEAR and not (self.opens and finding.start == 0)
        else:
            seen = True
        if not seen:
            return []
        found = []
        for (piece, at), low, high in (
            (self.first, 0, cut),
            (self.second, second, len(self.text)),
        ):
            start, end = max(finding.start, low), min(finding.end, high)
            if start < end:
                found.append((piece, replace(finding, start=start - low + at, end=end - low + at)))
        return found


async def look(reader: Reader, texts: Texts, inspections: Sequence[Inspection]) -> list[Inspection]:
    """The inspections of a request's pieces with what was cut between them. Raises `TextTooLong`."""
    found = list(inspections)
    seams: list[_Seam | Run] = [one for at in range(len(texts.pieces)) for one in _inside(texts.pieces, at)]
    seams += _between(texts)
    seams += runs_of(texts)
    if not seams:
        return found
    for seam, inspection in zip(seams, await reader.inspect_all([one.text for one in seams]), strict=True):
        for finding in inspection:
            for piece, half in seam.halves(finding):
                found[piece] = _with(found[piece], half, crosses=len(seam.halves(finding)) > 1)
    return found


def _between(texts: Texts) -> list[_Seam]:
    """The seams before each message of the person: to what was said just before it, and to their own last message."""
    seams: list[_Seam] = []
    last = own = -1
    for at in texts.said:
        if texts.pieces[at].source is Source.PERSON:
            for before in sorted({last, own} - {-1}):
                seams += _between_two(texts.pieces, before, at)
            own = at
        last = at
    return seams


def _between_two(pieces: Sequence[Any], first: int, second: int) -> list[_Seam]:
    before, after = pieces[first].text.rstrip(), pieces[second].text
    begins = len(after) - len(after.lstrip())
    seam = _seam((first, before), (second, after[begins : begins + _REACH + 1]), begins)
    if seam is None or (before.endswith(_ENDS) and not any(char.isdigit() for char in seam.head)):
        return []
    return [seam]


def _inside(pieces: Sequence[Any], at: int) -> list[_Seam]:
    """The seams between the parts of a message. As lines they were read together; only what stands in one word was not."""
    piece = pieces[at]
    if not isinstance(piece, Joined):
        return []
    seams = []
    for cut in piece.cuts:
        seam = _seam((at, piece.text[:cut]), (at, piece.text[cut + 1 : cut + 2 + _REACH]), cut + 1)
        if seam is not None and not seam.glue:
            seams.append(seam)
    return seams


def _seam(first: tuple[int, str], second: tuple[int, str], begins: int) -> _Seam | None:
    """A seam of two texts; None where one is empty."""
    (one, before), (other, after) = first, second
    if not before or not after:
        return None
    start = max(0, len(before) - _REACH)
    glue = "" if _narrow(before[-1]) and _narrow(after[0]) else "\n"
    head = after[:_REACH]
    return _Seam((one, start), (other, begins), before[start:], glue, head, start > 0, len(after) > _REACH)


def _narrow(char: str) -> bool:
    """Digits, Latin letters and their marks, in either width: these go on without a space."""
    return "!" <= char <= "~" or "！" <= char <= "～"


def _with(inspection: Inspection, half: Finding, *, crosses: bool) -> Inspection:
    """With one more finding, unless the text by itself told as much."""
    for one in inspection:
        if crosses and one.type == half.type and one.start <= half.start and half.end <= one.end:
            return inspection
        if not crosses and one.start < half.end and half.start < one.end:
            return inspection
    findings = sorted((*inspection, half), key=lambda one: (one.start, one.end))
    return replace(inspection, findings=tuple(findings))
