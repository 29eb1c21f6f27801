"""What is used up is counted over everything that is inside."""

from __future__ import annotations

import pytest

from kijun.inspection.files import (
    FileLimits,
    NestedTooDeep,
    TookTooLong,
    TooManyCells,
    TooMuchText,
    UnpacksTooLarge,
)
from kijun.inspection.files.limits import Budget


def test_each_limit_lets_through_what_it_says_and_no_more() -> None:
    budget = Budget(FileLimits(characters=10, cells=2, unpacked=100, depth=1))
    budget.take_characters(10)
    with pytest.raises(TooMuchText, match="10"):
        budget.take_characters(1)
    budget.take_cell()
    budget.take_cell()
    with pytest.raises(TooManyCells):
        budget.take_cell()
    budget.take_unpacked(100, packed=1, so_far=100)
    with pytest.raises(UnpacksTooLarge):
        budget.take_unpacked(1, packed=1, so_far=101)
    budget.enter()
    with pytest.raises(NestedTooDeep):
        budget.enter()
    budget.leave()
    budget.enter()


def test_the_ratio_counts_only_where_it_hurts() -> None:
    budget = Budget(FileLimits(ratio=10))
    budget.take_unpacked(1_000_000, packed=10, so_far=1_000_000)
    with pytest.raises(UnpacksTooLarge):
        budget.take_unpacked(1, packed=10, so_far=20_000_001)


def test_time() -> None:
    budget = Budget(FileLimits(seconds=0))
    assert budget.seconds_left == 0
    with pytest.raises(TookTooLong) as caught:
        budget.check_time()
    assert caught.value.message.ja.startswith("0 秒")
