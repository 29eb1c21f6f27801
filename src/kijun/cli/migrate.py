"""``kijun migrate``, and the quick answer to whether it is needed.

Loading every migration to compare it with the database takes longer than all the rest of a warm start. So
the state reached is written to ``KIJUN_HOME/migrated``: which migrations this version ships, which database
they went to and what that database says was applied. A restored back-up gives another state.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NewerDatabase(Exception):
    """The database was brought to the form of a newer version, which this one cannot read."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(args: argparse.Namespace) -> int:
    """Migrate, telling each step."""
    try:
        migrate(verbosity=1)
    except NewerDatabase as error:
        print(f"kijun: {error}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on the file ``path``, which is made; waits for another holder."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def shipped() -> str:
    """A digest of the names of all migrations of the installed apps, and of which database they are for."""
    from django.apps import apps
    from django.conf import settings
    from django.db import connection

    names = [str(connection.settings_dict[key]) for key in ("ENGINE", "NAME", "HOST", "PORT")]
    names[1] = names[1].removeprefix(f"{settings.HOME}/")  # a data folder may be moved
    for app in sorted(apps.get_app_configs(), key=lambda app: app.label):
        names += [f"{app.label}/{path.stem}" for path in sorted(Path(app.path).glob("migrations/[0-9]*.py"))]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def applied() -> str:
    """What the database says was applied: how many migrations and the number of the last; empty if none."""
    from django.db import connection
    from django.db.utils import DatabaseError, OperationalError

    if "django_migrations" not in connection.introspection.table_names():
        return ""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*), MAX(id) FROM django_migrations")
            return " ".join(str(value) for value in cursor.fetchone())
    except OperationalError:
        raise
    except DatabaseError:
        return ""


def refuse_newer() -> None:
    """Raises NewerDatabase when a migration of ours was applied that this version does not have."""
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    known = {*loader.disk_migrations, *(key for one in loader.replacements.values() for key in one.replaces)}
    ours = {app.label for app in apps.get_app_configs() if app.name.startswith("kijun.")}
    unknown = sorted(f"{app}.{name}" for app, name in set(loader.applied_migrations) - known if app in ours)
    if unknown:
        raise NewerDatabase(
            f"このデータは、新しい版のKijunのものです（{unknown[-1]}）。新しい版で起動するか、更新の前のバックアップを戻してください。\n"
            f"This data belongs to a newer Kijun ({unknown[-1]}): start that version, or restore the back-up from before the upgrade."
        )


def migrate(verbosity: int) -> None:
    """Migrate and write down the state reached. Two callers take turns. Raises NewerDatabase."""
    from django.conf import settings
    from django.core.management import call_command

    home: Path = settings.HOME
    with locked(home / "migrate.lock"):
        refuse_newer()
        call_command("migrate", interactive=False, verbosity=verbosity)
        (home / "migrated").write_text(f"{shipped()} {applied()}\n", encoding="ascii")


def is_migrated() -> bool:
    """True when the state written down is the state found."""
    from django.conf import settings

    stamp: Path = settings.HOME / "migrated"
    return stamp.exists() and stamp.read_text(encoding="ascii").strip() == f"{shipped()} {applied()}".strip()
