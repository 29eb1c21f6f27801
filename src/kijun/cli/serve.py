"""``kijun serve``: everything that runs, started together and stopped together."""

from __future__ import annotations

import argparse
import errno
import fcntl
import http.client
import os
import socket
import sys
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import IO, Final

from kijun.cli import services as beside
from kijun.cli.services import PYTHON
from kijun.cli.supervisor import Service, Supervisor
from kijun.sites import environ

EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # read, never bound to
"""Hosts that mean every address of the machine, with the one by which the machine reaches itself."""


class CannotServe(Exception):
    """Why Kijun does not start, in words for the person who started it."""


def port_number(text: str) -> int:
    """A TCP port; 0 lets the system choose."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: write a number from 0 to 65535")
    return int(text)


def host_name(text: str) -> str:
    """A name or an address; IPv6 with or without brackets."""
    bare = text.strip().strip("[]")
    if not bare:
        raise argparse.ArgumentTypeError("write an address of this machine, such as 127.0.0.1 or 0.0.0.0")
    return bare


def folder(text: str) -> Path:
    """A path; an empty one (an unset variable in somebody's script) would mean the current folder."""
    if not text.strip():
        raise argparse.ArgumentTypeError("no folder is named")
    return Path(text)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``kijun serve``."""
    parser.add_argument(
        "--host",
        type=host_name,
        default="127.0.0.1",
        help="address to listen on (default: 127.0.0.1, this machine only)",
    )
    parser.add_argument("--port", type=port_number, default=8000, help="port to listen on (default: 8000)")
    parser.add_argument("--home", type=folder, metavar="FOLDER", help="data folder (default: KIJUN_HOME)")
    parser.add_argument("--sample", action="store_true", help="load the sample town みちしるべ市")
    parser.add_argument("--no-jobs", action="store_true", help="no jobs; they run elsewhere")
    parser.add_argument(
        "--gateway-port",
        type=port_number,
        default=8080,
        help="port of the AI gateway, at the address of --host (default: 8080)",
    )
    parser.add_argument("--no-gateway", action="store_true", help="no gateway; kijun gateway runs elsewhere")


def run(args: argparse.Namespace) -> int:
    """Start, supervise, and return the exit code."""
    os.umask(0o077)
    try:
        home = private_folder(args.home)
        lock = only_one(home)
        listener = listen(args.host, args.port)
        gateway = None if args.no_gateway else listen(args.host, args.gateway_port, "--gateway-port")
        held = (
            only_gateway(home, "先に止めるか、--no-gateway を付けて起動してください。")
            if gateway
            else nullcontext()
        )
    except CannotServe as error:
        print(f"kijun: {error}", file=sys.stderr)
        return 1
    address = opened_at(args.host, listener.getsockname()[1])
    lock.truncate(0)
    lock.write(f"{address}\n")
    lock.flush()
    os.environ[environ.ADDRESS] = address
    with lock, held, listener, gateway or nullcontext():
        return supervise(listener, gateway, args)


def private_folder(given: Path | None) -> Path:
    """The data folder, made if missing and closed to other users; KIJUN_HOME names it from here on.

    A folder that holds other things is refused, for closing it would shut others out of them.
    """
    home = given.expanduser().resolve() if given else environ.home()
    try:
        if home.is_dir() and not is_ours(home):
            raise CannotServe(
                f"{home} には、Kijun のものではないファイルがあります。Kijun だけが使うフォルダーを --home で指定してください。\n"
                f"{home} holds files that are not Kijun's; with --home name a folder for Kijun alone."
            )
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        home.chmod(0o700)
    except OSError as error:
        raise CannotServe(unusable(home, error)) from error
    os.environ["KIJUN_HOME"] = str(home)
    return home


def unusable(path: Path, error: OSError) -> str:
    """What to do about a place that the system refuses."""
    return (
        f"データフォルダー {path} を使えません。持ち主と権限を確かめるか、--home で別の場所を指定してください。\n"
        f"The data folder {path} cannot be used ({error.strerror}); see who owns it, or name another with --home."
    )


def is_ours(home: Path) -> bool:
    """An empty folder, or one with Kijun's data. Hidden files, as a user's new home folder has them, do not count."""
    names = {path.name for path in home.iterdir() if not path.name.startswith(".")} - {"lost+found"}
    return not names or bool(names & {"secret-key", "kijun.sqlite3", "serve.lock"})


def only_one(home: Path) -> IO[str]:
    """A lock that is held while Kijun runs on this folder. Its text is the address, for commands that print links."""
    try:
        lock = (home / "serve.lock").open("a", encoding="utf-8")
    except OSError as error:
        raise CannotServe(unusable(home, error)) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise CannotServe(
            f"Kijun はデータフォルダー {home} ですでに動いています。\n"
            f"Kijun is already running on {home}. Stop it first, or name another folder with --home."
        ) from error
    return lock


def only_gateway(home: Path, what_to_do: str = "") -> IO[str]:
    """A lock that is held while a gateway runs on this folder: a second one would tell pages and programs its own address."""
    lock = (home / "gateway.lock").open("a", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise CannotServe(
            f"AIゲートウェイはデータフォルダー {home} ですでに動いています。{what_to_do}\n"
            f"The gateway is already running on {home}.{what_to_do and ' Stop it first, or start with --no-gateway.'}"
        ) from error
    return lock


def listen(host: str, port: int, option: str = "--port") -> socket.socket:
    """A socket that a child serves, opened before anything changes that a taken port would stop."""
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
        raise CannotServe(why_not(error, host, port, option)) from error


def why_not(error: OSError, host: str, port: int, option: str = "--port") -> str:
    """What to do when the address cannot be had."""
    if error.errno == errno.EADDRINUSE:
        other = free_after(host, port)
        return (
            f"ポート {port} はほかのプログラムが使っています。別の番号で起動してください: {option} {other}\n"
            f"Port {port} is taken. Choose another with {option} {other}, or see who has it with\n"
            f"  ss -ltnp sport = :{port}"
        )
    if error.errno == errno.EACCES:
        return (
            f"ポート {port} を開く権限がありません。1024 以上の番号を使ってください。\n"
            f"No permission for port {port}; use one from 1024 up, with a reverse proxy in front."
        )
    return f"{host}:{port} で待ち受けできません / cannot listen on {host}:{port}: {error.strerror or error}"


def free_after(host: str, port: int) -> int:
    """The next port that can be had; the very next one where none of the next hundred can."""
    for other in range(port + 1, min(port + 100, 65536)):
        try:
            family, kind, _, _, address = socket.getaddrinfo(host, other, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind) as probe:
                probe.bind(address)
                return other
        except OSError:
            continue
    return port + 1


def supervise(listener: socket.socket, gateway: socket.socket | None, args: argparse.Namespace) -> int:
    """Prepare the data, then run the services until the end."""
    port = listener.getsockname()[1]
    # The web and the gateway load their code beside the preparation, then wait until the gate's other end is closed.
    gate, opener = os.pipe()
    passed = [listener.fileno(), gate]
    web = [*PYTHON, "kijun.cli.web", *map(str, passed)]
    services = [Service("web", web, grace=4, descriptors=passed, early=True)]
    gateway_address = ""
    if gateway is not None:
        gateway_address = f"http://{in_url(reachable(args.host))}:{gateway.getsockname()[1]}"
        beside.write_address(environ.home(), gateway_address)
        services += beside.gateways(gateway, beside.default_workers(), gate)
    if not args.no_jobs:
        services.append(Service("jobs", [*PYTHON, "kijun.cli.jobs"], grace=5))
    services.append(beside.writer())

    def announce() -> None:
        print("\n".join(announcement(args.host, port, gateway_address)), flush=True)

    return Supervisor(
        services,
        is_ready=lambda: answers(reachable(args.host), port),
        announce=announce,
        preparation=[*PYTHON, "kijun.cli.prepare", *(["--sample"] if args.sample else [])],
        on_prepared=lambda: os.close(opener),
    ).run()


def opened_at(host: str, port: int) -> str:
    """Where people open it: the name behind the proxy, the name of this machine on a network, or what it listens on."""
    names = [name for name in environ.hosts() if not name.startswith((".", "*"))]
    if names and environ.flag("KIJUN_TRUSTED_PROXY"):
        return f"https://{names[0]}/"
    if names and host in EVERYWHERE:
        return f"http://{names[0]}:{port}/"
    return f"http://{in_url(reachable(host))}:{port}/"


def announcement(host: str, port: int, gateway: str = "") -> list[str]:
    """What the person at the console reads when the pages answer."""
    address = opened_at(host, port)
    lines = [
        "",
        f"{address} を開いてください。終了は Ctrl-C です。",
        f"Open {address} in a browser; Ctrl-C stops Kijun.",
    ]
    if gateway:
        lines.append(f"AIゲートウェイ / AI gateway: {gateway}/v1")
    own = f"http://{in_url(reachable(host))}:{port}/"
    if own != address:
        lines.append(f"Kijun の待ち受け / Kijun listens on {own}")
    if host in EVERYWHERE and not environ.hosts():
        lines += [
            "ほかの機器から開くには、その機器で入力する名前かIPアドレスを KIJUN_ALLOWED_HOSTS に指定して、起動し直してください。",
            "Other machines are turned away until KIJUN_ALLOWED_HOSTS holds the name or IP address that people type there.",
        ]
    return [*lines, ""]


def reachable(host: str) -> str:
    """An address of this machine for a host that may mean all addresses."""
    return EVERYWHERE.get(host, host)


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
