"""Files and standard input as documents for the command line, and one JSON document about all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, Final

from kijun.inspection.careful import inspect_carefully
from kijun.inspection.files import Document, FileLimits, Piece, Place, extract
from kijun.inspection.files.decoding import decode
from kijun.inspection.inspector import Inspector
from kijun.inspection.model import Finding, Inspection, InspectionError
from kijun.inspection.vocabulary import Words

STANDARD_INPUT: Final = "-"
_LIMITS: Final = FileLimits()
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Seen:
    """One file: its document and inspection, or why there is none."""

    name: str
    document: Document = field(default=Document("", (), "text"), repr=False)
    inspection: Inspection = field(default=Inspection("", ()), repr=False)
    error: Words | None = None

    def place(self, one: Finding) -> Words:
        """Where a finding stands, in words for people."""
        return self.document.place_of(one.start, one.end).words


def see(name: str, standard_input: IO[bytes], inspector: Inspector) -> Seen:
    """Read and inspect a file, or standard input where the name is ``-``; never fails."""
    try:
        document = _document(name, standard_input)
        return Seen(name, document, inspect_carefully(inspector, document.text))
    except InspectionError as error:
        return Seen(name, error=error.message)
    except OSError as error:
        return Seen(name, error=why_closed(error))
    except ValueError:  # a name with a zero byte
        return Seen(name, error=Words("ファイルを開けません。", "cannot be opened"))


def why_closed(error: OSError) -> Words:
    """Why a file cannot be opened or read."""
    reason = error.strerror or type(error).__name__
    for kind, ja in _WHY_CLOSED:
        if isinstance(error, kind):
            return Words(ja, f"cannot be opened: {reason}")
    number = f"（エラー番号 {error.errno}）" if error.errno else ""
    return Words(f"ファイルを開けません{number}。", f"cannot be opened: {reason}")


_WHY_CLOSED: Final = (
    (FileNotFoundError, "ファイルがありません。"),
    (NotADirectoryError, "ファイルがありません。途中の名前がフォルダーではありません。"),
    (IsADirectoryError, "フォルダーです。中のファイルを指定してください。"),
    (PermissionError, "ファイルを読む権限がありません。"),
)


def _document(name: str, standard_input: IO[bytes]) -> Document:
    if name == STANDARD_INPUT:
        data = standard_input.read(_LIMITS.bytes + 1)
    else:
        with Path(name).open("rb") as file:
            data = file.read(_LIMITS.bytes + 1)
    document = extract(data, "" if name == STANDARD_INPUT else Path(name).name)
    return as_it_is(document, data) if document.kind == "text" else document


def as_it_is(document: Document, data: bytes) -> Document:
    """The document of a plain text with every blank line and line end kept, for a masked text to be the text."""
    text = decode(data).text
    pieces, start = [], 0
    for number, line in enumerate(_LINE_END.split(text), 1):
        end = start + len(line)
        pieces.append(Piece(start, end, Place("line", number)))
        start = end + (2 if text.startswith("\r\n", end) else 1)
    return replace(document, text=text, pieces=tuple(pieces))


def report(
    seen: Iterable[Seen], rules: str, treat: Callable[[Inspection], str] | None = None
) -> dict[str, Any]:
    """Everything about all files. It holds no value that was found: places say where to look."""
    files = [_file(one, treat) for one in seen]
    counts: dict[str, int] = {}
    for file in files:
        for type, count in file.get("counts", {}).items():
            counts[type] = counts.get(type, 0) + count
    return {"rules": rules, "counts": counts, "files": files}


def _file(one: Seen, treat: Callable[[Inspection], str] | None) -> dict[str, Any]:
    if one.error is not None:
        return {"name": one.name, "error": words(one.error)}
    return {
        "name": one.name,
        "kind": one.document.kind,
        "counts": {str(type): count for type, count in one.inspection.counts().items()},
        "findings": [_finding(one, finding) for finding in one.inspection],
        "unread": one.document.unread,
        "unopened": one.document.unopened,
        "notes": [words(note) for note in one.document.notes],
        **({"text": treat(one.inspection)} if treat is not None else {}),
    }


def _finding(seen: Seen, one: Finding) -> dict[str, Any]:
    return {
        "kind": str(one.kind),
        "type": str(one.type),
        "label": words(one.label),
        "place": words(seen.place(one)),
        "start": one.start,
        "end": one.end,
        "score": one.score,
        "rule": one.rule,
        "version": one.version,
        "why": words(one.why),
        "refs": list(one.refs),
        "target": one.target,
    }


def words(both: Words) -> dict[str, str]:
    """Words as JSON has them."""
    return {"ja": both.ja, "en": both.en}
