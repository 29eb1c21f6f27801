"""Children that are started, started again, and ended: with shell commands in the place of the web and jobs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

SCRIPT = """
import signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # these tests may themselves run under nohup
from kijun.cli import supervisor
from kijun.cli.supervisor import Service, Supervisor
supervisor.BACK_OFF = 0.05
supervisor.PATIENCE = 0.3
python = sys.executable
services = {services}
ready = lambda: {ready}
sys.exit(Supervisor(services, ready, lambda: print("READY", flush=True), {more}).run())
"""


class Started:
    """A supervisor of its own process, with what it printed."""

    def __init__(self, log: Path, services: str, ready: str, more: str) -> None:
        self.log = log
        with log.open("w") as output:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    textwrap.dedent(SCRIPT).format(services=services, ready=ready, more=more),
                ],
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def printed(self) -> str:
        return self.log.read_text()

    def wait_for(self, words: str, times: int = 1) -> None:
        end = time.monotonic() + 20
        while self.printed.count(words) < times:
            assert time.monotonic() < end, self.printed
            assert self.process.poll() is None, self.printed
            time.sleep(0.02)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=15)


class Start:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.all: list[Started] = []

    def __call__(self, *services: str, ready: str = "True", more: str = "") -> Started:
        started = Started(self.folder / f"log{len(self.all)}", f"[{', '.join(services)}]", ready, more)
        self.all.append(started)
        return started


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    factory = Start(tmp_path)
    yield factory
    for started in factory.all:
        if started.process.poll() is None:
            os.killpg(started.process.pid, signal.SIGKILL)
            started.process.wait()


def shell(name: str, script: str, grace: float = 2, early: bool = False, group: str = "") -> str:
    return f"Service({name!r}, ['sh', '-c', {script!r}], grace={grace}, early={early}, group={group!r})"


def preparation(script: str) -> str:
    return f"preparation=['sh', '-c', {script!r}], on_prepared=lambda: print('PREPARED', flush=True)"


def test_it_works(start: Start) -> None:
    started = start(shell("one", "echo hello; exec sleep 60"))
    started.wait_for("READY")
    started.wait_for("[one] hello")
    assert started.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_each_way_to_stop_ends_with_0(start: Start, number: int) -> None:
    started = start(shell("one", "exec sleep 60"))
    started.wait_for("READY")
    assert started.stop(number) == 0


def test_services_wait_for_the_preparation_unless_they_are_early(start: Start) -> None:
    one, two = shell("one", "echo up; exec sleep 60", early=True), shell("two", "echo up; exec sleep 60")
    started = start(one, two, more=preparation("sleep 0.7; echo once"))
    started.wait_for("[two] up")
    words = ["[one] up", "once", "PREPARED", "[two] up"]
    assert [started.printed.index(word) for word in words] == sorted(map(started.printed.index, words))
    assert "[one] once" not in started.printed
    assert started.stop() == 0


def test_a_preparation_that_fails_ends_the_whole_with_its_code(start: Start) -> None:
    started = start(shell("one", "exec sleep 60", early=True), more=preparation("echo why; exit 3"))
    assert started.process.wait(timeout=10) == 3
    assert started.printed == "why\n"


def test_a_preparation_that_is_killed_is_told(start: Start) -> None:
    """As where the machine has too little memory."""
    started = start(shell("one", "exec sleep 60"), more=preparation("kill -9 $$"))
    assert started.process.wait(timeout=20) == 9
    assert "signal 9" in started.printed


def test_a_stop_does_not_wait_for_the_preparation(start: Start) -> None:
    started = start(shell("one", "exec sleep 60", early=True), more=preparation("echo begun; exec sleep 60"))
    started.wait_for("begun")
    before = time.monotonic()
    assert started.stop() == 0
    assert time.monotonic() - before < 3
    assert "PREPARED" not in started.printed


def test_a_page_that_is_late_is_told_once(start: Start) -> None:
    started = start(shell("one", "exec sleep 60"), ready="False")
    started.wait_for("has not answered")
    time.sleep(0.5)
    assert started.stop() == 0
    assert started.printed.count("has not answered") == 1
    assert "READY" not in started.printed


def test_children_end_in_order(start: Start) -> None:
    slow = "trap 'sleep 0.3; echo end one; exit' TERM; echo up; while :; do sleep 0.05; done"
    quick = "trap 'echo end two; exit' TERM; echo up; while :; do sleep 0.05; done"
    started = start(shell("one", slow), shell("two", quick))
    started.wait_for("up", times=2)
    assert started.stop() == 0
    assert started.printed.index("end one") < started.printed.index("end two")


def test_children_of_a_group_end_together(start: Start) -> None:
    """Several gateways each finish what they have begun; the last must not wait for all before it."""
    slow = "trap 'sleep 1; exit 0' TERM; echo up; while :; do sleep 0.05; done"
    started = start(*[shell(f"gateway-{number}", slow, grace=5, group="gateway") for number in range(4)])
    for number in range(4):
        started.wait_for(f"[gateway-{number}] up")
    before = time.monotonic()
    assert started.stop() == 0
    assert time.monotonic() - before < 3


def test_a_child_that_dies_is_started_again(start: Start, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    started = start(shell("one", f"if [ -e {flag} ]; then echo again; exec sleep 60; fi; : >{flag}; exit 3"))
    started.wait_for("exit code 3")
    started.wait_for("again")
    assert started.stop() == 0


def test_a_child_that_keeps_dying_ends_the_whole_with_its_last_words(start: Start) -> None:
    started = start(shell("one", "echo broken: no such table; exit 7"), shell("two", "exec sleep 60"))
    assert started.process.wait(timeout=20) == 1
    assert "one died 5 times in a row" in started.printed
    assert started.printed.rstrip().endswith("broken: no such table")
    assert started.printed.count("[one] broken") == 5


def test_the_pause_before_a_restart_doubles(start: Start, tmp_path: Path) -> None:
    times = tmp_path / "times"
    started = start(shell("one", f"date +%s%N >>{times}; exit 1"))
    assert started.process.wait(timeout=20) == 1
    stamps = [int(line) / 1e9 for line in times.read_text().split()]
    pauses = [late - early for early, late in pairwise(stamps)]
    assert len(stamps) == 5
    assert pauses[3] > 0.4  # 0.05 s doubled three times
    assert pauses[3] > pauses[0]


def test_a_child_that_ignores_the_request_is_killed_after_its_grace(start: Start) -> None:
    started = start(shell("one", "trap '' TERM; echo up; while :; do sleep 0.1; done", grace=0.5))
    started.wait_for("up")
    before = time.monotonic()
    assert started.stop() == 0
    assert 0.4 < time.monotonic() - before < 5


def test_a_second_request_does_not_wait_for_the_grace(start: Start) -> None:
    started = start(shell("one", "trap '' TERM; echo up; while :; do sleep 0.1; done", grace=60))
    started.wait_for("up")
    started.process.send_signal(signal.SIGINT)
    started.wait_for("Ctrl-C again does not wait")
    assert started.stop(signal.SIGINT) == 0


def test_output_without_a_last_newline_is_shown(start: Start) -> None:
    started = start(shell("one", "printf half; exec sleep 60 >/dev/null 2>&1"))
    started.wait_for("[one] half")
    assert started.stop() == 0


def test_much_output_does_not_hold_a_child_up(start: Start) -> None:
    started = start(shell("one", "seq 200000; echo through; exec sleep 60"))
    started.wait_for("through")
    assert started.stop() == 0
    assert started.printed.count("[one] ") == 200_001


TETHERED = """
import os, sys, time
from kijun.cli.tether import tether, tether_forks
tether(); tether_forks()
if os.fork() == 0: os.fork()
os.write(1, b"up %d\\n" % os.getpid())  # one write: three processes share the pipe
time.sleep(60)
"""


def test_a_killed_supervisor_leaves_nothing_behind(start: Start) -> None:
    started = start(f"Service('one', [python, '-c', {TETHERED!r}], grace=2)")
    started.wait_for("[one] up ", times=3)
    pids = [int(line.split()[2]) for line in started.printed.splitlines() if "[one] up " in line]
    assert len(set(pids)) == 3, started.printed
    assert started.stop(signal.SIGKILL) == -signal.SIGKILL
    assert all(ended(pid) for pid in pids)


def test_children_leave_ctrl_c_to_the_supervisor(start: Start) -> None:
    script = (
        "import time; from kijun.cli.tether import tether; tether(); print('up', flush=True); time.sleep(60)"
    )
    started = start(f"Service('one', [python, '-c', {script!r}], grace=2)")
    started.wait_for("up")
    os.killpg(started.process.pid, signal.SIGINT)  # what a terminal does
    assert started.process.wait(timeout=10) == 0
    assert "Traceback" not in started.printed
    assert "stopped by itself" not in started.printed


def ended(pid: int) -> bool:
    """True once no process, or only a dead one that nobody asked after, has this number; waits 5 seconds."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in {"Z", "X"}:
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False
