"""Carrying out a confirmed import: part by part, going on after a crash where it stopped, nothing twice."""

from __future__ import annotations

import datetime
import logging
import time
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation

from kijun.governance.audit.actions import record
from kijun.governance.audit.refs import SYSTEM
from kijun.governance.interactions import importing, ledger
from kijun.governance.interactions.importing import Row, distinct
from kijun.governance.interactions.importing_entries import Reader
from kijun.governance.interactions.importing_files import content_of, faults_of, forget, sealed_faults
from kijun.governance.interactions.models import ImportedRow, ImportRun
from kijun.inspection import InspectionError
from kijun.ledger.model import Entry, LedgerError, Query
from kijun.web.excel import SheetError

log = logging.getLogger("kijun.records")
PART: Final = 100
"""Rows that are recorded together."""
MOST_SECONDS: Final = 480.0
"""A job is ended after ten minutes: an import that takes longer goes on with the next."""
ABANDONED: Final = datetime.timedelta(minutes=3)
"""After this long without a sign, the process that carried out a run is taken for dead."""
MOST_FAULTS: Final = 500
"""Rows of which a run keeps why they were left out."""
FAULTS_KEPT: Final = datetime.timedelta(days=90)


def run_waiting() -> int:
    """Carry on with all imports that were confirmed; gives how many rows were looked at."""
    end = time.monotonic() + MOST_SECONDS
    looked = 0
    dead = timezone.now() - ABANDONED
    waiting = ImportRun.objects.filter(state=ImportRun.State.WAITING)
    stuck = ImportRun.objects.filter(state=ImportRun.State.RUNNING, touched_at__lt=dead)
    for pk in [*waiting.order_by("pk").values_list("pk", flat=True), *stuck.values_list("pk", flat=True)]:
        if time.monotonic() >= end:
            break
        looked += run(pk, end)
    return looked


def run(pk: int, end: float | None = None) -> int:
    """Carry on with one import, if nobody else does."""
    dead = timezone.now() - ABANDONED
    rows = ImportRun.objects.filter(pk=pk)
    claimed = rows.filter(state=ImportRun.State.WAITING) | rows.filter(
        state=ImportRun.State.RUNNING, touched_at__lt=dead
    )
    if not claimed.update(state=ImportRun.State.RUNNING, touched_at=timezone.now()):
        return 0
    one = ImportRun.objects.select_related(
        "template__municipality", "template__purpose", "template__system", "municipality"
    ).get(pk=pk)
    end = time.monotonic() + MOST_SECONDS if end is None else end
    try:
        return _carry_on(one, end)
    except SheetError as error:
        _finish(one, ImportRun.State.FAILED, str(error))
    except (
        InspectionError
    ) as error:  # the municipality's own rules cannot be used: nothing is recorded uninspected
        _finish(one, ImportRun.State.FAILED, error.message.ja)
    except LedgerError as error:
        log.error("an import waits for the ledger: %s", error.en)
        ImportRun.objects.filter(pk=pk).update(state=ImportRun.State.WAITING)
    return 0


def _carry_on(one: ImportRun, end: float) -> int:
    template = one.template
    assert template is not None  # confirmed with one
    reader = Reader.of(template, one.sha256)
    rows = _rows(one, reader, "ja")
    english: dict[int, list[str]] | None = None
    for at in range(one.seen, len(rows), PART):
        part = rows[at : at + PART]
        # A process before us may have recorded this part and died before it could say so.
        entries, good, fresh = _prepare(reader, part, look=at == one.seen > 0)
        if english is None and any(row.errors for row in part):
            again = enumerate(_rows(one, reader, "en"))
            english = {number: row.errors for number, row in again if row.errors}
        _record(
            one, reader, part, entries, good, fresh, {n - at: told for n, told in (english or {}).items()}
        )
        if time.monotonic() >= end and at + PART < len(rows):
            ImportRun.objects.filter(pk=one.pk).update(state=ImportRun.State.WAITING)
            return at + PART - one.seen
    _finish(one, ImportRun.State.DONE)
    return len(rows)


