"""Checkpoints handed out: to every folder, also after one could not be reached for a while."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from kijun.ledger.appending import appender
from kijun.ledger.checking import verify
from kijun.ledger.checkpoints import LATEST, put_back_names, read_notes
from kijun.ledger.database import connect
from kijun.ledger.keeping import LostKey, put_back
from kijun.ledger.keys import SIGNING, RootKey, Scope, WrongKey
from kijun.ledger.ledger import Ledger
from kijun.ledger.schema import create, set_meta
from tests.ledger.conftest import entry

Grow = Callable[[], str]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere"


@pytest.fixture
def grow(tmp_path: Path, elsewhere: Path) -> Grow:
    """One entry more, signed; gives the note."""

    def one() -> str:
        with (
            Ledger(tmp_path / "home" / "ledger") as ledger,
            appender(tmp_path / "home", ledger, (elsewhere,)) as to,
        ):
            to.append([entry()])
            return to.checkpoint()

    return one


def test_each_is_handed_out_once(grow: Grow, elsewhere: Path) -> None:
    notes = [grow() for _ in range(3)]
    assert read_notes(elsewhere) == notes
    assert (elsewhere / LATEST).read_text() == notes[-1]
    [month] = [one for one in elsewhere.iterdir() if one.name != LATEST]
    assert month.read_text().count("\n— ") == 3


def test_a_folder_that_was_away_gets_what_it_missed(
    grow: Grow, elsewhere: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = grow()
    elsewhere.rename(tmp_path / "away")
    elsewhere.write_text("a share that is not mounted")
    second = grow()
    assert "could not be handed out" in caplog.text
    elsewhere.unlink()
    (tmp_path / "away").rename(elsewhere)
    third = grow()
    assert read_notes(elsewhere) == [first, second, third]
    with Ledger(tmp_path / "home" / "ledger") as ledger:
        assert verify(ledger, [elsewhere]).holds


def test_what_another_ledger_handed_out_there_stays(grow: Grow, elsewhere: Path) -> None:
    grow()
    other = "kijun/other\n99\nAAAA\n\n— kijun/other AAAA\n"
    (elsewhere / LATEST).write_text(other)
    note = grow()
    assert (elsewhere / LATEST).read_text() == note
    assert read_notes(elsewhere).count(note) == 1


def test_the_folder_of_others_keeps_its_rights(grow: Grow, elsewhere: Path) -> None:
    elsewhere.mkdir()
    elsewhere.chmod(0o755)
    grow()
    assert elsewhere.stat().st_mode & 0o777 == 0o755


def test_a_signing_key_that_is_gone_comes_back_from_the_database(
    grow: Grow, elsewhere: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    grow()
    key = tmp_path / "home" / "ledger" / "signing-key"
    held = key.read_bytes()
    assert held not in (key.parent / "journal.sqlite3").read_bytes()  # what lies there is wrapped
    key.unlink()
    grow()
    assert key.read_bytes() == held
    assert key.stat().st_mode & 0o777 == 0o600
    assert "put back from the database" in caplog.text
    with Ledger(key.parent) as ledger:
        assert verify(ledger, [elsewhere]).holds


def test_no_new_signing_key_is_made_where_something_was_signed(grow: Grow, tmp_path: Path) -> None:
    grow()
    folder = tmp_path / "home" / "ledger"
    (folder / "signing-key").unlink()
    with Ledger(folder) as ledger, ledger.database.writing() as link:
        link.execute("DELETE FROM meta WHERE name = 'signing_key'")
    with pytest.raises(LostKey, match="signing-key"):
        grow()
    assert not (folder / "signing-key").exists()


def test_a_ledger_from_before_keeps_a_copy_from_now_on(grow: Grow, tmp_path: Path) -> None:
    grow()
    folder = tmp_path / "home" / "ledger"
    with Ledger(folder) as ledger, ledger.database.writing() as link:
        link.execute("DELETE FROM meta WHERE name = 'signing_key'")
    grow()
    held = (folder / "signing-key").read_bytes()
    (folder / "signing-key").unlink()
    grow()
    assert (folder / "signing-key").read_bytes() == held


def test_a_ledger_whose_names_are_gone_goes_on_under_them_and_is_told_of(
    grow: Grow, elsewhere: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = grow()
    folder = tmp_path / "home" / "ledger"
    with Ledger(folder) as ledger, ledger.database.writing() as link:
        link.execute("DELETE FROM meta")
    for _ in range(2):  # neither reading nor signing makes them anew
        with Ledger(folder) as ledger:
            report = verify(ledger, [elsewhere])
            assert {one.kind for one in report.faults} == {"meta"}
            told = " ".join(one.what for one in report.faults)
            assert all(f"({name})" in told for name in ("root_key", "version", "origin", "signing_key"))
        assert grow().split("\n")[0] == first.split("\n")[0]
    assert "name is gone" in caplog.text
    with closing(connect(folder)) as database:
        put_back(folder, database, RootKey.load(folder))
        put_back_names(folder, database)
    with Ledger(folder) as ledger:
        assert verify(ledger, [elsewhere]).holds


@pytest.mark.parametrize("name", ["root_key", "version", "origin", "signing_key"])
def test_each_name_is_missed(grow: Grow, tmp_path: Path, name: str) -> None:
    grow()
    with Ledger(tmp_path / "home" / "ledger") as ledger:
        with ledger.database.writing() as link:
            link.execute("DELETE FROM meta WHERE name = ?", (name,))
        [fault] = verify(ledger).faults
        assert (fault.kind, f"({name})" in fault.what) == ("meta", True)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("origin", "kijun/other", "kijun/other"),
        ("signing_key", "AAAA", "cannot be opened"),
        ("signing_key", "no base 64!", "cannot be opened"),
    ],
)
def test_a_name_that_was_changed_is_told(
    grow: Grow, tmp_path: Path, name: str, value: str, words: str
) -> None:
    grow()
    with Ledger(tmp_path / "home" / "ledger") as ledger:
        with ledger.database.writing() as link:
            link.execute("UPDATE meta SET value = ? WHERE name = ?", (value, name))
        [fault] = verify(ledger).faults
        assert (fault.kind, words in fault.what) == ("meta", True)


def test_another_keys_copy_is_told(grow: Grow, tmp_path: Path) -> None:
    origin = grow().split("\n")[0]
    with Ledger(tmp_path / "home" / "ledger") as ledger:
        wrapped = ledger.keys.root.wrap(b"another key of 32 bytes, as it i", Scope(SIGNING, "", "", origin))
        with ledger.database.writing() as link:
            set_meta(link, "signing_key", b64encode(wrapped).decode())
        [fault] = verify(ledger).faults
        assert "not of the key that signs" in fault.what


def test_another_root_key_is_refused_also_where_its_fingerprint_is_gone(grow: Grow, tmp_path: Path) -> None:
    grow()
    folder = tmp_path / "home" / "ledger"
    with Ledger(folder) as ledger, ledger.database.writing() as link:
        link.execute("DELETE FROM meta")
    other = RootKey(b"another key of 32 bytes, as it i")
    (folder / "root-key").rename(tmp_path / "kept")
    with closing(connect(folder)) as database, pytest.raises(WrongKey):
        put_back(folder, database, other)
    other.store(folder)
    with pytest.raises(WrongKey):
        Ledger(folder)


def test_nothing_signed_has_nothing_to_put_back(tmp_path: Path) -> None:
    with closing(connect(tmp_path)) as database:
        create(database)
        put_back_names(tmp_path, database)
    assert not (tmp_path / "signing-key").exists()
