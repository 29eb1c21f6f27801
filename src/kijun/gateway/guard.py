"""An answer between upstream and person: inspected, values put back, findings of its own treated as the purpose says.

Two forms of each text come out: *shown* to the person (their own values restored, findings hidden as ■氏名■) and *kept* in the ledger
(every value as a placeholder; what it stands for goes into the entry's ``masked``).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any, Final
from weakref import WeakSet

from kijun.gateway.carried import Carry
from kijun.gateway.handling import DEFAULT_OUTPUT, action_for
from kijun.gateway.inspecting import IN_THREAD, Reader, in_thread
from kijun.gateway.jsons import quoted
from kijun.gateway.lines import may_hold_placeholder
from kijun.gateway.pieces import AnswerPiece
from kijun.gateway.snapshot import Action, Handling
from kijun.gateway.tellings import Telling
from kijun.inspection import (
    Finding,
    Inspection,
    Kind,
    Placeholders,
    StreamInspector,
    TextTooLong,
    Treatment,
    in_clear,
    restore,
    treat,
)

_MOST_FINDINGS: Final = 1_000
_EVERY: Final = 0.1  # seconds between two inspections of a text that comes faster than that
#: By how much of it that is longer with each other text under way, and how many times as long at most: all of them wait
#: for one processor, and the first words of the next answer with them.
_EVERY_EACH: Final = 0.1
_EVERY_MOST: Final = 5.0
#: Seconds after which what came of a slow stream is inspected however little it is, and how much longer with each other text under way:
#: somebody waits for each word, but many at once would need the processor for nothing else.
_PATIENCE: Final = 0.15
_PATIENCE_EACH: Final = 0.02
_MOST_PENDING: Final = 400  # characters that wait for that at most
_ESCAPE: Final = re.compile(
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|.)"
)
#: What may be the beginning of an escape at the end of a text. A pair of surrogates has twelve characters.
_OPEN_ESCAPE: Final = re.compile(
    r"(?:\\u[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u[0-9a-fA-F]{0,3})?)?|\\(?:u[0-9a-fA-F]{0,3})?)\Z"
)


def _quoted_in_clear(value: str) -> str:
    return quoted(in_clear(value))


class Blocked(Exception):
    """The purpose does not let this answer be shown."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.type)
        self.finding = finding


