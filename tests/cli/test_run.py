"""The script ``run``: what it says on a bare machine, and that it gets through whatever state it finds."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ["run", ".ci/run", "tools/installer.sh"]
TOOLS = [
    "sh",
    "dirname",
    "readlink",
    "uname",
    "sed",
    "grep",
    "cat",
    "cut",
    "sha256sum",
    "flock",
    "rm",
    "mkdir",
    "env",
]


def call(script: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if key not in {"KIJUN_PYTHON", "VIRTUAL_ENV"}}
    return subprocess.run(
        [str(script), *words],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=300,
        env={**kept, **environment},
    )


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A checkout's first files in a folder with blanks in its name, and no environment."""
    folder = tmp_path / "みち しるべ"
    folder.mkdir()
    for name in ("run", "pyproject.toml", "uv.lock", "README.md", "LICENSE"):
        shutil.copy2(ROOT / name, folder / name)
    return folder


@pytest.fixture
def checkout(bare: Path) -> Path:
    """The same with just enough of the source to be installed and started."""
    for part in ("__init__.py", "cli", "sites/__init__.py", "sites/environ.py"):
        source, target = ROOT / "src" / "kijun" / part, bare / "src" / "kijun" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)
    return bare


@pytest.fixture
def few_tools(tmp_path: Path) -> Path:
    """A folder for PATH that holds a minimal system without Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        if found:
            (folder / name).symlink_to(found)
    return folder


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("shell", ["sh", "dash", "bash --posix", "busybox sh"])
def test_every_shell_can_read_it(script: str, shell: str) -> None:
    if not shutil.which(shell.split()[0]):
        pytest.skip(f"{shell} is not on this machine")
    subprocess.run([*shell.split(), "-n", str(ROOT / script)], check=True)


@pytest.mark.parametrize("script", SCRIPTS)
def test_shellcheck_has_nothing_to_say(script: str) -> None:
    if not shutil.which("shellcheck"):
        pytest.skip("shellcheck is not on this machine")
    subprocess.run(["shellcheck", "--severity=style", str(ROOT / script)], check=True)


def test_help_needs_nothing(bare: Path, few_tools: Path) -> None:
    done = call(bare / "run", "help", PATH=str(few_tools))
    assert done.returncode == 0
    for command in ("serve", "kijun", "test", "lint", "types", "format", "bundle", "help"):
        assert f"\n  {command} " in done.stdout
    assert not (bare / ".venv").exists()


def test_an_unknown_command_is_told(bare: Path) -> None:
    done = call(bare / "run", "sevre")
    assert done.returncode == 1
    assert "no command 'sevre'" in done.stderr
    assert "usage:" in done.stderr


def test_without_python_it_says_what_to_install(bare: Path, few_tools: Path) -> None:
    done = call(bare / "run", "serve", PATH=str(few_tools))
    assert done.returncode == 1
    assert "Python 3.11 以上が見つかりません" in done.stderr
    assert "apt install python3 python3-venv" in done.stderr
    assert "KIJUN_PYTHON" in done.stderr
    assert not (bare / ".venv").exists()


def fake_python(folder: Path, script: str) -> str:
    path = folder / "fake-python"
    path.write_text(f'#!/bin/sh\ncase "$2" in\n{script}\nesac\n')
    path.chmod(0o755)
    return str(path)


def test_a_python_that_is_not_there_is_told(bare: Path) -> None:
    done = call(bare / "run", "serve", KIJUN_PYTHON="/nowhere/python3")
    assert done.returncode == 1
    assert "KIJUN_PYTHON=/nowhere/python3: there is no such program" in done.stderr


def test_a_python_that_is_too_old_is_told(bare: Path, tmp_path: Path) -> None:
    old = fake_python(tmp_path, "*'< (3, 11)'*) exit 1 ;;")
    done = call(bare / "run", "serve", KIJUN_PYTHON=old)
    assert done.returncode == 1
    assert "no CPython 3.11 or newer" in done.stderr


def test_a_python_without_venv_names_the_package(bare: Path, tmp_path: Path) -> None:
    split = fake_python(tmp_path, "*ensurepip* | *pip*) exit 1 ;; *print*) echo 3.12 ;;")
    done = call(bare / "run", "serve", KIJUN_PYTHON=split)
    assert done.returncode == 1
    assert "apt install python3.12-venv" in done.stderr


@pytest.mark.slow
def test_it_works_from_any_directory_and_again_at_once(checkout: Path, tmp_path: Path) -> None:
    first = call(checkout / "run", "kijun", "version")
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("kijun ")
    lock = (checkout / "uv.lock").read_bytes()
    second = call(checkout / "run", "kijun", "version")
    assert second.stdout == first.stdout
    assert second.stderr == "", "what it does besides takes time, and is told"
    (tmp_path / "link").symlink_to(checkout / "run")
    through_a_link = call(tmp_path / "link", "kijun", "version")
    assert through_a_link.stdout == first.stdout, through_a_link.stderr
    assert lock == (ROOT / "uv.lock").read_bytes()


@pytest.mark.slow
def test_it_mends_what_it_finds(checkout: Path) -> None:
    assert call(checkout / "run", "kijun", "version").returncode == 0
    (checkout / ".venv" / "bin" / "python").unlink()
    assert call(checkout / "run", "kijun", "version").returncode == 0
    (checkout / ".venv" / ".kijun-stamp").unlink()
    assert call(checkout / "run", "kijun", "version").returncode == 0
    shutil.rmtree(next((checkout / ".venv" / "lib").glob("*/site-packages/django")))
    (checkout / ".venv" / ".kijun-pending").touch()
    mended = call(checkout / "run", "kijun", "manage", "version", KIJUN_HOME=str(checkout / "home"))
    assert mended.stdout.startswith("5.2"), mended.stderr


@pytest.mark.slow
def test_a_changed_lock_or_place_is_noticed(checkout: Path, tmp_path: Path) -> None:
    assert call(checkout / "run", "kijun", "version").returncode == 0
    with (checkout / "uv.lock").open("a") as lock:
        lock.write("\n# changed\n")
    assert "installing what uv.lock names" in call(checkout / "run", "kijun", "version").stderr
    moved = checkout.rename(tmp_path / "moved")
    assert "installing what uv.lock names" in call(moved / "run", "kijun", "version").stderr
    where = next(moved.glob(".venv/lib/*/site-packages/*kijun*.pth")).read_text()
    assert str(moved) in where


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.3, 1.5, 3.0])
def test_an_interrupted_first_try_does_no_harm(checkout: Path, seconds: float) -> None:
    first = subprocess.Popen(
        [str(checkout / "run"), "kijun", "version"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(seconds)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    second = call(checkout / "run", "kijun", "version")
    assert second.returncode == 0, second.stderr


@pytest.mark.slow
def test_what_the_tests_leave_out_is_told_at_both_ends(checkout: Path) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    done = call(checkout / "run", "test", KIJUN_SKIP_BROWSER="1", KIJUN_TEST_DATABASE_URL=nowhere)
    assert done.returncode == 1  # there is not one test in this small checkout
    assert "run: FAILED:" in done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith(("##  ", "== "))]
    assert [line.split(":")[0] for line in told if "#" in line and ":" in line] == [
        "##  BROWSER TESTS ARE SKIPPED",
        "##  NOT TESTED ON POSTGRESQL",
    ] * 2
    assert told[0].startswith("##  BROWSER")
    assert "== mypy" in told  # one failure does not hide the next
    assert "== browser tests" not in told


@pytest.mark.slow
def test_two_first_starts_at_once_take_turns(checkout: Path) -> None:
    words = [str(checkout / "run"), "kijun", "version"]
    both = [
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    told = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert any("waiting" in error for _, error in told)
