"""JSON lines in, JSON lines out: ``{"id","text"}`` becomes ``{"id","spans","findings"}``, one for one and in order."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Final

from kijun.inspection.careful import inspect_carefully
from kijun.inspection.inspector import Inspector
from kijun.inspection.json_members import NoJson, NoObject, TooManyTokens, members
from kijun.inspection.model import Finding, Inspection, InspectionError
from kijun.inspection.vocabulary import Kind, Words

#: Bytes that JSON may need for one character (a surrogate pair: two of ``\\uXXXX``), and for what is not the text.
_BYTES: Final = 12
_AROUND: Final = 65_536
_BOM: Final = b"\xef\xbb\xbf"
_NULL: Final = "null"
_NO_ASCII: Final = re.compile("[^\x00-\x7f]+")

Treat = Callable[[Inspection], str]


@dataclass(frozen=True, slots=True)
class Answer:
    """One line's answer: its id as JSON, just as it was written; what else to write, whether anything was found, and what was wrong
    with the line."""

    id: str = _NULL
    row: Mapping[str, Any] = field(default_factory=dict)
    found: bool = False
    error: Words | None = None

    def line(self, language: str) -> str:
        """The answer as one line of JSON, in ASCII, so that nothing in it can be cut or refused by what reads it."""
        row = self.row if self.error is None else {"error": self.error.in_(language)}
        # A number read and written again is another (1e2, twenty digits); what is no ASCII stands in strings alone.
        id = _NO_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], self.id)
        rest = json.dumps(row, separators=(",", ":"), allow_nan=False)
        return f'{{"id":{id}{"," if row else ""}{rest[1:]}'


def answers(
    stream: IO[bytes], inspector: Inspector, treat: Treat | None = None
) -> Iterator[tuple[int, Answer]]:
    """An answer for each line of a stream that is not empty, with the line's number, as soon as it was read.

    `treat` makes the text that goes with an answer (masked, redacted); without it none does.
    """
    longest = inspector.policy.longest
    for number, line in enumerate(lines(stream, longest * _BYTES + _AROUND), 1):
        if line is None:
            yield number, Answer(error=_too_long(longest))
        elif line.strip():
            yield number, answer(line, inspector, treat)


def lines(stream: IO[bytes], most: int) -> Iterator[bytes | None]:
    """The lines of a stream; None for one of more than `most` bytes, which are passed over and not kept."""
    first = True
    while line := stream.readline(most + 1):
        if first:
            line, first = line.removeprefix(_BOM), False
        if len(line) <= most or line.endswith(b"\n"):
            yield line
            continue
        del line
        while (rest := stream.readline(_AROUND)) and not rest.endswith(b"\n"):
            pass
        yield None


def answer(line: bytes, inspector: Inspector, treat: Treat | None = None) -> Answer:
    """The answer to one line."""
    try:
        row = _read(line)
    except NoObject:
        return _refused(_NULL, "{…} の形のJSONではありません。", "this line is no JSON object")
    except TooManyTokens as error:
        return _refused(_id(error), "JSONの項目が多すぎます。", "this line's JSON has too many values")
    except NoJson as error:
        return _refused(_id(error), "JSONとして読めない行です。", "this line is no JSON")
    id, text = row.get("id", _NULL), row.get("text", "")
    if not text.startswith('"'):
        return _refused(id, '"text" に文字列がありません。', '"text" is missing or no string')
    try:
        inspection = inspect_carefully(inspector, json.loads(text))
        treated = {} if treat is None else {"text": treat(inspection)}
    except InspectionError as error:
        return Answer(id, error=error.message)
    return Answer(id, {**treated, **found(inspection)}, bool(inspection))


def _read(line: bytes) -> dict[str, str]:
    """The members of a line. Half a surrogate pair is let through, as an escape (\\ud800) and as bytes: other programs write both."""
    try:
        text = line.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise NoJson(members(line[: error.start].decode("utf-8", "surrogatepass"))) from None
    return members(text)


def _id(error: NoJson) -> str:
    """The id of a line that had been read when it turned out to be no JSON."""
    return error.before.get("id", _NULL)


def found(inspection: Inspection) -> dict[str, Any]:
    """What was found as the format has it: data as spans, attacks and expressions as findings."""
    return {
        "spans": [{**_place(one), "type": str(one.type), **_sure(one)} for one in inspection.data],
        "findings": [
            {"kind": str(one.kind), "category": str(one.type), **_place(one), **_sure(one)}
            for one in inspection
            if one.kind is not Kind.DATA
        ],
    }


def _place(one: Finding) -> dict[str, int]:
    return {"start": one.start, "end": one.end}


def _sure(one: Finding) -> dict[str, Any]:
    return {"score": one.score, "rule": one.rule}


def _refused(id: str, ja: str, en: str) -> Answer:
    return Answer(id, error=Words(ja, en))


def _too_long(longest: int) -> Words:
    return Words(
        f"行が長すぎます。1行の文章は{longest:,}文字以内に分けてください。",
        f"the line is too long; split its text into pieces of at most {longest:,} characters",
    )
