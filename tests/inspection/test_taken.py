"""Places that are taken: the same answers as a plain list of them gives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection.taken import Taken


def test_it_works() -> None:
    taken = Taken()
    assert taken.free(0, 5)
    taken.take(2, 4)
    assert taken.free(0, 2)
    assert taken.free(4, 9)
    for place in ((2, 4), (0, 3), (3, 4), (3, 9), (0, 9)):
        assert not taken.free(*place)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 6)), max_size=30))
def test_it_says_what_a_plain_list_says(wanted: list[tuple[int, int]]) -> None:
    taken, plain = Taken(), []
    for start, size in wanted:
        end = start + size
        free = all(end <= other_start or other_end <= start for other_start, other_end in plain)
        assert taken.free(start, end) is free
        if free:
            taken.take(start, end)
            plain.append((start, end))


def test_it_tells_where_the_next_place_begins() -> None:
    taken = Taken()
    taken.take(4, 6)
    assert taken.free_until(1) == 4
    assert taken.free_until(5) == 5  # is taken itself
    assert taken.free_until(7) == 7  # nothing is taken behind it
