"""Serving: uvicorn on a socket that somebody else opened, so that several processes share one address."""

from __future__ import annotations

import logging
import socket
from pathlib import Path
from typing import Any

import uvicorn

from kijun.gateway.app import Gateway
from kijun.gateway.settings import Settings
from kijun.gateway.stalled import Connection
from kijun.ledger.client import AsyncClient


def config_of(gateway: Any, settings: Settings) -> uvicorn.Config:
    """How uvicorn runs a gateway: no access log (addresses and paths are nobody's business), no name of the server; httptools reads requests."""
    return uvicorn.Config(
        gateway,
        loop="uvloop",
        http=Connection,
        ws="none",
        lifespan="on",
        interface="asgi3",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        log_config=None,
        backlog=2048,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=settings.grace,
    )


def gateway_of(folder: Path, settings: Settings | None = None) -> Gateway:
    """A gateway on a data folder, with the ledger's client."""
    return Gateway(folder, lambda: AsyncClient(folder), settings)


def run_worker(folder: Path, descriptor: int, settings: Settings | None = None) -> int:
    """Serve on a listening socket until SIGTERM; running requests get their grace. Returns an exit code."""
    settings = settings or Settings.read()
    listener = socket.socket(fileno=descriptor)
    server = uvicorn.Server(config_of(gateway_of(folder, settings), settings))
    server.run(sockets=[listener])
    return 0 if server.started else 3


def log_plainly(level: int = logging.INFO) -> None:
    """Lines for whoever supervises the process. Ours hold no content; uvicorn's about single requests are left out."""
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("uvicorn.error").addFilter(_without_traceback)
    logging.getLogger("aiohttp").setLevel(logging.ERROR)


def _without_traceback(record: logging.LogRecord) -> bool:
    """An exception's text may quote what was said."""
    if record.exc_info and record.exc_info[0] is not None:
        record.msg, record.args = f"{record.msg} ({record.exc_info[0].__name__})", ()
        record.exc_info = record.exc_text = None
    return True
