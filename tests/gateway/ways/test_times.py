"""Times that others tell."""

from __future__ import annotations

import pytest

from kijun.gateway.ways import times

NOW = 1_795_000_000_000
DAY = 86_400_000


def test_what_is_believed() -> None:
    assert times.believable(NOW, "y1", NOW)
    assert times.believable(NOW - 300 * DAY, "y1", NOW)
    assert not times.believable(NOW - 400 * DAY, "y1", NOW)
    assert times.believable(NOW - 400 * DAY, "y3", NOW)
    assert times.believable(NOW - 5_000 * DAY, "permanent", NOW)
    assert times.believable(NOW + 60_000, "y1", NOW)
    assert not times.believable(NOW + DAY, "y1", NOW)
    assert not times.believable(0, "permanent", NOW)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("2026-11-29T09:00:00+09:00", 1_795_910_400_000),
        ("2026-11-29T00:00:00Z", 1_795_910_400_000),
        ("2026-11-29T00:00:00.5Z", 1_795_910_400_500),
        (1_795_910_400_000, 1_795_910_400_000),
        ("2026-11-29T09:00:00", None),
        ("2026-11-29", None),
        ("", None),
        (True, None),
        (1.5, None),
        (1 << 60, None),
        (None, None),
        ("9999-12-31T23:59:59-23:59", 253_402_387_139_000),
    ],
)
def test_how_times_are_read(told: object, read: int | None) -> None:
    assert times.read(told) == read