@dataclass
class Guard:
    """Of one answer. ``table`` has the placeholders that were sent; what is found in the answer is added to it.

    ``carry`` seals what the client only carries back.
    """

    reader: Reader
    handling: Handling
    table: Placeholders
    findings: list[tuple[str, Finding, Action]] = field(default_factory=list)
    count: int = 0
    released: int = 0
    """Characters of streams that may be shown, as they are shown."""
    carry: Carry = lambda _: False
    passes_unread: bool = False
    unread: list[dict[str, str]] = field(default_factory=list)
    """Parts of the answer that nobody can inspect."""
    _actions: dict[str, Action] = field(default_factory=dict)

    def action(self, finding: Finding) -> Action:
        """What becomes of a finding in an answer: allow, mask or block."""
        found = self._actions.get(finding.type)
        if found is None:
            found = action_for(finding.type, self.handling, DEFAULT_OUTPUT)
            if found is Action.CONFIRM:
                found = Action.MASK
            self._actions[finding.type] = found
        return found

    def inspect(self, text: str, *, remembered: bool = False) -> Inspection:
        """What a text of the answer holds beside the placeholders that the person's own values stand behind.

        ``remembered``: a whole answer comes back with the next request as part of the conversation, pieces of one do not.
        """
        found = self.reader.inspect(text) if remembered else self.reader.inspector.inspect(text)
        if not found.findings or not may_hold_placeholder(text):
            return found
        given = [(one.start, one.end) for one in self.table.read(text) if one.value is not None]
        kept = tuple(
            one
            for one in found
            if one.kind is not Kind.DATA or not _only_given(text, one.start, one.end, given)
        )
        return found if len(kept) == len(found.findings) else replace(found, findings=kept)

    def begins(self, text: str) -> int:
        """Where something may have begun that only the rest of a stream tells."""
        return self.reader.inspector.begins(text)

    def note(self, place: str, finding: Finding) -> None:
        """Keep a finding for the record, up to a number; all are counted."""
        self.count += 1
        if len(self.findings) < _MOST_FINDINGS:
            self.findings.append((place, finding, self.action(finding)))

    def passes(self, place: str, what: str) -> bool:
        """Whether a part that nobody can inspect goes on: where the purpose allows that, and no words were hidden which it may say as well.

        It is marked in the record either way.
        """
        passes = self.passes_unread and all(action is Action.ALLOW for _, _, action in self.findings)
        told = {"where": place, "what": what, **({} if passes else {"why": "left out"})}
        if told not in self.unread and len(self.unread) < _MOST_FINDINGS:
            self.unread.append(told)
        return passes

    def shown(self, inspection: Inspection, *, in_json: bool = False) -> str:
        """The text as the person gets it."""
        text = inspection.text
        if not inspection.findings and not may_hold_placeholder(text):
            return text
        hidden = treat(
            inspection,
            lambda one: Treatment.REDACT if self.action(one) is not Action.ALLOW else None,
            self.table,
            answer=True,
        )
        return restore(hidden, self.table, _quoted_in_clear if in_json else in_clear)

    def kept(self, inspection: Inspection) -> str:
        """The text as it is recorded."""
        if not inspection.findings and not may_hold_placeholder(inspection.text):
            return inspection.text
        return treat(
            inspection,
            lambda one: Treatment.MASK if one.kind is Kind.DATA or self.action(one) is Action.MASK else None,
            self.table,
            answer=True,
        )

    async def whole(self, piece: AnswerPiece) -> tuple[Any, Any]:
        """A text that is there as a whole, shown and kept. Raises `Blocked` after noting what was found."""
        text = piece.text
        if len(text) >= IN_THREAD:
            return await in_thread(self.whole_now, piece)
        return self.whole_now(piece)

    def whole_now(self, piece: AnswerPiece) -> tuple[Any, Any]:
        """`whole`, at once."""
        found = self.inspect(piece.text, remembered=True)
        if isinstance(piece, Telling):
            found = piece.widened(found)
        if not found.findings and not may_hold_placeholder(piece.text):
            return piece.raw, piece.raw
        blocked = None
        for one in found:
            self.note(piece.place, one)
            if blocked is None and self.action(one) is Action.BLOCK:
                blocked = one
        kept = piece.render(found, self.kept)
        if blocked is not None:
            raise Blocked(blocked)
        return piece.render(found, self.shown), kept


_under_way: WeakSet[Channel] = WeakSet()


class Channel:
    """One text of a stream, such as the content of the first choice.

    ``in_json``: the text is JSON, so that restored values are written with its escapes. ``every``: seconds between two inspections.
    """

    def __init__(self, guard: Guard, place: str, *, in_json: bool = False, every: float = _EVERY) -> None:
        self.place, self._every = place, every
        self._guard, self._in_json = guard, in_json
        self._kept: list[str] = []
        self._shown: list[str] = []
        self._unescape = Unescape() if in_json else None
        self._stream = StreamInspector(
            guard.inspect, transform=self._transform, decide=self._decide, begins=guard.begins
        )
        self._pending, self._length = "", 0
        self._fed = 0.0
        self._looked = monotonic()
        self.stop: Finding | None = None
        _under_way.add(self)

    @property
    def kept(self) -> str:
        """What has gone through, as it is recorded."""
        return "".join(self._kept)

    @property
    def shown(self) -> str:
        """What has gone through, as the person got it."""
        return "".join(self._shown)

    @property
    def waits(self) -> bool:
        """Whether something is held back."""
        held = self._unescape is not None and self._unescape.waits
        return held or bool(self._pending) or self._stream.waiting > 0

    def feed(self, text: str) -> str:
        """Take a piece; give what may be shown now. After a `stop` nothing comes any more.

        A fast stream is inspected ten times a second, less often beside many others, not with each piece: nobody reads faster, and others need the processor.
        Of a slow one no word waits for more to come than it needs to be certain.
        """
        if self._unescape is not None:
            text = self._unescape.feed(text)
        self._length += len(text)
        if self._length > (most := self._guard.reader.inspector.policy.longest):
            raise TextTooLong(
                f"回答が{most:,}文字を超えました。", f"the answer has more than {most:,} characters"
            )
        self._pending += text
        now = monotonic()
        every = self._every * min(1 + _EVERY_EACH * (len(_under_way) - 1), _EVERY_MOST)
        if self._shown and now - self._fed < every and len(self._pending) < _MOST_PENDING:
            return ""
        self._fed = now
        pending, self._pending = self._pending, ""
        at_once = now - self._looked >= _PATIENCE + _PATIENCE_EACH * len(_under_way)
        if at_once:
            self._looked = now
        return self._take(self._stream.feed(pending, at_once=at_once))

    def close(self) -> str:
        """Give the rest."""
        _under_way.discard(self)
        rest, self._pending = self._pending, ""
        if self._unescape is not None:
            rest += self._unescape.close()
        first = self._take(self._stream.feed(rest)) if rest else ""
        return first + self._take(self._stream.close())

    def _take(self, release: Any) -> str:
        for one in (*release.findings, *release.late):
            self._guard.note(self.place, one)
        if release.stop is not None and self.stop is None:
            self.stop = release.stop
            self._guard.note(self.place, release.stop)
        text: str = release.text
        if text:
            self._shown.append(text)
            self._guard.released += len(text)
        return text

    def _transform(self, inspection: Inspection) -> str:
        if not inspection.findings and not may_hold_placeholder(inspection.text):
            self._kept.append(inspection.text)
            return inspection.text
        self._kept.append(self._guard.kept(inspection))
        return self._guard.shown(inspection, in_json=self._in_json)

    def _decide(self, finding: Finding) -> bool:
        return self._guard.action(finding) is Action.BLOCK


