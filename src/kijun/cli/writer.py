"""The ledger's writer as a process: waits until no other one writes, then serves until SIGTERM."""

from __future__ import annotations

import logging
import sys
import time

from kijun.cli.tether import tether


def main() -> int:
    """Returns 0 after a stop, 1 with words when the ledger cannot be opened."""
    from kijun.ledger.database import FAULTS, Running
    from kijun.ledger.model import LedgerError
    from kijun.ledger.writer import run
    from kijun.sites import environ

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)
    home = environ.home()
    waited = False
    try:
        while True:
            try:
                run(
                    home / "ledger",
                    environ.text("DATABASE_URL"),
                    environ.folders("KIJUN_CHECKPOINT_FOLDER"),
                    environ.number("KIJUN_CHECKPOINT_SECONDS", 60),
                )
                return 0
            except Running:
                if not waited:
                    print(
                        "別のプロセスが台帳に書き込んでいます。終わるまで待ちます / another process writes; waiting",
                        flush=True,
                    )
                waited = True
                time.sleep(0.5)
    except LedgerError as error:
        print(f"{error.ja}\n{error.en}", file=sys.stderr)
    except (ValueError, *FAULTS) as error:
        print(f"台帳を開けません / The ledger cannot be opened: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    tether()
    sys.exit(main())
