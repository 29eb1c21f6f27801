"""Whether migrations have to be run is answered without loading them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from kijun.cli import migrate
from kijun.cli.main import main

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path
    return tmp_path


def test_it_works(home: Path) -> None:
    assert not migrate.is_migrated()
    migrate.migrate(verbosity=0)
    assert migrate.is_migrated()


def test_another_state_of_the_database_is_noticed() -> None:
    migrate.migrate(verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE id = (SELECT MAX(id) FROM django_migrations)")
    assert not migrate.is_migrated()


def test_a_new_migration_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    migrate.migrate(verbosity=0)
    monkeypatch.setattr(migrate, "shipped", lambda: "another digest")
    assert not migrate.is_migrated()


def test_another_database_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = migrate.shipped()
    monkeypatch.setitem(connection.settings_dict, "HOST", "db.example")
    assert migrate.shipped() != before


def test_a_data_folder_may_be_moved(settings: Any, tmp_path: Path) -> None:
    def at(folder: Path) -> str:
        settings.HOME = folder
        connection.settings_dict["NAME"] = folder / "kijun.sqlite3"
        return migrate.shipped()

    kept = connection.settings_dict["NAME"]
    try:
        assert at(tmp_path / "here") == at(tmp_path / "there")
    finally:
        connection.settings_dict["NAME"] = kept


def test_a_stamp_that_was_cut_short_counts_for_nothing(home: Path) -> None:
    migrate.migrate(verbosity=0)
    (home / "migrated").write_text("")
    assert not migrate.is_migrated()


def test_data_of_a_newer_version_is_left_alone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As after going back to an old version without the back-up."""
    MigrationRecorder(connection).record_applied("inventory", "9999_of_tomorrow")
    with pytest.raises(migrate.NewerDatabase, match=r"inventory\.9999_of_tomorrow"):
        migrate.migrate(verbosity=0)
    assert not (home / "migrated").exists()
    assert main(["migrate"]) == 1
    assert "newer Kijun" in capsys.readouterr().err


def test_what_other_packages_applied_is_theirs(home: Path) -> None:
    MigrationRecorder(connection).record_applied("django_q", "9999_of_tomorrow")
    migrate.migrate(verbosity=0)
    assert migrate.is_migrated()
