"""How many spans a second arrive for good: our OTLP endpoint beside MLflow's and Arize Phoenix's, in turns, with the same spans.

    python benchmarks/ledger/ingest.py --mlflow-venv FOLDER --phoenix-venv FOLDER [--spans 300] [--rounds 3] [--batch 1 64] [--json FILE]

Each server runs by its own command from a virtual environment of its own, on SQLite, with its defaults; a peer without one is left out and said to
be. A span is one chat (about 600 characters in, 400 out; see `town_records`) with OpenTelemetry's current attributes, in a trace of its own; no two
are alike. ``bare`` spans have no contents, as instrumentations send them unless told otherwise: there is nothing to inspect. ``--clients`` connections post batches of Protocol Buffers. The clock runs from the first byte to the moment at which all were
acknowledged *and* lie in the server's database, read there. Ours inspects each text, masks it, encrypts it and has it on disk (``synchronous=FULL``)
before it answers; Phoenix acknowledges what it has in memory.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import secrets
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from town_records import Town

from kijun.cli.services import default_workers

ROOT = Path(__file__).resolve().parents[2]
KEY = "kj-" + "b" * 43
WORKER = (
    "import socket, sys; from pathlib import Path; from kijun.gateway.server import log_plainly, run_worker; "
    "log_plainly(40); run_worker(Path(sys.argv[1]), int(sys.argv[2]))"
)
WRITER = "import sys; from pathlib import Path; from kijun.ledger.writer import run; run(Path(sys.argv[1]))"


@dataclass
class Server:
    """One that takes spans. ``stored`` counts those in its database."""

    name: str
    version: str
    port: int
    headers: dict[str, str]
    stored: Callable[[], int]


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextlib.contextmanager
def process(command: list[str], environment: dict[str, str], log: Path, **more: Any) -> Iterator[None]:
    with log.open("wb") as out:
        made = subprocess.Popen(
            command, env=environment, stdout=out, stderr=out, start_new_session=True, **more
        )
        try:
            yield
        finally:
            os.killpg(made.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                made.wait(15)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(made.pid, signal.SIGKILL)


def wait_for(port: int, path: str, seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError, http.client.HTTPException):
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            link.request("GET", path)
            if link.getresponse().status == 200:
                return
        time.sleep(0.2)
    raise SystemExit(f"nothing answers at {port}{path}")


def counted(database: Path, question: str) -> Callable[[], int]:
    def count() -> int:
        try:
            link = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
            with contextlib.closing(link):
                return int(link.execute(question).fetchone()[0])
        except sqlite3.OperationalError:
            return 0

    return count


@contextlib.contextmanager
def kijun(folder: Path, workers: int) -> Iterator[Server]:
    from kijun.gateway.snapshot import Grant, Purpose, Snapshot, write

    (folder / "secret-key").write_text(secrets.token_urlsafe(40))
    grant = Grant("g", "131000", "system", "p", application="bench", keys=(sha256(KEY.encode()).hexdigest(),))
    write(
        folder,
        Snapshot(1, int(time.time() * 1000), purposes=(Purpose("p", "131000", "測定"),), grants=(grant,)),
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    (folder / "ledger").mkdir(mode=0o700)
    with listener, contextlib.ExitStack() as stack:
        stack.enter_context(
            process([sys.executable, "-c", WRITER, str(folder / "ledger")], environment, folder / "w.log")
        )
        command = [sys.executable, "-c", WORKER, str(folder), str(listener.fileno())]
        for number in range(workers):
            stack.enter_context(
                process(command, environment, folder / f"g{number}.log", pass_fds=[listener.fileno()])
            )
        port = listener.getsockname()[1]
        wait_for(port, "/health")
        stored = counted(
            folder / "ledger" / "journal.sqlite3", "SELECT COUNT(*) FROM entries WHERE kind = 'input'"
        )
        yield Server("kijun", "this checkout", port, {"authorization": f"Bearer {KEY}"}, stored)


def version_of(venv: Path, package: str) -> str:
    code = f"from importlib.metadata import version; print(version({package!r}))"
    return subprocess.run(
        [venv / "bin" / "python", "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


@contextlib.contextmanager
def mlflow(folder: Path, venv: Path) -> Iterator[Server]:
    port, database = free_port(), folder / "mlflow.db"
    command = [
        str(venv / "bin" / "mlflow"),
        "server",
        "--backend-store-uri",
        f"sqlite:///{database}",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    environment = {**os.environ, "PATH": f"{venv / 'bin'}:{os.environ['PATH']}"}
    with process(command, environment, folder / "log", cwd=folder):
        wait_for(port, "/health")
        stored = counted(database, "SELECT COUNT(*) FROM spans")
        yield Server("mlflow", version_of(venv, "mlflow"), port, {"x-mlflow-experiment-id": "0"}, stored)


@contextlib.contextmanager
def phoenix(folder: Path, venv: Path) -> Iterator[Server]:
    port = free_port()
    environment = {
        **os.environ,
        "PHOENIX_WORKING_DIR": str(folder),
        "PHOENIX_PORT": str(port),
        "PHOENIX_GRPC_PORT": str(free_port()),
        "PHOENIX_TELEMETRY_ENABLED": "false",
    }
    with process([str(venv / "bin" / "phoenix"), "serve"], environment, folder / "log", cwd=folder):
        wait_for(port, "/healthz")
        stored = counted(folder / "phoenix.db", "SELECT COUNT(*) FROM spans")
        yield Server("phoenix", version_of(venv, "arize-phoenix"), port, {}, stored)


def batches(town: Town, spans: int, size: int, kind: str = "full") -> list[bytes]:
    """Spans that were never sent before, in requests of ``size``."""
    made = []
    for start in range(0, spans, size):
        request = ExportTraceServiceRequest()
        scope = request.resource_spans.add().scope_spans.add()
        for _ in range(min(size, spans - start)):
            _add(scope, town, kind == "full")
        made.append(request.SerializeToString())
    return made


def _add(scope: Any, town: Town, contents: bool) -> None:
    content: Any = town.content() if contents else {}
    now = time.time_ns()
    span = scope.spans.add(
        trace_id=secrets.token_bytes(16), span_id=secrets.token_bytes(8), name="chat gpt-4o", kind=3,
        start_time_unix_nano=now - 1_400_000_000, end_time_unix_nano=now,
    )  # fmt: skip

    def told(messages: list[dict[str, str]]) -> str:
        form = [
            {"role": one["role"], "parts": [{"type": "text", "content": one["content"]}]} for one in messages
        ]
        return json.dumps(form, ensure_ascii=False)

    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
    }
    if contents:
        attributes["gen_ai.input.messages"] = told(content["messages"])
        attributes["gen_ai.output.messages"] = told([content["answer"]])
    for name, value in attributes.items():
        span.attributes.add(key=name).value.string_value = value
    span.attributes.add(key="gen_ai.usage.input_tokens").value.int_value = 600
    span.attributes.add(key="gen_ai.usage.output_tokens").value.int_value = 400


def measure(server: Server, bodies: list[bytes], spans: int, clients: int, patience: float) -> float:
    """Spans a second that are acknowledged and stored."""
    before = server.stored()
    headers = {"content-type": "application/x-protobuf", **server.headers}

    def client(number: int) -> None:
        link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=patience)
        for body in bodies[number::clients]:
            link.request("POST", "/v1/traces", body, headers)
            answer = link.getresponse()
            said = answer.read()
            if answer.status != 200:
                raise SystemExit(f"{server.name}: {answer.status} {said[:200]!r}")
        link.close()

    start = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(client, range(clients)))
    end = time.monotonic() + patience
    while server.stored() - before < spans:
        if time.monotonic() > end:
            raise SystemExit(f"{server.name}: {server.stored() - before} of {spans} spans are stored")
        time.sleep(0.005)
    return spans / (time.perf_counter() - start)


def compared(
    servers: list[Server], town: Town, kind: str, size: int, asked: argparse.Namespace
) -> dict[str, float]:
    """Spans a second of each server: the medians of rounds in turns."""
    for one in servers:  # everything is loaded before anything is measured
        measure(one, batches(town, size, size, kind), size, 1, asked.patience)
    rates: dict[str, list[float]] = {one.name: [] for one in servers}
    for _ in range(asked.rounds):
        bodies = batches(town, asked.spans, size, kind)
        for one in servers:
            rates[one.name].append(measure(one, bodies, asked.spans, asked.clients, asked.patience))
    found = {name: statistics.median(row) for name, row in rates.items()}
    for name, rate in found.items():
        ratio = "" if name == "kijun" else f"   ours {found['kijun'] / rate:5.1f} ×"
        print(f"{kind} spans, {size:4d} a request  {name:8s} {rate:8.1f} spans/s{ratio}", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mlflow-venv", type=Path)
    parser.add_argument("--phoenix-venv", type=Path)
    parser.add_argument("--spans", type=int, default=300, help="a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 64], help="spans in a request")
    parser.add_argument("--kinds", nargs="+", choices=("full", "bare"), default=["full", "bare"])
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--workers", type=int, default=default_workers(), help="processes of our gateway")
    parser.add_argument("--patience", type=float, default=300)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    town = Town()
    with contextlib.ExitStack() as stack:

        def folder() -> Path:
            return Path(stack.enter_context(tempfile.TemporaryDirectory()))

        servers = [stack.enter_context(kijun(folder(), asked.workers))]
        for name, start, venv in (
            ("mlflow", mlflow, asked.mlflow_venv),
            ("phoenix", phoenix, asked.phoenix_venv),
        ):
            if venv is None:
                print(f"{name}: no virtual environment was named, left out")
            else:
                servers.append(stack.enter_context(start(folder(), venv.resolve())))
        print(", ".join(f"{one.name} {one.version}" for one in servers))
        found: dict[str, dict[str, float]] = {}
        for kind in asked.kinds:
            for size in asked.batch:
                found[f"{kind}, {size} a request"] = compared(servers, town, kind, size, asked)
    if asked.json:
        asked.json.write_text(
            json.dumps(
                {"versions": {one.name: one.version for one in servers}, "spans_per_s": found}, indent=2
            )
            + "\n"
        )


if __name__ == "__main__":
    main()
