"""Speech that is told more than once: as one text, in segments or cues with their times, word by word.

A number may be cut between two segments, so these are read together, and what was found is mapped back to each. What was found in one
telling is hidden in all of them, whatever the others lack to find it by (a word stands without the stop behind it).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from kijun.gateway.lines import Rewrite, may_hold_placeholder
from kijun.gateway.pieces import Source
from kijun.inspection import Finding, Inspection, Kind

_PLACEHOLDER: Final = re.compile(r"⟦[^⟦⟧\n]{1,60}⟧")
_SHORTEST: Final = 2  # letters and digits of a value that is looked for elsewhere


class Heard:
    """What was found in the tellings of one answer, by its letters and digits."""

    def __init__(self) -> None:
        self._values: dict[str, Finding] = {}

    def widened(self, inspection: Inspection) -> Inspection:
        """The inspection with what other tellings were found to hold; its own findings are known to the next."""
        text = inspection.text
        own = [one for one in inspection if one.kind is Kind.DATA]
        taken = bytearray(len(text))
        for one in own:
            taken[one.start : one.end] = b"\1" * (one.end - one.start)
        places = [at for at, char in enumerate(text) if char.isalnum()]
        bare = "".join(text[at] for at in places)
        more: list[Finding] = []
        for value, known in self._values.items():
            at = bare.find(value)
            while at >= 0:
                start, end = places[at], places[at + len(value) - 1] + 1
                if not any(taken[start:end]):
                    more.append(replace(known, start=start, end=end))
                    taken[start:end] = b"\1" * (end - start)
                at = bare.find(value, at + len(value))
        for one in own:
            value = "".join(char for char in text[one.start : one.end] if char.isalnum())
            if len(value) >= _SHORTEST:
                self._values.setdefault(value, one)
        if not more:
            return inspection
        found = sorted((*inspection, *more), key=lambda one: (one.start, one.end))
        return replace(inspection, findings=tuple(found))


class Telling:
    """See `AnswerPiece`: several texts read as one. ``parts`` has container and key of each.

    ``apart``: the parts stand on lines of their own, for they do not go on in each other. ``after`` is called when they were replaced.
    """

    def __init__(
        self,
        parts: Iterable[tuple[Any, Any]],
        place: str,
        heard: Heard,
        *,
        apart: bool = False,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        self.place, self.source, self.message = place, Source.ASSISTANT, None
        self._parts = list(parts)
        self._heard, self._after = heard, after
        said: list[str] = []
        self._spans: list[tuple[int, int]] = []
        length = 0
        for text in self._said():
            between = "" if not said else "\n" if apart else _between(said[-1], text)
            said += [between, text]
            length += len(between)
            self._spans.append((length, length + len(text)))
            length += len(text)
        self.text = "".join(said)

    @property
    def raw(self) -> str | list[str]:
        """What stands there, part by part; the text itself where there is but one."""
        found = self._said()
        return found[0] if len(found) == 1 else found

    def _said(self) -> list[str]:
        return [container[key] for container, key in self._parts]

    def widened(self, inspection: Inspection) -> Inspection:
        """See `Heard`."""
        return self._heard.widened(inspection)

    def render(self, inspection: Inspection, how: Rewrite) -> str | list[str]:
        """Each part rewritten. What lies across several is told by the first of them, and the others lack it."""
        spans = _together(inspection)
        changes = [
            span
            for span, part in zip(spans, _parts(inspection, spans), strict=True)
            if how(part) != part.text
        ]
        cuts = [(_moved(start, changes), _moved(end, changes)) for start, end in self._spans]
        found = [how(part) for part in _parts(inspection, cuts)]
        return found[0] if len(found) == 1 else found

    def put(self, value: str | Sequence[str]) -> None:
        """Put what was rendered where it stood."""
        values = [value] if isinstance(value, str) else value
        for (container, key), one in zip(self._parts, values, strict=True):
            container[key] = one
        self._after()


def _between(before: str, behind: str) -> str:
    """What parts two texts: Latin words a space, a number that goes on nothing, nor what Japanese says."""
    last, first = before[-1:], behind[:1]
    if not (last.isascii() and first.isascii() and first.isalnum()) or (last.isdigit() and first.isdigit()):
        return ""
    return " " if last.isalnum() or last in ".,;:!?" else ""


def _together(inspection: Inspection) -> list[tuple[int, int]]:
    """Where something was found or a placeholder stands; what overlaps as one."""
    spans = [(one.start, one.end) for one in inspection]
    if may_hold_placeholder(inspection.text):
        spans += [found.span() for found in _PLACEHOLDER.finditer(inspection.text)]
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _moved(cut: int, changes: list[tuple[int, int]]) -> int:
    """A cut between two parts, behind what it would cut through."""
    at = bisect_right(changes, cut, key=lambda one: one[1])
    return changes[at][1] if at < len(changes) and changes[at][0] < cut else cut


def _parts(inspection: Inspection, spans: Iterable[tuple[int, int]]) -> Iterator[Inspection]:
    """Stretches of an inspected text, one behind the other, each with what was found in it."""
    left = sorted(inspection, key=lambda one: one.start)
    at, open_ = 0, list[Finding]()
    for start, end in spans:
        while at < len(left) and left[at].start < end:
            open_.append(left[at])
            at += 1
        open_ = [one for one in open_ if one.end > start]
        inside = tuple(
            replace(one, start=max(one.start, start) - start, end=min(one.end, end) - start)
            for one in open_
            if one.start < end
        )
        yield Inspection(inspection.text[start:end], inside, inspection.rules)
