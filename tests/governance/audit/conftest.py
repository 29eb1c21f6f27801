from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from kijun.governance.audit import triggers


@pytest.fixture
def append_only(db: None) -> Iterator[None]:
    """The triggers are on, also where the tests' database was made without migrations."""
    before = triggers.present(connection)
    triggers.create(connection)
    yield
    if not before:
        triggers.drop(connection)
