"""``kijun serve`` as people run it: real processes, a real port, a data folder of its own."""

from __future__ import annotations

import os
import re
import resource
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kijun.cli import serve, services
from kijun.cli.serve import CannotServe
from tests import snapshots

pytestmark = pytest.mark.xdist_group("serve")  # one after the other: they are told how long a start may take
Serve = Callable[..., "Serving"]
ALL = (
    7 + services.default_workers()
)  # web; jobs with its sentinel, worker, monitor and pusher; gateways; the ledger's writer


class Serving:
    """A running ``kijun serve``; its output goes to a file, so that nothing can block."""

    def __init__(self, folder: Path, home: Path, options: tuple[str, ...]) -> None:
        folder.mkdir(exist_ok=True)
        self.log = folder / f"log{len(list(folder.iterdir()))}"
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "kijun.cli",
                    "serve",
                    "--home",
                    str(home),
                    "--port",
                    "0",
                    "--gateway-port",
                    "0",
                    *options,
                ],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )

    @property
    def printed(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def address(self) -> str:
        """Wait for the line that says where to go."""
        end = time.monotonic() + 120
        while True:
            found = re.search(r"^Open (http://\S+) in a browser", self.printed, re.MULTILINE)
            if found:
                return found[1]
            assert time.monotonic() < end, self.printed
            assert self.process.poll() is None, self.printed
            time.sleep(0.05)

    def family(self, least: int = 1) -> list[int]:
        """The processes below it, to any depth; waits until there are at least so many."""
        end = time.monotonic() + 20
        while len(found := self.below()) < least:
            assert time.monotonic() < end, self.printed
            time.sleep(0.05)
        return found

    def below(self) -> list[int]:
        parents: dict[int, int] = {}
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
        found = [self.process.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found[1:]

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=20)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Serve]:
    started: list[Serving] = []
    snapshots.copy_migrated(tmp_path / "home")

    def begin(*options: str, home: Path = tmp_path / "home") -> Serving:
        started.append(Serving(tmp_path / "logs", home, options))
        return started[-1]

    yield begin
    for serving in started:
        if serving.process.poll() is None:
            serving.process.kill()
            serving.process.wait()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder that was not there before it was served once, and what was printed; the one start here that migrates."""
    home = tmp_path_factory.mktemp("first") / "fresh"
    serving = Serving(home.parent / "logs", home, ("--no-jobs",))
    try:
        serving.address()
        assert serving.stop() == 0
    finally:
        serving.process.kill()
    return home, serving.printed


def get(address: str) -> int:
    request = urllib.request.Request(address)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def cpu_seconds() -> float:
    """What ended children and theirs have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def are_gone(pids: list[int]) -> bool:
    end = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() and "State:\tZ" not in status(pid) for pid in pids):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def status(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return "State:\tZ"


def test_it_works(start: Serve, tmp_path: Path) -> None:
    serving = start()
    address = serving.address()
    assert get(address + "healthz") == 200
    family = serving.family(ALL)
    groups = {os.getpgid(pid) for pid in family}
    assert groups == {os.getpgid(serving.process.pid)}
    before = time.monotonic()
    assert serving.stop() == 0
    assert time.monotonic() - before < 10
    assert are_gone(family)
    assert "Traceback" not in serving.printed
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def test_a_second_start_takes_seconds_and_does_not_migrate(start: Serve, fresh: tuple[Path, str]) -> None:
    home, printed = fresh
    assert "データベースを準備しています" in printed
    before = cpu_seconds()
    second = start("--no-jobs", home=home)
    second.address()
    assert "データベースを準備しています" not in second.printed
    assert second.stop() == 0
    # Five processes share the work, so this is 8 seconds where nothing else runs. A clock would tell
    # how busy the machine is.
    assert cpu_seconds() - before < 20


def test_ctrl_c_on_the_terminal_ends_it_cleanly(start: Serve) -> None:
    serving = start()
    serving.address()
    family = serving.family(ALL)
    os.killpg(serving.process.pid, signal.SIGINT)
    assert serving.process.wait(timeout=20) == 0
    assert are_gone(family)
    assert "Traceback" not in serving.printed


def test_kill_9_of_the_supervisor_leaves_no_orphan(start: Serve) -> None:
    serving = start()
    serving.address()
    family = serving.family(ALL)
    assert serving.stop(signal.SIGKILL) == -signal.SIGKILL
    assert are_gone(family)


def test_web_comes_back_after_kill_9(start: Serve) -> None:
    serving = start("--no-jobs")
    address = serving.address()
    os.kill(serving.family()[0], signal.SIGKILL)
    assert get(address + "healthz") == 200  # the socket stays open meanwhile, so nobody is turned away
    assert "web stopped by itself" in serving.printed


def test_the_database_and_the_key_are_closed_to_others(fresh: tuple[Path, str]) -> None:
    for name in ("kijun.sqlite3", "secret-key"):
        assert stat.S_IMODE((fresh[0] / name).stat().st_mode) == 0o600


def test_one_folder_is_served_once(start: Serve, tmp_path: Path) -> None:
    address = start("--no-jobs").address()
    second = start("--no-jobs")
    assert second.process.wait(timeout=20) == 1
    assert "already running" in second.printed
    assert (tmp_path / "home" / "serve.lock").read_text().strip() == address, "the first one's, untouched"


def test_a_taken_port_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        words = [
            sys.executable,
            "-P",
            "-m",
            "kijun.cli",
            "serve",
            "--home",
            str(tmp_path),
            "--port",
            str(port),
        ]
        done = subprocess.run(words, capture_output=True, text=True, timeout=20)
    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr
    (other,) = set(re.findall(r"--port (\d+)", done.stderr))
    assert int(other) > port
    with socket.create_server(("127.0.0.1", int(other))):
        pass  # what is offered can be had
    assert not (tmp_path / "kijun.sqlite3").exists()


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotServe, match="--home"):
        serve.private_folder(tmp_path / "file" / "home")


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    """Closing ``/tmp`` or somebody's documents to others would be the worst of all first impressions."""
    tmp_path.chmod(0o755)
    (tmp_path / "report.odt").touch()
    with pytest.raises(CannotServe, match="a folder for Kijun alone"):
        serve.private_folder(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


@pytest.mark.parametrize("name", [".bashrc", "lost+found", "secret-key"])
def test_an_empty_folder_and_one_of_ours_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("KIJUN_HOME", "")  # set by what is tested, put back afterwards
    (tmp_path / name).touch()
    assert serve.private_folder(tmp_path) == tmp_path
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_a_setting_that_is_wrong_is_told_in_a_line(start: Serve, tmp_path: Path) -> None:
    (tmp_path / "home" / "secret-key").write_text("")
    serving = start()
    assert serving.process.wait(timeout=60) == 2
    assert "secret-key is empty" in serving.printed
    assert "Traceback" not in serving.printed


@pytest.mark.parametrize("option", ["--home", "--host"])
def test_an_option_that_names_nothing_is_a_usage_error(option: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "kijun.cli", "serve", option, ""], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert option in done.stderr


def test_a_host_that_is_not_ours_is_told() -> None:
    with pytest.raises(CannotServe, match="cannot listen on"):
        serve.listen("192.0.2.1", 0)


@pytest.mark.parametrize("text", ["eighty", "-1", "65536", ""])
def test_what_is_no_port(text: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "kijun.cli", "serve", f"--port={text}"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "is no port" in done.stderr


@pytest.mark.parametrize(
    ("host", "names", "proxy", "shown"),
    [
        ("127.0.0.1", "", "", "http://127.0.0.1:8000/"),
        ("0.0.0.0", "", "", "http://127.0.0.1:8000/"),  # noqa: S104
        ("::", "", "", "http://[::1]:8000/"),
        ("192.0.2.7", "kijun.example", "", "http://192.0.2.7:8000/"),
        ("0.0.0.0", ".example,kijun.example", "", "http://kijun.example:8000/"),  # noqa: S104
        ("127.0.0.1", "kijun.example", "1", "https://kijun.example/"),
    ],
)
def test_the_address_to_open(
    monkeypatch: pytest.MonkeyPatch, host: str, names: str, proxy: str, shown: str
) -> None:
    monkeypatch.setenv("KIJUN_ALLOWED_HOSTS", names)
    monkeypatch.setenv("KIJUN_TRUSTED_PROXY", proxy)
    assert serve.opened_at(host, 8000) == shown
    told = "\n".join(serve.announcement(host, 8000))
    assert f"Open {shown} in a browser" in told
    assert ("KIJUN_ALLOWED_HOSTS" in told) == (host in serve.EVERYWHERE and not names), "who else may come in"


def test_a_host_it_listens_on_is_answered_and_commands_know_the_address(start: Serve, tmp_path: Path) -> None:
    serving = start("--no-jobs", "--host", "[::1]")
    address = serving.address()
    assert address.startswith("http://[::1]:")
    assert get(address + "staff/people/sign-in/") == 200
    printed = subprocess.run(
        [sys.executable, "-P", "-m", "kijun.cli", "setup-link"],
        env={**os.environ, "KIJUN_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert f"{address}staff/set-up/?code=" in printed
