"""``kijun serve``: everything that runs, started together and stopped together."""

from __future__ import annotations

import argparse
import errno
import fcntl
import http.client
import os
import socket
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Final

from kijun.cli.supervisor import Service, Supervisor
from kijun.sites import environ

PYTHON: Final = (sys.executable, "-P", "-m")


class CannotServe(Exception):
    """Why Kijun does not start, in words for the person who started it."""


def port_number(text: str) -> int:
    """A TCP port; 0 lets the system choose."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: write a number from 0 to 65535")
    return int(text)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``kijun serve``."""
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine only)"
    )
    parser.add_argument("--port", type=port_number, default=8000, help="port to listen on (default: 8000)")
    parser.add_argument("--home", type=Path, metavar="FOLDER", help="data folder (default: KIJUN_HOME)")
    parser.add_argument("--sample", action="store_true", help="load the sample town みちしるべ市")
    parser.add_argument("--no-jobs", action="store_true", help="web only; jobs run elsewhere")


def run(args: argparse.Namespace) -> int:
    """Start, supervise, and return the exit code."""
    os.umask(0o077)
    try:
        home = private_folder(args.home)
        lock = only_one(home)
        listener = listen(args.host, args.port)
    except CannotServe as error:
        print(f"kijun: {error}", file=sys.stderr)
        return 1
    with lock, listener:
        return supervise(listener, args)


def private_folder(given: Path | None) -> Path:
    """The data folder, made if missing and closed to other users; KIJUN_HOME names it from here on."""
    home = given.expanduser().resolve() if given else environ.home()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        home.chmod(0o700)
    except OSError as error:
        raise CannotServe(
            f"データフォルダー {home} を使えません。--home で別の場所を指定してください。\n"
            f"The data folder {home} cannot be used ({error.strerror}); name another with --home."
        ) from error
    os.environ["KIJUN_HOME"] = str(home)
    return home


def only_one(home: Path) -> IO[str]:
    """A lock that is held while Kijun runs on this folder."""
    lock = (home / "serve.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise CannotServe(
            f"Kijun はデータフォルダー {home} ですでに動いています。\n"
            f"Kijun is already running on {home}. Stop it first, or name another folder with --home."
        ) from error
    return lock


def listen(host: str, port: int) -> socket.socket:
    """The socket that the web process serves, opened before anything changes that a taken port would stop."""
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, _, _, address = places[0]
        with ExitStack() as on_failure:
            listener = on_failure.enter_context(socket.socket(family, kind))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(1024)
            on_failure.pop_all()
            return listener
    except OSError as error:
        raise CannotServe(why_not(error, host, port)) from error


def why_not(error: OSError, host: str, port: int) -> str:
    """What to do when the address cannot be had."""
    if error.errno == errno.EADDRINUSE:
        return (
            f"ポート {port} はほかのプログラムが使っています。別の番号で起動してください: --port {port + 1}\n"
            f"Port {port} is taken. Choose another with --port {port + 1}, or see who has it with\n"
            f"  ss -ltnp sport = :{port}"
        )
    if error.errno == errno.EACCES:
        return (
            f"ポート {port} を開く権限がありません。1024 以上の番号を使ってください。\n"
            f"No permission for port {port}; use one from 1024 up, with a reverse proxy in front."
        )
    return f"{host}:{port} で待ち受けできません / cannot listen on {host}:{port}: {error.strerror or error}"


def supervise(listener: socket.socket, args: argparse.Namespace) -> int:
    """Prepare the data, then run the services until the end."""
    port = listener.getsockname()[1]
    address = f"http://{in_url(reachable(args.host))}:{port}/"
    os.environ["KIJUN_ADDRESS"] = address
    # The web process loads its code beside the preparation, then waits until the gate's other end is closed.
    gate, opener = os.pipe()
    passed = [listener.fileno(), gate]
    web = [*PYTHON, "kijun.cli.web", *map(str, passed)]
    services = [Service("web", web, grace=4, descriptors=passed, early=True)]
    if not args.no_jobs:
        services.append(Service("jobs", [*PYTHON, "kijun.cli.jobs"], grace=5))

    def announce() -> None:
        print(f"\n{address} を開いてください。終了は Ctrl-C です。", flush=True)
        print(f"Open {address} in a browser; Ctrl-C stops Kijun.\n", flush=True)

    return Supervisor(
        services,
        is_ready=lambda: answers(reachable(args.host), port),
        announce=announce,
        preparation=[*PYTHON, "kijun.cli.prepare", *(["--sample"] if args.sample else [])],
        on_prepared=lambda: os.close(opener),
    ).run()


def reachable(host: str) -> str:
    """An address of this machine for a host that may mean all addresses."""
    return {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # read, never bound to


def in_url(host: str) -> str:
    """IPv6 addresses stand in brackets in a URL."""
    return f"[{host}]" if ":" in host else host


def answers(host: str, port: int) -> bool:
    """True when the web process says it is well."""
    link = http.client.HTTPConnection(host, port, timeout=1)
    try:
        link.request("GET", "/healthz", headers={"Host": "localhost"})
        return link.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()
