"""Keeps child processes running, shows their output, and ends with all of them ended.

One thread does everything: it reads the children's pipes, starts again what died, and stops in order.
The children stay in the supervisor's process group; they ignore SIGINT and cannot outlive it (tether.py).
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from types import FrameType
from typing import IO, Final, cast

from kijun.cli.tether import SUPERVISOR

TICK: Final = 0.1  # seconds between looks at the children
QUICK: Final = 20.0  # a child that lives shorter than these seconds died quickly
DEATHS: Final = 5  # quick deaths in a row that end the whole
BACK_OFF: Final = 0.5  # seconds before the first restart; doubled with each quick death
KEPT_LINES: Final = 20
PATIENCE: Final = 30.0  # seconds until somebody who waits for the first page is told that it is late


@dataclass
class Service:
    """One child that has to run all the time."""

    name: str
    command: Sequence[str]
    grace: float  # seconds between SIGTERM and SIGKILL
    descriptors: Sequence[int] = ()
    early: bool = False
    group: str = ""  # neighbours of one group are stopped together
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    next_start: float = 0.0
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT_LINES))

    @property
    def is_alive(self) -> bool:
        """True while the process runs."""
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Runs services until SIGTERM or SIGINT, or until one of them cannot be kept alive.

    ``preparation`` is a command that has to end well first; its output is ours. Services that are ``early`` start
    beside it and wait for it themselves: ``on_prepared`` is called when it ended.
    """

    def __init__(
        self,
        services: Sequence[Service],
        is_ready: Callable[[], bool],
        announce: Callable[[], None],
        preparation: Sequence[str] = (),
        on_prepared: Callable[[], None] = lambda: None,
    ) -> None:
        self.services = services
        self.is_ready = is_ready
        self.announce = announce
        self.preparation = preparation
        self.on_prepared = on_prepared
        self.stops = 0  # how often somebody asked to stop
        self.selector = selectors.DefaultSelector()
        signal.signal(signal.SIGTERM, self._ask_to_stop)
        signal.signal(signal.SIGINT, self._ask_to_stop)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup sets it
            signal.signal(signal.SIGHUP, self._ask_to_stop)

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stops += 1

    def environment(self) -> dict[str, str]:
        """The children's environment: ours, with the process that they are tethered to."""
        return {**os.environ, SUPERVISOR: str(os.getpid()), "PYTHONUNBUFFERED": "1"}

    def run(self) -> int:
        """Returns 0 after a stop that was asked for, 1 when a service kept dying, else the preparation's code."""
        first = [service for service in self.services if service.early]
        failed, code = self._prepare(first)
        if not (self.stops or failed or code):
            self.on_prepared()
            failed = self._keep_running()
        self._stop_all()
        if failed:
            self._tell(f"{failed.name} が続けて {DEATHS} 回止まったため終了します。")
            self._tell(f"{failed.name} died {DEATHS} times in a row. Its last lines:", *failed.last_lines)
            return 1
        return code

    def _prepare(self, early: Sequence[Service]) -> tuple[Service | None, int]:
        """Run the preparation to its end; returns a service that died too often and the exit code."""
        if not self.preparation:
            return None, 0
        process = subprocess.Popen(self.preparation, env=self.environment())
        failed: Service | None = None
        while process.poll() is None and not self.stops and failed is None:
            failed = self._start_what_is_due(early)
            self._show_output(TICK / 2)
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=4)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            return failed, 0
        if process.returncode < 0:
            self._tell(
                f"準備が途中で止まりました / The preparation was ended by signal {-process.returncode}."
            )
        return failed, abs(process.returncode)

    def _keep_running(self) -> Service | None:
        """Start, restart, announce; returns the service that died too often, None when asked to stop."""
        announced = False
        late = time.monotonic() + PATIENCE
        while not self.stops:
            failed = self._start_what_is_due(self.services)
            if failed:
                return failed
            self._show_output(TICK)
            if not announced and self.is_ready():
                announced = True
                self.announce()
            if not announced and time.monotonic() > late:
                late = float("inf")
                self._tell(f"web が {PATIENCE:.0f} 秒たっても応答しません。出力を確かめてください。")
                self._tell(f"web has not answered for {PATIENCE:.0f} seconds; look at its output.")
        return None

    def _start_what_is_due(self, services: Sequence[Service]) -> Service | None:
        """Start and restart; returns a service that died too often."""
        now = time.monotonic()
        for service in services:
            if service.is_alive:
                continue
            if service.process is not None:
                self._bury(service, now)
                if service.deaths >= DEATHS:
                    self._show_output(0)
                    return service
            if service.process is None and now >= service.next_start:
                self._start(service, now)
        return None

    def _bury(self, service: Service, now: float) -> None:
        assert service.process is not None
        code = service.process.returncode
        service.deaths = service.deaths + 1 if now - service.started < QUICK else 1
        service.next_start = now + BACK_OFF * 2 ** (service.deaths - 1)
        service.process = None
        self._tell(f"{service.name} stopped by itself (exit code {code}); starting it again")

    def _start(self, service: Service, now: float) -> None:
        service.process = subprocess.Popen(
            service.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=service.descriptors,
            env=self.environment(),
        )
        service.started = now
        pipe = service.process.stdout
        assert pipe is not None
        os.set_blocking(pipe.fileno(), False)
        self.selector.register(pipe, selectors.EVENT_READ, (service, bytearray()))

    def _show_output(self, timeout: float) -> None:
        """Wait up to ``timeout`` seconds for output of the children and pass on whole lines."""
        if not self.selector.get_map():
            time.sleep(timeout)
            return
        for key, _ in self.selector.select(timeout):
            service, rest = key.data
            data = os.read(key.fd, 65536)
            rest += data
            *lines, last = bytes(rest).split(b"\n")
            rest[:] = last
            if not data:
                lines += [last] if last else []
                self.selector.unregister(key.fileobj)
                cast("IO[bytes]", key.fileobj).close()
            for line in lines:
                text = line.decode(errors="replace")
                service.last_lines.append(text)
                self._tell(f"[{service.name}] {text}")

    def _stop_all(self) -> None:
        """SIGTERM in the services' order; SIGKILL after each one's grace, or when asked to stop again."""
        asked = self.stops
        if asked and any(service.is_alive for service in self.services):
            self._tell(
                "停止しています / Stopping; a running job gets a few seconds. Ctrl-C again does not wait."
            )
        for _group, together in groupby(self.services, key=lambda service: service.group or service.name):
            self._stop([service for service in together if service.is_alive], asked)
        self._show_output(0)

    def _stop(self, together: Sequence[Service], asked: int) -> None:
        for service in together:
            assert service.process is not None
            service.process.terminate()
        end = time.monotonic() + max((service.grace for service in together), default=0)
        while (
            any(service.is_alive for service in together) and time.monotonic() < end and self.stops <= asked
        ):
            self._show_output(TICK / 2)
        for service in together:
            assert service.process is not None
            if service.is_alive:
                service.process.kill()
            service.process.wait()

    def _tell(self, *lines: str) -> None:
        try:
            for line in lines:
                print(line, file=sys.stderr, flush=True)
        except OSError:  # nobody reads our output any more; the children matter more
            pass
