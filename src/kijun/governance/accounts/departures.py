"""Who must know at once that people left or work elsewhere now: upper apps register, accounts tells them.

Unlike belongings, which are given to a successor, this is for what ends by itself: the right to use AI.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kijun.governance.accounts.models import Person

Listener = Callable[[Sequence[Person]], object]
_listeners: list[Listener] = []


def register(listener: Listener) -> None:
    """``listener(people)`` runs inside the transaction in which they leave or move, after their posts have changed."""
    _listeners.append(listener)


def tell(people: Iterable[Person]) -> None:
    """These people can no longer sign in, or their posts have changed."""
    gone = list(people)
    for listener in _listeners:
        listener(gone)
