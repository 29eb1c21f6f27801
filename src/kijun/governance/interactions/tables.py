"""Which placeholder of an interaction stands for what. Each entry that is handed in is numbered anew: ⟦氏名1⟧ of a decision and ⟦氏名1⟧ of what
became of it are mostly different people. Only an answer goes on with the numbers of its own question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kijun.governance.interactions.reading import placeholders
from kijun.ledger.model import Kind, Record


def together(entries: Iterable[Record]) -> Iterator[list[Record]]:
    """Entries whose placeholders mean the same: a question with its answer, each other by itself."""
    group: list[Record] = []
    for one in entries:
        if group and not (one.kind == Kind.OUTPUT and group[0].kind == Kind.INPUT):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def tables(entries: Iterable[Record]) -> list[Mapping[str, str]]:
    """What the placeholders of each entry stand for, as far as the entries bring values."""
    found: list[Mapping[str, str]] = []
    for group in together(entries):
        table: dict[str, str] = {}
        for one in group:
            table = {**table, **(one.masked or {})}
            found.append(table)
    return found


def mislead(entries: Sequence[Record]) -> bool:
    """The same placeholder stands in entries that are numbered apart: a reader would take it for the same person."""
    seen: set[str] = set()
    for group in together(entries):
        here = {name for one in group for name in placeholders(one)}
        if here & seen:
            return True
        seen |= here
    return False
