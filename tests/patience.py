"""Two at once in a database that refuses where another would wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError

T = TypeVar("T")


def patiently(act: Callable[[], T]) -> T:
    """What ``act`` gives. SQLite in memory refuses at once where a file would wait: it is asked again until it is our turn."""
    for _attempt in range(500):
        try:
            return act()
        except OperationalError:
            time.sleep(0.02)
    raise AssertionError("never our turn")
