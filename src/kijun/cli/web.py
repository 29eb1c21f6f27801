"""The web process: uvicorn on a socket that the supervisor opened and keeps open across restarts."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kijun.cli.tether import tether

if TYPE_CHECKING:
    import uvicorn

GRACE = 3  # seconds for running requests after SIGTERM


def main(descriptor: int, gate: int) -> None:
    """Load everything, wait until nobody holds the writing end of ``gate`` any more, then serve until SIGTERM."""
    import uvicorn

    from kijun.sites import environ

    class Server(uvicorn.Server):
        """Ends on SIGTERM without raising it again, and leaves SIGINT to the supervisor."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            signal.signal(signal.SIGTERM, self.handle_exit)
            yield

    try:
        config = configuration(environ.flag("KIJUN_TRUSTED_PROXY"))
        config.load()
    except environ.SettingError:  # the preparation, which runs beside, says so
        sys.exit(2)
    load_views()
    os.read(gate, 1)
    Server(config).run(sockets=[socket.socket(fileno=descriptor)])


def configuration(proxied: bool) -> uvicorn.Config:
    """uvicorn's settings; a proxy on this machine is believed when ``proxied``."""
    import uvicorn

    return uvicorn.Config(
        "kijun.sites.asgi:application",
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        proxy_headers=proxied,
        forwarded_allow_ips="127.0.0.1,::1" if proxied else "",
        server_header=False,
        access_log=False,  # addresses hold one-time links
        log_level="warning",
        log_config=None,  # the settings' own, which leaves out what was typed
        timeout_graceful_shutdown=GRACE,
    )


def load_views() -> None:
    """Import all pages now rather than while the first person waits."""
    from django.urls import get_resolver

    get_resolver().check()


if __name__ == "__main__":
    tether()
    main(int(sys.argv[1]), int(sys.argv[2]))
