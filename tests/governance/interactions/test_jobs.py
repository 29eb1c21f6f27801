"""What runs by itself: sealed, erased, verified, counted for grants."""

from __future__ import annotations

import datetime
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from kijun.governance.access import actions as access
from kijun.governance.access.models import Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.interactions import checks, jobs, ledger
from kijun.governance.interactions.models import LedgerCheck
from kijun.governance.inventory.models import AISystem
from kijun.ledger.model import now_ms
from tests.governance.interactions.made import exchange

YEARS = 86_400_000 * 366


def old(days: int = 0, **more: Any) -> int:
    return now_ms() - int(datetime.timedelta(days=days, **more).total_seconds() * 1000)


def change(home: Path, statement: str, *values: Any) -> None:
    """What somebody does who may write to the database's file."""
    with closing(sqlite3.connect(home / "ledger" / "journal.sqlite3")) as link, link:
        link.execute(statement, values)


class TestKeeping:
    def test_sealed_when_old_enough(self, say: Any, staff: Person) -> None:
        say(staff, at=old(hours=1))
        say(staff)
        assert jobs.seal() == 2
        assert jobs.seal() == 0
        with ledger.reading() as book:
            status = book.status()
        assert (status["sealed"], status["fresh"]) == (2, 2)

    @pytest.mark.usefixtures("earlier_night")
    def test_at_night_what_is_over_is_erased_and_the_rest_verified(self, say: Any, staff: Person) -> None:
        say(staff, at=now_ms() - 3 * YEARS)
        kept = say(staff)
        assert jobs.keep() == 2
        check = LedgerCheck.objects.get()
        assert check.faults == 0
        assert check.whole
        assert check.erased == 2
        with ledger.reading() as book:
            assert len(book.interaction(kept, staff.municipality.code)) == 2
        assert jobs.keep() == 0

    def test_the_first_night_waits_with_what_is_due(self, say: Any, staff: Person) -> None:
        say(staff, at=now_ms() - 3 * YEARS)
        assert jobs.keep() == 0
        assert jobs.keep() == 0, "the next night, not the next call"

    def test_without_a_ledger_nothing_happens(self, db: None, home: Path) -> None:
        assert (jobs.seal(), jobs.keep(), jobs.stamp(), jobs.mark_grants(), jobs.run_imports()) == (
            0,
            0,
            None,
            0,
            0,
        )
        assert list(home.iterdir()) == []

    @pytest.mark.usefixtures("earlier_night")
    def test_what_jobs_sign_is_handed_out_where_no_writer_runs(
        self, say: Any, staff: Person, settings: Any, tmp_path: Path
    ) -> None:
        from kijun.ledger.checkpoints import read_notes

        elsewhere = tmp_path / "elsewhere"
        say(staff, at=now_ms() - 3 * YEARS)
        settings.KIJUN_CHECKPOINT_FOLDERS = (elsewhere,)
        assert jobs.keep() == 2  # and an entry that tells of it
        with ledger.reading() as book:
            signed = [note for _size, _at, note, _stamp in book.checkpoints()]
        assert read_notes(elsewhere) == signed
        assert len(signed) == 2

    def test_a_ledger_that_cannot_be_written_is_logged(
        self, say: Any, staff: Person, home: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        import fcntl

        say(staff, "記録に残らない言葉", at=old(hours=1))
        with (home / "ledger" / "writer.lock").open("ab") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            assert jobs.seal() == 0
        assert "could not be kept in order" in caplog.text
        assert "言葉" not in caplog.text


class TestVerifying:
    def test_a_change_is_found(self, say: Any, staff: Person, home: Path) -> None:
        say(staff)
        assert jobs.check() is True
        with sqlite3.connect(home / "ledger" / "journal.sqlite3") as link:
            link.execute("UPDATE entries SET person = '999' WHERE seq = 0")
        link.close()
        assert jobs.check() is False
        assert LedgerCheck.objects.all()[0].kinds == {"changed": 1}

    def test_a_sample_of_a_large_one(
        self, say: Any, staff: Person, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(checks, "WHOLE", 0)
        for _ in range(3):
            say(staff)
        assert jobs.check() is True
        check = LedgerCheck.objects.all()[0]
        assert not check.whole
        assert check.size == 6
        assert check.entries > 0
        with sqlite3.connect(home / "ledger" / "journal.sqlite3") as link:
            link.execute("UPDATE entries SET person = '999' WHERE seq = 0")
        link.close()
        assert jobs.check() is False
        assert set(LedgerCheck.objects.all()[0].kinds) == {"changed"}

    @pytest.mark.usefixtures("earlier_night")
    def test_a_sample_misses_what_was_deleted_and_not_what_was_erased(
        self, say: Any, staff: Person, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(checks, "WHOLE", 0)
        monkeypatch.setattr(checks, "SAMPLE", 2000)
        for _ in range(4):
            say(staff, at=now_ms() - 3 * YEARS)
        for _ in range(8):
            say(staff)
        assert jobs.keep() == 8
        check = LedgerCheck.objects.all()[0]
        assert (check.faults, check.kinds, check.size, check.erased) == (0, {}, 25, 8)
        change(home, "DELETE FROM entries WHERE seq > 9 AND seq < 24")
        assert jobs.check() is False
        assert LedgerCheck.objects.all()[0].kinds == {"removed": 14}
        change(home, "DELETE FROM erasures")
        assert jobs.check() is False
        assert LedgerCheck.objects.all()[0].kinds == {"removed": 22}, "an erasure that nobody tells of"

    def test_what_is_missing_is_counted_also_where_nothing_of_it_is_drawn(
        self, say: Any, staff: Person, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(checks, "WHOLE", 0)
        monkeypatch.setattr(checks, "SAMPLE", 0)
        for _ in range(4):
            say(staff, at=old(hours=1))
        assert jobs.seal() == 8
        say(staff)
        assert jobs.check() is True
        change(home, "DELETE FROM segments")
        assert jobs.check() is False
        assert LedgerCheck.objects.all()[0].kinds == {"removed": 8}

    def test_a_destroyed_key_without_an_erasure_is_told_by_a_sample(
        self, say: Any, staff: Person, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(checks, "WHOLE", 0)
        say(staff)
        assert jobs.check() is True
        change(home, "UPDATE keys SET wrapped = NULL")
        assert jobs.check() is False
        check = LedgerCheck.objects.all()[0]
        assert (check.kinds, check.entries) == ({"unreadable": 2}, 0)

    def test_an_erasure_that_the_ledger_tells_otherwise_hides_nothing_from_a_sample(
        self, say: Any, staff: Person, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from kijun.ledger.ranges import pack

        monkeypatch.setattr(checks, "WHOLE", 0)
        say(staff)
        change(home, "DELETE FROM entries WHERE seq = 0")
        values = ("x", staff.municipality.code, "2020-01", "y1", "content", now_ms(), 1, pack([(0, 0)]), "")
        change(home, "INSERT INTO erasures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", *values)
        assert jobs.check() is False
        assert LedgerCheck.objects.all()[0].kinds == {"erasure": 1, "removed": 1}

    def test_old_checks_go(self, say: Any, staff: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(checks, "KEPT", 2)
        say(staff)
        for _ in range(4):
            jobs.check()
        assert LedgerCheck.objects.count() == 2


class TestGrants:
    def test_last_use(
        self, it_staff: Person, staff: Person, system: AISystem, purpose: Purpose, record: Any
    ) -> None:
        made = access.create_grant(
            it_staff,
            it_staff.municipality,
            system=system,
            purpose=purpose,
            person=staff,
            expires_on=timezone.localdate() + datetime.timedelta(days=100),
            with_key=False,
        ).grant
        record(exchange(staff, "一昨日", grant=str(made.pk), at=old(2)))
        record(exchange(staff, "きょう", grant=str(made.pk), at=old(minutes=1)))
        record(exchange(staff, "だれのでもない", grant="x"))
        assert jobs.mark_grants() == 1
        made.refresh_from_db()
        assert made.last_used_at is not None
        assert timezone.now() - made.last_used_at < datetime.timedelta(hours=1, minutes=2)
        assert jobs.mark_grants() == 0
