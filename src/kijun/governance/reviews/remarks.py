"""What is true of a question though neither its text nor its answer tells it: `chat` knows it, reviews show it to who confirms and who approves.

>>> remarks.register(lambda person, interaction: ["添付するはずだったファイルは、…"])
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kijun.governance.accounts.models import Person

Find = Callable[[Person, str], Iterable[str]]
_finders: list[Find] = []


def register(find: Find) -> None:
    """``find(person, interaction)``: sentences in the reader's language, about a question that this person asked."""
    if find not in _finders:
        _finders.append(find)


def of(person: Person, interaction: str) -> list[str]:
    """All that is known."""
    return [one for find in _finders for one in find(person, interaction)]
