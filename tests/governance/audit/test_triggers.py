"""The database refuses to change the trail, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import uuid
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from kijun.governance.audit import triggers
from kijun.governance.audit.actions import open_chain, record, remove_chain
from kijun.governance.audit.models import Chain, Entry
from kijun.governance.audit.refs import SYSTEM, Ref

THING = Ref("test.thing", "1", "もの")
REFUSED = {
    "change an entry": "UPDATE audit_entry SET actor_label = 'x'",
    "change nothing": "UPDATE audit_entry SET seq = seq",
    "delete an entry": "DELETE FROM audit_entry WHERE seq = 1",
    "rename a chain": "UPDATE audit_chain SET \"key\" = 'x'",
    "make a chain removable": "UPDATE audit_chain SET removable = TRUE",
    "delete a chain": "DELETE FROM audit_chain",
}


@pytest.mark.parametrize("sql", REFUSED.values(), ids=REFUSED.keys())
def test_the_database_refuses(append_only: None, sql: str) -> None:
    record("k", SYSTEM, "test.done", THING)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert Entry.objects.filter(actor_label="Kijun").count() == 1


def test_a_trigger_that_guards_no_longer_is_missing(append_only: None) -> None:
    assert triggers.missing(connection) == set()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER audit_entry_no_update")
            cursor.execute(
                "CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry BEGIN SELECT 1; END"
            )
        else:
            cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_no_update")
    assert triggers.missing(connection) == {"audit_entry_no_update"}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own statement")
@pytest.mark.parametrize("table", ["audit_entry", "audit_chain"])
def test_replacing_a_row_is_refused(append_only: None, table: str) -> None:
    record("k", SYSTEM, "test.done", THING)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


def test_a_label_may_change(append_only: None) -> None:
    open_chain("k", "古い名")
    Chain.objects.filter(key="k").update(label="新しい名")
    assert Chain.objects.get().label == "新しい名"


def test_a_removable_chain_goes_with_its_entries(append_only: None) -> None:
    open_chain("s", "見本", removable=True)
    record("s", SYSTEM, "test.done", THING)
    record("k", SYSTEM, "test.done", THING)
    remove_chain("s", SYSTEM)
    assert set(Entry.objects.values_list("chain__key", "action")) == {
        ("k", "test.done"),
        ("", "audit.chain_removed"),
    }
    with pytest.raises(ValueError, match="for good"):
        remove_chain("k", SYSTEM)


def test_the_triggers_are_there_after_all_migrations(db: None) -> None:
    if not MigrationRecorder(connection).has_table() or not MigrationRecorder.Migration.objects.filter(
        app="audit"
    ):
        pytest.skip("this run made its tables without migrations")
    assert triggers.present(connection) == triggers.names(connection.vendor)


# --- two writers at once, on a database of their own ---------------------------------------------

SCRIPT = textwrap.dedent("""
    import threading
    import django
    django.setup()
    from django.db import IntegrityError, connection, transaction
    from kijun.governance.audit import triggers
    from kijun.governance.audit.actions import record, record_many
    from kijun.governance.audit.models import Chain, Entry
    from kijun.governance.audit.queries import verify
    from kijun.governance.audit.refs import SYSTEM, Ref

    with connection.schema_editor() as editor:
        editor.create_model(Chain)
        editor.create_model(Entry)
    triggers.create(connection)
    assert triggers.present(connection) == triggers.names(connection.vendor)
    start, failures = threading.Barrier(2), []

    def write(name):
        try:
            start.wait()
            for number in range(60):
                record("k", SYSTEM, "test.done", Ref("test.thing", f"{name}{number}", "もの"), {"n": 1.5, "big": 1e22})
            record_many("k", SYSTEM, [("test.done", Ref("test.thing", "m", "もの"), None)] * 30)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert not failures, failures
    assert list(Entry.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 181))
    head, breaks = verify("k")
    assert head.seq == 180 and not breaks, breaks[:3]
    tables = ["UPDATE audit_entry SET seq = seq", "DELETE FROM audit_entry", "DELETE FROM audit_chain",
              "UPDATE audit_chain SET removable = TRUE"]
    if connection.vendor == "postgresql":
        tables += ["TRUNCATE audit_entry", "TRUNCATE audit_chain CASCADE"]
    for sql in tables:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)
        except IntegrityError:
            continue
        raise AssertionError(sql)
    print("held")
""")


def run(**environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        timeout=120,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(sys.path),
            "DJANGO_SETTINGS_MODULE": "kijun.sites.settings",
            **environment,
        },
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_two_writers_leave_no_gap_on_sqlite(tmp_path: Path) -> None:
    assert "held" in run(KIJUN_HOME=str(tmp_path))


def test_two_writers_leave_no_gap_on_postgresql(tmp_path: Path) -> None:
    import psycopg

    url = os.environ.get("KIJUN_TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
    try:
        server = psycopg.connect(url, autocommit=True, connect_timeout=2)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL answers")
    name = f"kijun_{uuid.uuid4().hex}"
    with server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            own = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
            assert "held" in run(KIJUN_HOME=str(tmp_path), DATABASE_URL=own)
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_is_cleaned_up() -> None:
    """The fixture in tests/conftest.py: without it emptying the tables would be refused."""
    triggers.create(connection)
    record("k", SYSTEM, "test.done", THING)
