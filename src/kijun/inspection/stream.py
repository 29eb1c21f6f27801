"""An answer checked while it arrives: what is certain goes on at once, what may be the beginning of something waits.

What waits is the run of characters at the end that may become a name, an address, a number, a mail address, a URL or a key
(`beginnings`); a placeholder in the making; what the inspector's own rules and models say has begun (`open_ends`); and from its first
character on an expression, an attack or sensitive information whose sentence has not ended, for how a sentence ends decides
whether it was meant (「…」と言われた). Nothing waits for more than `bound` characters and a quarter.

A value that was found stays known to the stream (`again.Known`): what hid a name at the top hides it at the bottom too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from kijun.inspection.again import Known
from kijun.inspection.beginnings import context_start, sentence_ends, unfinished
from kijun.inspection.model import Finding, Inspection
from kijun.inspection.placeholders import GRAMMAR
from kijun.inspection.vocabulary import DataType, Kind

#: A chunk is looked at in pieces of this size, so that no inspection meets more than the inspector takes.
_PIECE: Final = 4_000
_MOST_KNOWN: Final = 1_000  # values that stay known to a stream


@dataclass(frozen=True, slots=True)
class Release:
    """What may be shown now, and what was found in it.

    `findings` lie wholly in what was released; of `late` ones something had gone before: they are longer than what is held, or only
    what came behind them gave them away (森が代表で、森さんの…). Places count from the beginning of the stream as it was fed, before `transform`. `stop` is the
    finding that ended the stream; what stood before it is in `text`, it and all that follows are not.
    """

    text: str = field(default="", repr=False)
    findings: tuple[Finding, ...] = ()
    late: tuple[Finding, ...] = ()
    stop: Finding | None = None

    def __bool__(self) -> bool:
        return bool(self.text or self.findings or self.late or self.stop)


class _Told(NamedTuple):
    """A finding that was told, by its place in the stream."""

    kind: Kind
    type: str
    start: int
    end: int


class StreamInspector:
    """Inspects one stream. Not shared by threads.

    `inspect` is called with the text that waits and up to `context` characters before it, whenever a sentence has ended or
    `step` characters are new (or at once, where the caller asks for it) and something can be released: so its work for each character is bounded, however the
    stream is cut. A finding of up to `bound` characters is found whole, and nothing of it is released before,
    where it is a value as `beginnings` knows them or `begins` tells where it may have begun: given the text so far,
    the place from where on something is unfinished, or its length. Where `inspect` is the method of an object that has
    `begins` as well, as an `Inspector` has, that one is asked.

    `decide` is asked for each finding in the order of the text, once; True stops the stream before it. A finding that was told
    already and has grown since is not asked about or told again.
    `transform` makes what is released out of a piece of the text and the findings in it, for example
    ``lambda inspection: mask(inspection, placeholders, answer=True)``. When one of the four raises, nothing is
    released: what could not be looked at goes on waiting.
    """

    def __init__(
        self,
        inspect: Callable[[str], Inspection],
        *,
        transform: Callable[[Inspection], str] | None = None,
        decide: Callable[[Finding], bool] | None = None,
        begins: Callable[[str], int] | None = None,
        bound: int = 240,
        context: int = 400,
        step: int = 24,
    ) -> None:
        self._inspect = inspect
        self._transform = transform
        self._decide = decide
        known: Callable[[str], int] = getattr(getattr(inspect, "__self__", None), "begins", len)
        self._begins = known if begins is None else begins
        self._bound = bound
        self._context = context
        self._step = step
        self._window = ""  # the context, then what waits
        self._seen = 0  # how much of the window is context: it was released
        self._offset = 0  # where in the stream the window begins
        self._fresh = 0  # how many characters came since the last inspection
        self._known = Known(_MOST_KNOWN, surnames=True)
        self._told: set[_Told] = set()
        self._stop: Finding | None = None
        self._closed = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.released} characters released, {self.waiting} waiting>"

    @property
    def released(self) -> int:
        """How many characters of the stream, as it was fed, were released."""
        return self._offset + self._seen

    @property
    def waiting(self) -> int:
        """How many characters are held back."""
        return len(self._window) - self._seen

    @property
    def stop(self) -> Finding | None:
        """The finding that ended the stream."""
        return self._stop

    def feed(self, chunk: str, *, at_once: bool = False) -> Release:
        """Take the next piece of the stream; an empty release where nothing is certain yet, or after a stop.

        ``at_once``: look although fewer than `step` characters are new, for a stream so slow that somebody waits for each word.
        """
        if self._closed:
            raise ValueError("this stream was closed")
        releases = []
        for start in range(0, len(chunk), _PIECE):
            if self._stop is None:
                self._take(chunk[start : start + _PIECE])
                releases.append(self._advance(at_once))
        return _joined(releases)

    def close(self) -> Release:
        """Inspect and release what was held back: nothing more comes."""
        self._closed = True
        if self._stop is not None or not self.waiting:
            return Release()
        return self._release(self._look(), len(self._window))

    def _take(self, piece: str) -> None:
        self._window += piece
        self._fresh += len(piece)

    def _advance(self, at_once: bool) -> Release:
        overdue = self.waiting > self._bound + self._bound // 4
        if not (overdue or at_once):
            first = len(self._window) - self._fresh
            # A full stop counts once a space follows it.
            ended = sentence_ends(self._window, first - self._window.endswith(".", 0, max(first, 0)))
            if self._fresh < self._step and not ended:
                return Release()
        cut = self._certain()
        if cut <= self._seen and not overdue:
            return Release()
        inspection = self._look()
        self._fresh = 0
        cut = self._hold_findings(inspection, cut)
        if len(self._window) - cut > self._bound and overdue:
            cut = self._let_go(inspection, len(self._window) - self._bound)
        return self._release(inspection, cut)

    def _look(self) -> Inspection:
        return self._known.found_in(self._inspect(self._window))

    def _certain(self) -> int:
        """How much of the window is certain, as far as that can be said without an inspection."""
        text = self._window
        cut = min(unfinished(text, self._bound), GRAMMAR.held_from(text))
        if cut > self._seen:
            cut = min(cut, self._begins(text))
        return max(cut, self._seen)

    def _hold_findings(self, inspection: Inspection, cut: int) -> int:
        """Take back a cut before findings that it would divide and those whose sentence has not ended."""
        for one in inspection:
            judged_by_sentence = one.kind is not Kind.DATA or one.type == DataType.SENSITIVE
            if one.end > self._seen and judged_by_sentence and not sentence_ends(self._window, one.end - 1):
                cut = min(cut, one.start)
        for start, end in sorted(self._whole(inspection), reverse=True):
            if start < cut < end:
                cut = start
        return max(cut, self._seen)

    def _let_go(self, inspection: Inspection, cut: int) -> int:
        """Put forward a cut that can wait no longer behind the findings that it would divide."""
        for start, end in sorted(self._whole(inspection)):
            if start < cut < end:
                cut = end
        return cut

    def _whole(self, inspection: Inspection) -> list[tuple[int, int]]:
        """What is not divided: findings, and placeholders, which `transform` must see whole."""
        places = [(one.start, one.end) for one in inspection]
        places.extend(found.span() for found in GRAMMAR.whole.finditer(self._window, self._seen))
        return places

    def _release(self, inspection: Inspection, cut: int) -> Release:
        ended = sorted(
            (one for one in inspection if one.end <= cut and self._is_news(one)),
            key=lambda one: (one.start, one.end),
        )
        stop = next(
            (one for one in ended if self._decide is not None and self._decide(self._in_stream(one))), None
        )
        if stop is not None:
            cut = max(self._seen, stop.start)
            ended = [one for one in ended if one.end <= cut]
        text = self._window[self._seen : cut]
        if text and self._transform is not None:
            text = self._transform(self._piece(inspection, cut))
        release = Release(
            text,
            tuple(self._in_stream(one) for one in ended if one.start >= self._seen),
            tuple(self._in_stream(one) for one in ended if one.start < self._seen),
            stop and self._in_stream(stop),
        )
        self._keep(inspection, cut, release.late)
        self._move_to(cut, release.stop)
        return release

    def _is_news(self, one: Finding) -> bool:
        """Whether a finding was not told yet. One in what was released long ago is none, for its text is no longer whole."""
        if one.end <= self._seen and self._offset and one.start < self._seen - self._context // 2:
            return False
        # What a value is called may change with what comes behind it.
        any_type = one.kind is Kind.DATA and one.end <= self._seen
        place = self._in_stream(one)
        return not any(
            told.start < place.end
            and place.start < told.end
            and told.kind == one.kind
            and (any_type or told.type == one.type)
            for told in self._told
        )

    def _keep(self, inspection: Inspection, cut: int, late: Sequence[Finding]) -> None:
        """Remember what was told, as far as it lies in what is kept, and the values in it, late ones as well."""
        told_late = {(one.start - self._offset, one.end - self._offset) for one in late}
        for one in inspection.data:
            if self._seen < one.end <= cut or (one.start, one.end) in told_late:
                self._known.add(one, one.of(self._window))
        first = self._offset + cut - self._context
        self._told = {told for told in self._told if told.end > first}
        for one in map(self._in_stream, inspection):
            if first < one.end <= self._offset + cut:
                self._told.add(_Told(one.kind, one.type, one.start, one.end))

    def _piece(self, inspection: Inspection, cut: int) -> Inspection:
        """What is about to be released as an inspection of its own; findings that reach beyond it are cut to it."""
        first = self._seen
        findings = (
            replace(one, start=max(one.start, first) - first, end=min(one.end, cut) - first)
            for one in inspection
            if one.end > first and one.start < cut
        )
        return Inspection(self._window[first:cut], tuple(findings), inspection.rules)

    def _move_to(self, cut: int, stop: Finding | None) -> None:
        self._stop = stop
        start = context_start(self._window, cut, self._context)
        # After a stop nothing is looked at again: what must not be shown is not kept either.
        self._window = self._window[start : cut if stop else None]
        self._offset += start
        self._seen = cut - start

    def _in_stream(self, one: Finding) -> Finding:
        return replace(one, start=one.start + self._offset, end=one.end + self._offset)


def _joined(releases: Sequence[Release]) -> Release:
    if len(releases) == 1:
        return releases[0]
    return Release(
        "".join(one.text for one in releases),
        tuple(finding for one in releases for finding in one.findings),
        tuple(finding for one in releases for finding in one.late),
        releases[-1].stop if releases else None,
    )
