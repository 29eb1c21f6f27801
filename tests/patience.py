"""Two at once in a database that refuses where another would wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import OperationalError

from kijun.web.versions import Stale

T = TypeVar("T")


def patiently(act: Callable[[], T]) -> T:
    """What ``act`` gives. SQLite in memory refuses at once where a file would wait: it is asked again until it is our turn."""
    for _attempt in range(500):
        try:
            return act()
        except OperationalError:
            time.sleep(0.02)
    raise AssertionError("never our turn")


def outcome(act: Callable[[], object]) -> str:
    """What became of it: ``done``, ``stale`` (somebody else was first), or why not."""
    try:
        patiently(act)
    except Stale:
        return "stale"
    except ValidationError as error:
        return str(error.messages[0])
    return "done"
