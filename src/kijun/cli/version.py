"""``kijun version``: what is installed, for a report of a fault."""

from __future__ import annotations

import argparse
import platform
import sqlite3
from importlib.metadata import version


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(args: argparse.Namespace) -> int:
    """Print Kijun's version and those of what it stands on."""
    print(f"kijun {version('kijun')}")
    print(f"Python {platform.python_version()}, Django {version('django')}, SQLite {sqlite3.sqlite_version}")
    return 0
