"""Spans as programs send them, and a gateway that takes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.town import Running, policy, serving


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Running]:
    """A gateway before a ledger in memory; nothing here needs an upstream."""
    with serving(tmp_path / "home", policy()) as running:
        yield running