class Unescape:
    """Reads ``\\u5c71`` as 山 in JSON that is cut anywhere, so that inspection sees what it says. ASCII keeps its escapes."""

    def __init__(self) -> None:
        self._held = ""

    @property
    def waits(self) -> bool:
        """Whether an escape has begun."""
        return bool(self._held)

    def feed(self, text: str) -> str:
        """Take a piece; give what is certain."""
        if not self._held and "\\" not in text:
            return text
        text = self._held + text
        cut = self.open_from(text)
        self._held = text[cut:]
        return _ESCAPE.sub(_unescaped, text[:cut])

    def close(self) -> str:
        """What was held."""
        held, self._held = self._held, ""
        return _ESCAPE.sub(_unescaped, held)

    @staticmethod
    def open_from(text: str) -> int:
        """Where an escape begins that has not ended; the text's length where none does. Backslashes pair from the left, so whole ones are passed over first."""
        place = text.find("\\")
        while place >= 0:
            if _OPEN_ESCAPE.match(text, place):
                return place
            found = _ESCAPE.match(text, place)
            if found is None:
                return place
            place = text.find("\\", found.end())
        return len(text)


def _unescaped(found: re.Match[str]) -> str:
    high, low, single = found.groups()
    if high:
        return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + (int(low, 16) - 0xDC00))
    if single:
        code = int(single, 16)
        if code >= 0xA0 and not 0xD800 <= code <= 0xDFFF and code not in (0x2028, 0x2029):
            return chr(code)
    return found[0]


def _only_given(text: str, start: int, end: int, given: list[tuple[int, int]]) -> bool:
    """Whether a finding is nothing but given placeholders and what stands between them."""
    at = bisect_right(given, start, key=lambda one: one[1])
    rest, place, covers = "", start, False
    while at < len(given) and given[at][0] < end:
        first, last = given[at]
        rest += text[place : max(start, first)]
        place, covers, at = min(end, last), True, at + 1
    rest += text[place:end]
    return covers and not any(char.isalnum() for char in rest)


def values_of(table: Placeholders, first: int = 0) -> Mapping[str, str]:
    """Placeholder → value, of the entries from a number on."""
    if len(table) <= first:
        return {}
    return {f"⟦{body}⟧": value for _, body, value in table.to_dict()["entries"][first:]}


def told(place: str, message: int | None, finding: Finding, type: str, action: Action) -> dict[str, Any]:
    """A finding for answers and records: where and what, never the value."""
    label = finding.label
    said: dict[str, Any] = {
        "type": type,
        "label_ja": label.ja,
        "label_en": label.en,
        "action": str(action),
        "where": place,
        "start": finding.start,
        "end": finding.end,
        "score": finding.score,
        "rule": finding.rule,
        "rule_version": finding.version,
        "why": {"ja": finding.why.ja, "en": finding.why.en},
    }
    if message is not None:
        said["message_index"] = message
    if finding.refs:
        said["refs"] = list(finding.refs)
    if finding.target:
        said["target"] = finding.target
    return said
