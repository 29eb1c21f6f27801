"""Children that cannot outlive the supervisor, even when it is killed with -9 (Linux only)."""

from __future__ import annotations

import ctypes
import os
import signal
from typing import Final

SUPERVISOR: Final = "KIJUN_SUPERVISOR"
PR_SET_PDEATHSIG: Final = 1

# Looked up once: after a fork there is no time for imports.
_libc = ctypes.CDLL(None, use_errno=True)
_parent = 0


def die_with(parent: int) -> None:
    """Ask the kernel to kill this process when ``parent`` ends; end at once if it already has."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def tether() -> None:
    """First call of every child: die with the supervisor, and leave Ctrl-C on the terminal to it."""
    supervisor = os.environ.pop(SUPERVISOR, "")
    if supervisor:
        die_with(int(supervisor))
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def tether_forks() -> None:
    """Let processes that this one forks die with it too: the kernel's promise is not inherited."""
    os.register_at_fork(before=_remember, after_in_child=_follow)


def _remember() -> None:
    global _parent
    _parent = os.getpid()


def _follow() -> None:
    die_with(_parent)
