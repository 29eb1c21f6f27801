"""What is done once before the web starts: migrations, then the sites' own start-up work."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec

from kijun.cli.tether import tether


def start_up(sample: bool) -> list[str]:
    """Lines that the sites want printed, from ``kijun.sites.startup.prepare``."""
    if find_spec("kijun.sites.startup") is None:
        return []
    lines: list[str] = import_module("kijun.sites.startup").prepare(sample)
    return lines


def main(sample: bool) -> int:
    """Returns 0, or 1 with a message when the database cannot be used."""
    from kijun.cli import migrate
    from kijun.cli.main import set_up_django
    from kijun.sites.environ import SettingError

    try:
        set_up_django()
    except SettingError as error:
        print(f"kijun: {error}", file=sys.stderr)
        return 2
    from django.db.utils import OperationalError

    try:
        if not migrate.is_migrated():
            print("データベースを準備しています / Preparing the database", flush=True)
            migrate.migrate(verbosity=0)
        for line in start_up(sample):
            print(line, flush=True)
    except OperationalError as error:
        print(f"データベースを使えません / The database cannot be used: {error}", file=sys.stderr)
        return 1
    except migrate.NewerDatabase as error:
        print(f"kijun: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    tether()
    sys.exit(main("--sample" in sys.argv[1:]))
