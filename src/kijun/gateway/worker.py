"""``python -m kijun.gateway.worker DESCRIPTOR [FOLDER]``: one process of the gateway. The folder is ``KIJUN_HOME`` where it is not named."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from kijun.gateway.server import log_plainly, run_worker


def main(arguments: list[str]) -> int:
    """Run until SIGTERM."""
    if not arguments or not arguments[0].isdecimal():
        sys.stderr.write("usage: python -m kijun.gateway.worker DESCRIPTOR [FOLDER]\n")
        return 2
    folder = arguments[1] if len(arguments) > 1 else os.environ.get("KIJUN_HOME", "")
    if not folder:
        sys.stderr.write("no data folder: name it, or set KIJUN_HOME\n")
        return 2
    os.umask(0o077)
    log_plainly()
    return run_worker(Path(folder), int(arguments[0]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
