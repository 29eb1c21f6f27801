"""Two data folders that many tests begin with: one whose database is migrated, one with the sample town loaded.

Both are made by Kijun's own commands, once for each state of the code, and copied from then on: migrating takes longer
than most folders of tests, the sample takes twice as long. ``./run test`` makes them while the types are checked; whoever
needs one that is not there makes it, and others wait. They lie in ``.pytest_cache`` and may be deleted.
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import functools
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / ".pytest_cache" / "snapshots"
PRINTED = "printed.txt"
"""In the sample's folder: what loading it printed, the passwords."""


def copy_migrated(home: Path) -> None:
    """A copy of the migrated data folder at ``home``, which is not there yet or empty."""
    with _made("migrated") as found:
        shutil.copytree(found, home, dirs_exist_ok=True)


def copy_sample(home: Path) -> None:
    """A copy of the data folder with the sample town at ``home``, which is not there yet or empty."""
    with _made("sample") as found:
        shutil.copytree(found, home, dirs_exist_ok=True)


def fill(target: sqlite3.Connection, name: str = "migrated") -> None:
    """Give ``target`` what the database of ``migrated`` or ``sample`` holds, instead of its own."""
    with _made(name) as found, contextlib.closing(sqlite3.connect(found / "kijun.sqlite3")) as source:
        source.backup(target)


@contextlib.contextmanager
def sample_in(database: sqlite3.Connection) -> Iterator[None]:
    """As long as this lasts ``database`` holds the sample, and after that what it held before. No transaction is open."""
    with contextlib.closing(sqlite3.connect(":memory:")) as before:
        database.backup(before)
        fill(database, "sample")
        try:
            yield
        finally:
            before.backup(database)


@contextlib.contextmanager
def _made(name: str) -> Iterator[Path]:
    """The folder, made if it has to be; nobody else makes or removes one meanwhile."""
    PLACE.mkdir(parents=True, exist_ok=True)
    with (PLACE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = PLACE / f"{name}-{_state(name)}"
        if not found.exists():
            for old in PLACE.glob(f"{name}-*"):
                shutil.rmtree(old)
            with tempfile.TemporaryDirectory(dir=PLACE) as scratch:
                home = Path(scratch) / "home"
                _make(name, home)
                home.rename(found)
        yield found


def _make(name: str, home: Path) -> None:
    if name == "migrated":
        _kijun(home, "migrate")
        return
    copy_migrated(home)
    _kijun(home, "migrate")
    (home / PRINTED).write_text(_kijun(home, "sample", "load"), encoding="utf-8")


def _kijun(home: Path, *words: str) -> str:
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("KIJUN_", "DJANGO_"))
    }
    environment.pop("DATABASE_URL", None)
    environment |= {"KIJUN_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "kijun.cli", *words], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@functools.cache
def _state(name: str) -> str:
    """A digest of what the folder's content follows from. The sample tells of days before today, and of all the code does."""
    source = ROOT / "src" / "kijun"
    if name == "migrated":
        files = [*source.rglob("migrations/*.py"), source / "governance" / "audit" / "triggers.py"]
    else:
        files = [path for path in source.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    digest = hashlib.sha256(sys.version.encode())
    if name != "migrated":
        digest.update(datetime.date.today().isoformat().encode())
    for path in [*sorted(files), ROOT / "uv.lock"]:
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


if __name__ == "__main__":
    with _made("sample"):  # begins with the other
        pass