def _rows(one: ImportRun, reader: Reader, language: str) -> list[Row]:
    """The rows of a run's file, with what is wrong with them in a language. Raises `SheetError`."""
    template = reader.template
    with translation.override(language):
        rows = importing.read(template.form, content_of(one), one.filename, template.mapping).rows
        reader.judge(rows)
    return rows


def _prepare(reader: Reader, part: list[Row], *, look: bool) -> tuple[list[Entry], dict[str, Row], int]:
    """The entries of what is new in a part, its rows without errors by their keys, and how many are new."""
    with translation.override("ja"):
        reader.clash(part)  # another import may have come between
    good = distinct(part)
    old = reader.known(good)
    if look:
        old |= {key for key in good.keys() - old if _is_recorded(reader, good[key])}
    entries: list[Entry] = []
    fresh = 0
    for key, row in good.items():
        if key in old:
            continue
        try:
            entries += reader.entries(row)
            fresh += 1
        except InspectionError as error:
            row.errors.append(error.message.ja)
    return entries, good, fresh


def _record(
    one: ImportRun,
    reader: Reader,
    part: list[Row],
    entries: list[Entry],
    good: dict[str, Row],
    fresh: int,
    english: dict[int, list[str]],
) -> None:
    """Record a part: the ledger first, then, together, which rows it has, which were left out and how far we are.

    ``english``: what is wrong with its rows, by their order in the part (of a file of conversations, many rows stand in one line).
    """
    if entries:
        ledger.record(entries)
    wrong = [row for row in part if row.errors]
    told = {}
    if wrong:
        faults = faults_of(one)
        faults += [
            (row.place, row.errors, english.get(n, row.errors)) for n, row in enumerate(part) if row.errors
        ]
        one.faults = sealed_faults(one, faults[:MOST_FAULTS])
        told = {"faults": one.faults}
    with transaction.atomic():
        ImportedRow.objects.bulk_create(
            [
                ImportedRow(template=reader.template, key=key, digest=reader.digest(row))
                for key, row in good.items()
                if not row.errors
            ],
            ignore_conflicts=True,
        )
        ImportRun.objects.filter(pk=one.pk).update(
            done=F("done") + fresh,
            double=F("double") + len(part) - len(wrong) - fresh,
            wrong=F("wrong") + len(wrong),
            seen=F("seen") + len(part),
            touched_at=timezone.now(),
            **told,
        )


def _is_recorded(reader: Reader, row: Row) -> bool:
    query = Query(
        municipality=reader.template.municipality.code, interaction=reader.id(row, "interaction"), limit=1
    )
    with ledger.reading() as book:
        return bool(book.search(query).records)


def _finish(one: ImportRun, state: ImportRun.State, fault: str = "") -> None:
    ImportRun.objects.filter(pk=one.pk).update(state=state, fault=fault, finished_at=timezone.now())
    one.refresh_from_db()
    forget(one)
    detail = {"filename": one.filename, "sha256": one.sha256, "count": one.done, "double": one.double}
    action = "interactions.imported" if state == ImportRun.State.DONE else "interactions.import_failed"
    record(one.municipality.chain, SYSTEM, action, one, detail)


def forget_old() -> int:
    """Files that nobody confirmed in time are taken away with their runs, and of old runs which rows were left out."""
    ended = ImportRun.objects.filter(finished_at__lt=timezone.now() - FAULTS_KEPT)
    ended.exclude(faults=b"").update(faults=b"")
    old = timezone.now() - ImportRun.LIFETIME
    rows = ImportRun.objects.filter(state=ImportRun.State.PREVIEW, made_at__lt=old)
    for one in rows.select_related("municipality"):
        forget(one)
        one.delete()
    return len(rows)
