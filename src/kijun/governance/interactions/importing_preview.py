"""What an import would record, before anything is: counted, with what is wrong and the first rows as they would stand in the ledger."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from kijun.governance.accounts.models import Person
from kijun.governance.interactions import importing
from kijun.governance.interactions.importing_entries import Reader
from kijun.governance.interactions.models import ImportTemplate
from kijun.governance.interactions.reading import texts

SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row as it would be recorded: masked. ``person`` is what the file says where nobody is known by it."""

    number: int
    at: datetime.datetime | None
    person: Person | str
    question: str
    answer: str
    findings: list[str]


@dataclass(frozen=True, slots=True)
class Preview:
    """Of ``rows`` in the file, ``fresh`` would be recorded, ``double`` are known already or ``repeated`` (row, the earlier one), ``wrong`` (row, why) are left out."""

    rows: int
    fresh: int
    double: int
    repeated: list[tuple[int, int]]
    wrong: list[tuple[int, list[str]]]
    shown: list[ShownRow]

    @classmethod
    def of(cls, template: ImportTemplate, content: bytes, filename: str, sha256: str) -> Preview:
        """Read a file by a template. Raises `SheetError` for one that cannot be read, `InspectionError` for rules that cannot be used."""
        reader = Reader.of(template, sha256)
        rows = importing.read(template.form, content, filename, template.mapping)
        reader.judge(rows)
        good = importing.distinct(rows)
        old = reader.known(good)
        fresh = [row for key, row in good.items() if key not in old]
        wrong = [(row.number, row.errors) for row in rows if row.errors]
        shown = [_shown(reader, row) for row in fresh[:SHOWN]]
        double = len(rows) - len(wrong) - len(fresh)
        return cls(len(rows), len(fresh), double, importing.repeated(rows), wrong, shown)


def _shown(reader: Reader, row: importing.Row) -> ShownRow:
    entries = reader.entries(row)
    said = [" ".join(text for _role, text, _place in texts(one.content))[:200] for one in entries]
    return ShownRow(
        row.number,
        row.at,
        reader.people.find(row.who) or row.who,
        said[0],
        said[1] if len(said) > 1 else "",
        sorted({type for one in entries for type in one.findings}),
    )
