"""The web process: uvicorn on a socket that the supervisor opened and keeps open across restarts."""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
from collections.abc import Iterator

from kijun.cli.tether import tether

GRACE = 3  # seconds for running requests after SIGTERM


def main(descriptor: int) -> None:
    """Serve until SIGTERM."""
    import uvicorn

    from kijun.sites import environ

    class Server(uvicorn.Server):
        """Ends on SIGTERM without raising it again, and leaves SIGINT to the supervisor."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            signal.signal(signal.SIGTERM, self.handle_exit)
            yield

    proxied = environ.flag("KIJUN_TRUSTED_PROXY")
    config = uvicorn.Config(
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
        timeout_graceful_shutdown=GRACE,
    )
    Server(config).run(sockets=[socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    tether()
    main(int(sys.argv[1]))
