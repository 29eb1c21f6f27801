"""Places that are taken."""

from __future__ import annotations

from bisect import bisect_right


class Taken:
    """Places that do not overlap, in order; asking is quick however many there are."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def free(self, start: int, end: int) -> bool:
        """Whether nothing is taken in a place."""
        number = bisect_right(self._starts, start)
        if number and self._ends[number - 1] > start:
            return False
        return number == len(self._starts) or self._starts[number] >= end

    def take(self, start: int, end: int) -> None:
        """Take a place that is free."""
        number = bisect_right(self._starts, start)
        self._starts.insert(number, start)
        self._ends.insert(number, end)

    def free_until(self, start: int) -> int:
        """Where the first place that is taken behind a place begins; the place itself where it is taken."""
        number = bisect_right(self._starts, start)
        if (number and self._ends[number - 1] > start) or number == len(self._starts):
            return start
        return self._starts[number]
