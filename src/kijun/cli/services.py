"""The services that run beside the web: the ledger's writer and the gateway's processes."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Final

from kijun.cli.supervisor import Service

PYTHON: Final = (sys.executable, "-P", "-m")
MOST_WORKERS: Final = 64


def default_workers() -> int:
    """Gateway processes: one a core, at most eight. Inspection is what costs, and two that arrive together need not wait for each other."""
    return min(8, len(os.sched_getaffinity(0)))


def writer() -> Service:
    """The one process that appends to the ledger. It stops last: what the gateway still hands over is recorded."""
    return Service("ledger", [*PYTHON, "kijun.cli.writer"], grace=5, early=True)


def gateways(listener: socket.socket, count: int, gate: int) -> list[Service]:
    """``count`` processes that share a socket. The first loads beside the preparation and waits at ``gate``; the others come when
    that is done, so that the first page does not wait for them."""
    passed = [listener.fileno(), gate]
    names = ["gateway"] if count == 1 else [f"gateway-{number}" for number in range(1, count + 1)]
    command = [*PYTHON, "kijun.cli.gateway_worker", *map(str, passed)]
    return [
        Service(name, command, grace=11, descriptors=passed, early=number == 0, group="gateway")
        for number, name in enumerate(names)
    ]


def write_address(home: Path, address: str) -> None:
    """Tell commands and pages where the gateway listens."""
    folder = home / "gateway"
    folder.mkdir(mode=0o700, exist_ok=True)
    fresh = folder / "address.new"
    fresh.write_text(address.rstrip("/") + "\n", encoding="ascii")
    fresh.replace(folder / "address")
