"""Of what overlaps the surer stays, then the longer; what was sure once keeps its place."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection import Policy
from kijun.inspection.choosing import SURE, apart, settle
from kijun.inspection.scene import Candidate
from kijun.inspection.taken import Taken


def one(type_: str, start: int, end: int, score: float) -> Candidate:
    return Candidate(type_, start, end, score, "test")


CANDIDATES = st.lists(
    st.builds(
        lambda type_, start, size, score: one(type_, start, start + size, score),
        st.sampled_from(["PERSON", "PHONE", "AGE"]),
        st.integers(0, 30),
        st.integers(1, 8),
        st.sampled_from([0.3, 0.5, 0.7, 0.9, 0.99]),
    ),
    max_size=20,
)


def test_it_works() -> None:
    short, long, apart_from_both = one("PERSON", 0, 2, 0.9), one("PERSON", 0, 4, 0.6), one("PHONE", 4, 9, 0.5)
    assert apart([long, apart_from_both, short], Taken()) == [short, apart_from_both]
    assert list(settle([long, apart_from_both, short], Policy())) == [short, apart_from_both]


def test_of_equals_the_longer_stays() -> None:
    assert apart([one("PERSON", 0, 2, 0.9), one("PERSON", 0, 4, 0.9)], Taken()) == [one("PERSON", 0, 4, 0.9)]


def test_what_is_sure_keeps_its_place_against_what_comes_later() -> None:
    taken = Taken()
    assert apart([one("SECRET", 0, 4, SURE)], taken)
    assert apart([one("PHONE", 2, 6, 1.0)], taken) == []
    assert apart([one("PHONE", 4, 6, 0.4)], taken)
    assert apart([one("AGE", 5, 7, 0.9)], taken)  # what was not sure does not


def test_what_the_policy_does_not_want_does_not_hide_what_it_wants() -> None:
    found = [one("PERSON", 0, 4, 0.9), one("PHONE", 2, 6, 0.6)]
    assert list(settle(found, Policy(types=frozenset({"PHONE"})))) == [found[1]]
    assert list(settle(found, Policy(thresholds={"PERSON": 0.95}))) == [found[1]]
    assert list(settle(found, Policy(thresholds={"PHONE": 0.7, "PERSON": 1.0}))) == []


@given(CANDIDATES)
def test_nothing_that_stays_overlaps_and_the_order_does_not_matter(found: list[Candidate]) -> None:
    stays = sorted(settle(found, Policy()), key=lambda one: one.start)
    assert all(left.end <= right.start for left, right in pairwise(stays))
    assert sorted(settle(reversed(found), Policy()), key=lambda one: one.start) == stays
    # whatever was left out overlaps with something at least as sure
    for left_out in found:
        if left_out not in stays and left_out.score >= 0.5:
            assert any(
                kept.start < left_out.end and left_out.start < kept.end and kept.score >= left_out.score
                for kept in stays
            )
