"""Who must know at once that staff numbers were given or changed: upper apps register, accounts tells them.

What is reported names people by their number, so the gateway knows the numbers, and must not take one for who had it before.
"""

from __future__ import annotations

from collections.abc import Callable

Listener = Callable[[str], object]
_listeners: list[Listener] = []


def register(listener: Listener) -> None:
    """``listener(why)`` runs inside the transaction in which numbers were given or changed."""
    _listeners.append(listener)


def tell(why: str) -> None:
    """Numbers of some people are new."""
    for listener in _listeners:
        listener(why)
