"""``kijun gateway``: the gateway and the ledger's writer without the web, supervised.

``kijun serve`` starts the same beside the web; this is for a machine that serves the gateway alone, with the data folder of the control plane.
"""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import sys

from kijun.cli import services
from kijun.cli.serve import (
    CannotServe,
    folder,
    host_name,
    in_url,
    listen,
    only_gateway,
    port_number,
    private_folder,
    reachable,
)
from kijun.cli.supervisor import Supervisor


def workers(text: str) -> int:
    """How many processes."""
    if not text.isdecimal() or not 1 <= int(text) <= services.MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"{text!r}: write a number from 1 to {services.MOST_WORKERS}")
    return int(text)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``kijun gateway``."""
    parser.add_argument(
        "--host", type=host_name, default="127.0.0.1", help="address to listen on (default: 127.0.0.1)"
    )
    parser.add_argument("--port", type=port_number, default=8080, help="port to listen on (default: 8080)")
    parser.add_argument("--home", type=folder, metavar="FOLDER", help="data folder (default: KIJUN_HOME)")
    parser.add_argument(
        "--workers",
        type=workers,
        default=services.default_workers(),
        help="processes that inspect and forward (default: one a core, at most 8)",
    )


def run(args: argparse.Namespace) -> int:
    """Start, supervise, and return the exit code."""
    os.umask(0o077)
    try:
        home = private_folder(args.home)
        if not (home / "secret-key").exists():
            raise CannotServe(
                f"{home} は、まだ準備されていません。先に kijun serve か kijun migrate を実行してください。\n"
                f"{home} is not prepared yet: run kijun serve or kijun migrate first."
            )
        lock = only_gateway(home)
        listener = listen(args.host, args.port)
    except CannotServe as error:
        print(f"kijun: {error}", file=sys.stderr)
        return 1
    with lock, listener:
        return supervise(listener, args.host, args.workers)


def supervise(listener: socket.socket, host: str, count: int) -> int:
    """Run the services until the end."""
    from kijun.sites import environ

    port = listener.getsockname()[1]
    address = f"http://{in_url(reachable(host))}:{port}"
    services.write_address(environ.home(), address)
    gate, opener = os.pipe()
    os.close(opener)  # nothing is prepared here, so nobody waits
    return Supervisor(
        [*services.gateways(listener, count, gate), services.writer()],
        is_ready=lambda: status(reachable(host), port) is not None,
        announce=lambda: print(f"AIゲートウェイ / gateway: {address}/v1", flush=True),
    ).run()


def status(host: str, port: int) -> int | None:
    """What ``/health`` answers; None when nothing does."""
    link = http.client.HTTPConnection(host, port, timeout=1)
    try:
        link.request("GET", "/health")
        return link.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        link.close()
