from collections.abc import Iterator
from pathlib import Path

import pytest

from kijun.ledger.segments import Reader
from tests.ledger.segments.town import Town


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path / "ledger")


@pytest.fixture
def reader(town: Town) -> Iterator[Reader]:
    with town.reader() as made:
        yield made
