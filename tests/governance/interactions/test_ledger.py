"""The ledger of a process: opened once, again after a fork, through the writer where one runs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from kijun.governance.accounts.models import Person
from kijun.governance.interactions import ledger
from kijun.ledger.client import is_running
from kijun.ledger.model import LedgerError, month_of, new_id, now_ms
from tests.governance.interactions.made import exchange
from tests.ledger.bucket import S3Server
from tests.ledger.conftest import postgres_url, s3  # noqa: F401  fixtures


def test_opened_once(db: None) -> None:
    first = ledger.opened()
    assert ledger.opened() is first


def test_another_folder_is_another_ledger(db: None, settings: Any, tmp_path: Path) -> None:
    first = ledger.opened()
    settings.HOME = tmp_path / "other"
    assert ledger.opened() is not first


def test_a_forked_process_opens_its_own(staff: Person) -> None:
    ledger.record(exchange(staff, "質問", "回答"))
    mine = ledger.opened()
    child = os.fork()
    if not child:  # pragma: no cover
        with ledger.reading() as book:
            same = book is mine
            seen = book.status()["entries"]
        os._exit(0 if not same and seen == 2 else 1)
    assert os.waitpid(child, 0)[1] == 0
    with ledger.reading() as book:
        assert book is mine
        assert book.status()["entries"] == 2


def test_through_the_writer(staff: Person, home: Path) -> None:
    ledger.opened()
    env = {**os.environ, "KIJUN_HOME": str(home), "DATABASE_URL": ""}
    command = [sys.executable, "-m", "kijun.cli.writer"]
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as writer:
        end = time.monotonic() + 30
        while not is_running(home) and time.monotonic() < end:
            time.sleep(0.05)
        assert is_running(home)
        ledger.record(exchange(staff, "質問", "回答"))
        with ledger.reading() as book:
            assert book.status()["entries"] == 2
        writer.terminate()


def test_with_its_journal_in_postgresql(
    staff: Person, auditor: Person, settings: Any, request: pytest.FixtureRequest
) -> None:
    from kijun.governance.interactions import actions, figures, jobs, searching
    from kijun.governance.interactions.reach import reach_of

    settings.KIJUN_LEDGER_URL = request.getfixturevalue("postgres_url")
    hour = 3_600_000
    entries = exchange(staff, "広報の案を考えて", "案です。", at=now_ms() - hour)
    ledger.record(entries)
    assert jobs.seal() == 2
    ledger.record(exchange(staff, "新しい質問", "はい"))
    asked = searching.queries(staff.municipality.code, searching.Asked(), reach_of(auditor))
    found = searching.search(asked).interactions
    assert [len(one.entries) for one in found] == [2, 2]
    actions.put_hold(auditor, entries[0].interaction, "調査")
    assert searching.search(asked).interactions[1].holds
    assert jobs.check() is True
    month = month_of(now_ms())
    assert sum(one["interactions"] for one in figures.by_department(staff.municipality, month).values()) >= 1
    ledger.close()


def test_with_its_files_in_a_bucket(
    staff: Person,
    auditor: Person,
    settings: Any,
    s3: S3Server,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from kijun.governance.interactions import jobs, searching
    from kijun.governance.interactions.reach import reach_of

    monkeypatch.setattr("kijun.ledger.segments.s3._TRIES", 1)
    settings.KIJUN_LEDGER_FILES = s3.address(new_id())
    ledger.record(exchange(staff, "広報の案を考えて", "案です。", at=now_ms() - 3_600_000))
    with s3.says("503 SlowDown"):
        assert jobs.seal() == 0, "told in the log"
    assert jobs.seal() == 2
    asked = searching.queries(staff.municipality.code, searching.Asked(), reach_of(auditor))
    assert [len(one.entries) for one in searching.search(asked).interactions] == [2]
    with ledger.reading() as book:
        assert book.status()["files"] == settings.KIJUN_LEDGER_FILES.partition("?")[0]
        book.reader.forget([one.name for one in book.segments()])
    with s3.says("403 AccessDenied"):
        assert jobs.check() is None, "nothing is said about records that were not read"
        with pytest.raises(LedgerError, match="AWS_ACCESS_KEY_ID"):
            searching.search(asked)
    assert jobs.check() is True
    ledger.close()


def test_a_folder_that_cannot_be_opened_has_words(db: None, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    settings.HOME = tmp_path / "file"
    with pytest.raises(LedgerError) as refused, ledger.reading():
        pass
    assert "台帳" in refused.value.ja


def test_the_web_starts_without_the_heavy_libraries() -> None:
    code = (
        "from kijun.cli.main import set_up_django; set_up_django();"
        "import kijun.sites.urls, sys;"
        "print([name for name in ('pyarrow', 'duckdb', 'tantivy', 'pyiceberg') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip().endswith("[]")
