"""What an import would record, before anything is: counted, with what is wrong and the first rows as they would stand in the ledger."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kijun.governance.accounts.models import Person
from kijun.governance.interactions import importing
from kijun.governance.interactions.importing import Passed, Place
from kijun.governance.interactions.importing_entries import People, Reader
from kijun.governance.interactions.models import ImportTemplate
from kijun.governance.interactions.reading import texts

SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row as it would be recorded: masked. ``person`` is what the file says where nobody is known by it."""

    place: Place
    at: datetime.datetime | None
    person: Person | str
    question: str
    answer: str
    findings: list[str]


@dataclass(frozen=True, slots=True)
class Preview:
    """Of ``rows`` in the file, ``fresh`` would be recorded, ``double`` are known already or ``repeated`` (row, the earlier one), ``wrong`` (row, why) are left out.

    ``passed`` tells what was not even taken for a row, and why; ``sheets``, of a workbook with several, which were read with how many rows.

    Of the fresh ones, ``first_post`` count under the first department that is known of their person, ``no_post`` under none.
    """

    rows: int
    fresh: int
    double: int
    repeated: list[tuple[Place, Place]]
    wrong: list[tuple[Place, list[str]]]
    passed: Passed
    sheets: list[tuple[str, int]]
    shown: list[ShownRow]
    first_post: list[Place]
    no_post: list[Place]

    @classmethod
    def of(cls, template: ImportTemplate, content: bytes, filename: str, sha256: str) -> Preview:
        """Read a file by a template. Raises `SheetError` for one that cannot be read, `InspectionError` for rules that cannot be used."""
        reader = Reader.of(template, sha256)
        log = importing.read(template.form, content, filename, template.mapping)
        rows = log.rows
        reader.judge(rows)
        good = importing.distinct(rows)
        old = reader.known(good)
        fresh = [row for key, row in good.items() if key not in old]
        wrong = [(row.place, row.errors) for row in rows if row.errors]
        shown = [_shown(reader, row) for row in fresh[:SHOWN]]
        double = len(rows) - len(wrong) - len(fresh)
        posts = _posts(reader.people, fresh)
        repeated = importing.repeated(rows)
        return cls(len(rows), len(fresh), double, repeated, wrong, log.passed, log.sheets, shown, *posts)


def _posts(people: People, rows: Iterable[importing.Row]) -> tuple[list[Place], list[Place]]:
    """Rows from before their person's first known post, and rows of somebody known on whose day no post is known."""
    before: list[Place] = []
    without: list[Place] = []
    for row in rows:
        person = people.find(row.who)
        if person is None or row.at is None:
            continue
        if not people.department(person, row.at):
            without.append(row.place)
        elif people.is_before(person, row.at):
            before.append(row.place)
    return before, without


def _shown(reader: Reader, row: importing.Row) -> ShownRow:
    entries = reader.entries(row)
    said = [" ".join(text for _role, text, _place in texts(one.content))[:200] for one in entries]
    return ShownRow(
        row.place,
        row.at,
        reader.people.find(row.who) or row.who,
        said[0],
        said[1] if len(said) > 1 else "",
        sorted({type for one in entries for type in one.findings}),
    )
