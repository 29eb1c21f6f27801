"""A circuit breaker: an upstream that failed several times in a row is left alone for a while, then tried by one request."""

from __future__ import annotations

import time
from collections.abc import Callable


class Breaker:
    """Of one upstream in one process. ``failures`` in a row open it for ``seconds``; then one trial decides."""

    def __init__(self, failures: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = max(1, failures), seconds, clock
        self._failures = 0
        self._until = 0.0
        self._trial_ends = 0.0

    @property
    def is_open(self) -> bool:
        """Whether nothing may be sent just now; asks nothing and changes nothing."""
        now = self._clock()
        return self._failures >= self._most and (now < self._until or now < self._trial_ends)

    @property
    def wait(self) -> float:
        """Seconds until a trial is allowed."""
        return max(0.0, max(self._until, self._trial_ends) - self._clock()) if self.is_open else 0.0

    def enter(self) -> bool:
        """Ask to send: False while it is open; the first one after that is the trial, and others wait for it."""
        if self.is_open:
            return False
        if self._failures >= self._most:
            self._trial_ends = self._clock() + self._seconds
        return True

    def succeeded(self) -> None:
        """It answered."""
        self._failures, self._until, self._trial_ends = 0, 0.0, 0.0

    def failed(self) -> None:
        """It did not answer, or with a fault of its own."""
        self._failures += 1
        self._trial_ends = 0.0
        if self._failures >= self._most:
            self._until = self._clock() + self._seconds

    def undecided(self) -> None:
        """The request ended without a word about the upstream (its client left): another trial may start."""
        self._trial_ends = 0.0
