"""What the tests of the whole site share."""

from __future__ import annotations

import dataclasses

import pytest

from kijun.web import navigation


@pytest.fixture
def menu_without_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The menu of every page, without how much waits behind each link: for tests that open hundreds of pages and look elsewhere.

    Counting is half of what a page costs somebody with many roles. Whether the counts are right each app's own tests say;
    ``test_addresses`` of ``test_hostile`` opens every page with them.
    """
    bare = [dataclasses.replace(link, count=None) for link in navigation._links]
    monkeypatch.setattr(navigation, "_links", bare)
