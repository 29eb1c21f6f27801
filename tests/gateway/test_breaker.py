"""The breaker's clockwork."""

from __future__ import annotations

from kijun.gateway.breaker import Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_opens_after_failures_in_a_row_and_lets_one_try() -> None:
    clock = Clock()
    breaker = Breaker(2, 30, clock)
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.enter()
    breaker.failed()
    assert not breaker.enter()
    assert breaker.wait == 30
    clock.now = 30
    assert breaker.enter()  # the trial
    assert not breaker.enter()  # others wait for it
    breaker.failed()
    assert not breaker.enter()
    clock.now = 60
    assert breaker.enter()
    breaker.succeeded()
    assert breaker.enter()
    assert breaker.enter()


def test_a_trial_that_tells_nothing_leaves_room_for_another() -> None:
    clock = Clock()
    breaker = Breaker(1, 30, clock)
    breaker.failed()
    clock.now = 31
    assert breaker.enter()
    breaker.undecided()
    assert breaker.enter()
    clock.now = 62  # a trial that never ended holds nobody for ever
    assert breaker.enter()
