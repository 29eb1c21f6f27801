"""What is about to be sent, as a page shows it: marked where something was found, with what happens to it and what can be done."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.access.handling import ACTION_LABELS, ACTION_TONES
from kijun.governance.chat.beside import english
from kijun.governance.chat.models import Attachment
from kijun.governance.interactions import wording

MOST_SHOWN: Final = 50
_WHAT: Final[Mapping[str, StrOrPromise]] = {
    "mask": _("AIに渡る前に伏せます。回答では元に戻ります。"),
    "confirm": _("送ってよいかを確かめてください。確かめて送ると、このままAIに渡ります。"),
    "block": _("このままでは送れません。伏せるか消すか、書き換えてください。"),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the marked text; ``action`` empty: nothing was found there."""

    text: str
    action: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One finding that something is done about. ``quote`` is the person's own text, shown back to them."""

    type: str
    label: str
    action: str
    action_label: StrOrPromise
    tone: str
    what: StrOrPromise
    why: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class InFile:
    """What was found in one file, by kind."""

    attachment: Attachment
    kinds: list[tuple[str, int, str]]
    blocked: bool
    stopping: list[tuple[int, int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Check:
    """What the gateway would do. ``seen`` is a digest of all of it: sent along, it says that the person has seen just this."""

    verdict: str
    pieces: list[Piece]
    found: list[Found]
    more: int
    files: list[InFile]
    seen: str
    gone: Sequence[Attachment] = ()
    """Files whose text is gone: it would be sent without them."""

    @property
    def stops(self) -> bool:
        return self.verdict == "blocked"

    @property
    def asks(self) -> bool:
        """Something has to be seen before it is sent."""
        return self.verdict != "allowed" or bool(self.gone)

    @property
    def without(self) -> str:
        """The numbers of the files that are gone, as the form sends them back."""
        return ",".join(str(one.pk) for one in self.gone)


def check(
    told: Mapping[str, Any], text: str, files: Sequence[Attachment], gone: Sequence[Attachment] = ()
) -> Check:
    """Out of the gateway's answer: ``texts[0]`` is what was written, the others are files in their order."""
    findings = [one for one in told.get("findings", []) if isinstance(one, Mapping)]
    findings = [one for one in findings if one.get("action") in _WHAT]
    own = [one for one in findings if one.get("where") == "texts[0]"]
    listed = [_found(one, text) for one in sorted(own, key=lambda one: one["start"])]
    in_files = [
        _in_file(row, [one for one in findings if one.get("where") == f"texts[{at}]"])
        for at, row in enumerate(files, 1)
    ]
    verdict = str(told.get("verdict", "blocked"))
    return Check(
        verdict,
        _marked(text, listed),
        listed[:MOST_SHOWN],
        max(0, len(listed) - MOST_SHOWN),
        [one for one in in_files if one.kinds],
        _digest(text, files, gone, findings),
        gone,
    )


def _found(one: Mapping[str, Any], text: str) -> Found:
    action, type = str(one["action"]), str(one.get("type", ""))
    why = one.get("why")
    words = why.get("en" if english() else "ja", "") if isinstance(why, Mapping) else ""
    start, end = int(one["start"]), int(one["end"])
    return Found(
        type,
        str(wording.finding(type)),
        action,
        ACTION_LABELS.get(action, action),
        ACTION_TONES.get(action, ""),
        _WHAT[action],
        str(words),
        text[start:end][:60],
        start,
        end,
    )


def _in_file(row: Attachment, findings: Sequence[Mapping[str, Any]]) -> InFile:
    counted: dict[tuple[str, str], int] = {}
    for one in findings:
        key = (str(one.get("type", "")), str(one["action"]))
        counted[key] = counted.get(key, 0) + 1
    kinds = [
        (str(wording.finding(type)), count, str(ACTION_LABELS.get(action, action)))
        for (type, action), count in counted.items()
    ]
    stopping = [
        (int(one["start"]), int(one["end"]), str(wording.finding(str(one.get("type", "")))))
        for one in findings
        if one["action"] in {"block", "confirm"}
    ]
    return InFile(row, kinds, any(one["action"] == "block" for one in findings), stopping)


def _marked(text: str, found: Sequence[Found]) -> list[Piece]:
    pieces: list[Piece] = []
    at = 0
    for one in found:
        if one.start < at or one.end > len(text):
            continue
        if one.start > at:
            pieces.append(Piece(text[at : one.start]))
        pieces.append(Piece(text[one.start : one.end], one.action, one.label))
        at = one.end
    if at < len(text):
        pieces.append(Piece(text[at:]))
    return pieces


def _digest(
    text: str,
    files: Sequence[Attachment],
    gone: Sequence[Attachment],
    findings: Sequence[Mapping[str, Any]],
) -> str:
    places = sorted(
        (str(one.get("where")), int(one["start"]), int(one["end"]), str(one["action"])) for one in findings
    )
    said = [text, [[one.pk, one.characters] for one in files], [one.pk for one in gone], places]
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_NON_STR_KEYS)).hexdigest()[:32]


def edited(text: str, act: str) -> str:
    """The text after 伏せる or 消す: ``mask:START:END:TYPE`` or ``drop:START:END:TYPE``. Anything else changes nothing."""
    what, _colon, rest = act.partition(":")
    parts = rest.split(":", 2)
    if what not in {"mask", "drop"} or len(parts) != 3 or not (parts[0].isdecimal() and parts[1].isdecimal()):
        return text
    start, end = int(parts[0][:9]), int(parts[1][:9])
    if not 0 <= start < end <= len(text):
        return text
    return text[:start] + (f"■{wording.finding(parts[2])}■" if what == "mask" else "") + text[end:]
