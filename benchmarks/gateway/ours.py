"""Our gateway as the harness measures it: everything inspected and recorded, in a data folder of its own.

    python benchmarks/gateway/ours.py --port 9401 [--workers 1] [--folder FOLDER]

The key is KEY; the upstream is the harness's mock.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from kijun.gateway.snapshot import Grant, Model, Purpose, Route, Snapshot, Upstream, write

KEY = "kj-benchmark-0000000000000000000000000000000000"
MODELS = ("mock-l0", "mock-l50", "mock-l0-c0", "mock-l0-c10")
TOWN = "131000"


def prepare(folder: Path, upstream: str) -> None:
    """A data folder with the policy that `kijun serve` would have published."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / "secret-key").exists():
        (folder / "secret-key").write_text(secrets.token_urlsafe(64))
    write(
        folder,
        Snapshot(
            1,
            time.time_ns() // 1_000_000,
            upstreams=(Upstream("1", "mock", base_url=upstream, training_opt_out=True),),
            models=tuple(Model(name, TOWN, "1", (Route("1", name),)) for name in MODELS),
            purposes=(Purpose("1", TOWN, "計測"),),
            grants=(
                Grant("1", TOWN, "1", "1", application="benchmark", keys=(sha256(KEY.encode()).hexdigest(),)),
            ),
        ),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", default="9401")
    parser.add_argument("--workers", default="1")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--upstream", default="http://127.0.0.1:9101/v1")
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="kijun-bench-"))
    prepare(folder, args.upstream)
    words = [sys.executable, "-P", "-m", "kijun.cli", "gateway", "--home", str(folder)]
    os.execv(sys.executable, [*words, "--port", args.port, "--workers", args.workers])


if __name__ == "__main__":
    main()
