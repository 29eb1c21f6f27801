import os
from pathlib import Path

import pytest

from kijun.ledger.segments import private
from kijun.ledger.segments.private import PrivateFolder, base_of


def test_it_works(tmp_path: Path) -> None:
    with PrivateFolder(tmp_path / "p", 1) as folder:
        (folder.path / "words").write_text("税金")
        assert folder.path.stat().st_mode & 0o777 == 0o700
        assert folder.path.parent.stat().st_mode & 0o777 == 0o700
    assert not folder.path.exists()


def test_it_lies_in_memory_where_there_is_room_and_else_in_the_ledgers_folder(tmp_path: Path) -> None:
    assert base_of(tmp_path / "p", 1).parent == private._SHARED
    assert base_of(tmp_path / "p", 1 << 60) == tmp_path / "p"
    assert (tmp_path / "p").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_may_enter_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shm").mkdir()
    monkeypatch.setattr(private, "_SHARED", tmp_path / "shm")
    prepared = base_of(tmp_path / "p", 1)
    assert prepared.parent == tmp_path / "shm"
    prepared.chmod(0o755)
    assert base_of(tmp_path / "p", 1) == tmp_path / "p"
    prepared.rmdir()
    prepared.symlink_to(tmp_path)
    assert base_of(tmp_path / "p", 1) == tmp_path / "p"


def test_leftovers_of_the_killed_are_removed_and_those_of_the_living_stay(tmp_path: Path) -> None:
    base = base_of(tmp_path / "p", 1)
    for name in ("123-locked-once", "124-never-locked"):
        (base / name).mkdir()
        (base / name / "words.idx").touch()
    (base / "123-locked-once" / "lock").touch()
    with PrivateFolder(tmp_path / "p", 1) as living, PrivateFolder(tmp_path / "p", 1) as other:
        assert not (base / "123-locked-once").exists()
        assert not (base / "124-never-locked").exists()
        assert living.path.is_dir()
        assert other.path.is_dir()


def test_a_forked_child_leaves_its_parents_folder_alone(tmp_path: Path) -> None:
    with PrivateFolder(tmp_path / "p", 1) as folder:
        child = os.fork()
        if child == 0:
            folder.close()
            os._exit(0)
        os.waitpid(child, 0)
        assert folder.path.is_dir()
    assert not folder.path.exists()
