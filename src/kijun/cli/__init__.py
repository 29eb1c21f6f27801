"""The command ``kijun``."""

from __future__ import annotations

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code (0 done, 1 failed, 2 wrongly called)."""
    from kijun.cli.main import main as run

    return run(argv)
