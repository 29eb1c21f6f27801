"""One process of the gateway, on a socket that the supervisor opened and keeps open across restarts."""

from __future__ import annotations

import gc
import os
import sys

from kijun.cli.tether import tether


def main(descriptor: int, gate: int) -> int:
    """Load everything, wait until nobody holds the writing end of ``gate`` any more, then serve until SIGTERM."""
    gc.disable()  # loading makes hardly anything but what stays
    from kijun.gateway import inspecting, server
    from kijun.sites import environ

    server.log_plainly()
    inspecting.standard()
    gc.freeze()  # what is loaded is not walked again with every full collection
    gc.enable()
    os.read(gate, 1)
    return server.run_worker(environ.home(), descriptor)


if __name__ == "__main__":
    tether()
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
