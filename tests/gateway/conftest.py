"""A town's gateway before an upstream that does as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.town import Running, policy, serving
from tests.gateway.upstream import Upstream, says


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """It repeats what it was asked; tests give it other scripts."""
    made = Upstream(says(lambda call: f"承りました：{call.said}"))
    yield made
    made.close()


@pytest.fixture
def gateway(tmp_path: Path, upstream: Upstream) -> Iterator[Running]:
    """A gateway whose model ``model`` is ``upstream`` and whose ``sample`` is the embedded one."""
    with serving(tmp_path, policy(upstream.url)) as running:
        yield running
