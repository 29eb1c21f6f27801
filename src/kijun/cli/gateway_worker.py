"""One process of the gateway, on a socket that the supervisor opened and keeps open across restarts."""

from __future__ import annotations

import os
import sys

from kijun.cli.tether import tether


def main(descriptor: int, gate: int) -> None:
    """Load everything, wait until nobody holds the writing end of ``gate`` any more, then serve until SIGTERM."""
    from kijun.gateway import server
    from kijun.sites import environ

    worker = server.prepare(environ.home())
    os.read(gate, 1)
    worker.run(descriptor)


if __name__ == "__main__":
    tether()
    main(int(sys.argv[1]), int(sys.argv[2]))
