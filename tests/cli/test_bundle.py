"""The one file for a machine without internet, really built and really installed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kijun import __version__
from tests import snapshots
from tools import bundle

ROOT = Path(__file__).resolve().parents[2]
LEFT = "left-by-the-first-try"
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bundle")]  # built once, for all of them


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of this checkout."""
    output = tmp_path_factory.mktemp("bundle") / "kijun.run"
    words = [sys.executable, "-P", str(ROOT / "tools" / "bundle.py"), "--output", str(output)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return output


@pytest.fixture(scope="module")
def app(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that it was installed to, over what an installation that was interrupted left there."""
    folder = tmp_path_factory.mktemp("installed") / "kijun app"
    sha256 = re.search(rb"^sha256=([0-9a-f]{64})$", made.read_bytes()[:20_000], re.MULTILINE)
    assert sha256 is not None
    half = folder / "versions" / f"{__version__}-{sha256[1].decode()[:12]}"
    (half / "bin").mkdir(parents=True)
    (half / "bin" / "kijun").write_text("#!/bin/sh\nexit 1\n")
    (half / LEFT).touch()
    done = offline("sh", str(made), "--prefix", str(folder), "--python", sys.executable)
    assert done.returncode == 0, done.stderr
    return folder


def offline(*words: str) -> subprocess.CompletedProcess[str]:
    """Run without any network where this machine lets us, else at least without package indexes."""
    for wall in (["unshare", "-n"], ["unshare", "-rn"]):
        if (
            shutil.which("unshare")
            and subprocess.run([*wall, "true"], stderr=subprocess.DEVNULL).returncode == 0
        ):
            words = (*wall, *words)
            break
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "UV_"))}
    environment["PIP_NO_INDEX"] = "1"
    return subprocess.run(words, capture_output=True, text=True, timeout=300, env=environment)


def test_it_works(app: Path) -> None:
    done = offline(str(app / "bin" / "kijun"), "version")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("kijun ")


def test_what_it_installs_can_serve(app: Path, tmp_path: Path) -> None:
    """Data that this checkout has migrated is that of a newer version to one that lacks a migration."""
    snapshots.copy_migrated(tmp_path / "home")
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [app / "bin" / "kijun", "serve", "--home", tmp_path / "home", "--port", "0", "--no-jobs"],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        end = time.monotonic() + 120
        while not re.search(r"^Open http", (tmp_path / "log").read_text(), re.MULTILINE):
            assert process.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < end
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.wait()


def test_installing_again_is_quick_and_keeps_it_working(made: Path, app: Path) -> None:
    (complete,) = (app / "versions").glob("*/complete")
    before = complete.stat()
    assert offline("sh", str(made), "--prefix", str(app), "--python", sys.executable).returncode == 0
    after = complete.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns), "nothing was unpacked"
    assert offline(str(app / "bin" / "kijun"), "version").returncode == 0


def test_an_interrupted_installation_is_done_anew(app: Path) -> None:
    (version,) = (app / "versions").iterdir()
    assert (version / "complete").exists(), "it went to the folder where the half one was"
    assert not (version / LEFT).exists()
    assert next(version.glob("lib/*/site-packages/django")).is_dir()


def test_a_whole_file_passes_and_a_damaged_one_does_not(made: Path, tmp_path: Path) -> None:
    assert offline("sh", str(made), "--check").returncode == 0
    damaged = tmp_path / "damaged.run"
    content = bytearray(made.read_bytes())
    content[-1000] ^= 1
    damaged.write_bytes(content)
    for options in (["--check"], ["--prefix", str(tmp_path / "app")]):
        done = offline("sh", str(damaged), *options)
        assert done.returncode == 1
        assert "damaged" in done.stderr
    assert not (tmp_path / "app").exists()


def test_help_and_wrong_options(made: Path) -> None:
    shown = offline("sh", str(made), "--help")
    assert shown.returncode == 0
    assert "--prefix FOLDER" in shown.stdout
    assert "@" not in shown.stdout
    wrong = offline("sh", str(made), "--prefixx", "anywhere")
    assert wrong.returncode == 1
    assert "no option '--prefixx'" in wrong.stderr


def test_another_python_is_told(made: Path, tmp_path: Path) -> None:
    other = tmp_path / "python"
    other.write_text("#!/bin/sh\nexit 1\n")
    other.chmod(0o755)
    done = offline("sh", str(made), "--prefix", str(tmp_path / "app"), "--python", str(other))
    assert done.returncode == 1
    assert f"needs Python {sys.version_info.major}.{sys.version_info.minor}" in done.stderr


@pytest.mark.parametrize(
    ("names", "least"),
    [
        (["a-1-py3-none-any.whl"], "2.17"),
        (["a-1-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"], "2.17"),
        (["a-1-cp311-abi3-manylinux_2_28_x86_64.whl", "b-1-py3-none-any.whl"], "2.28"),
        (["a-1-cp311-cp311-manylinux_2_5_x86_64.manylinux_2_28_x86_64.whl"], "2.17"),
    ],
)
def test_the_oldest_c_library_that_will_do(names: list[str], least: str) -> None:
    if not bundle.has_musl():
        assert bundle.least_glibc([Path(name) for name in names]) == least
