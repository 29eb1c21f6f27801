"""What is asked for by a part of it: a department with those below it, a model or an application by some letters of its name.

The ledger knows whole values only. So what is meant is looked up first, and each is asked for; where these would be too many questions, one without
them is asked and what does not hold is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, Final

from kijun.governance.interactions import ledger, wording
from kijun.governance.organisation.models import Department
from kijun.ledger.model import LedgerError, Query, Record, Verdict
from kijun.web.search import folded

MANY: Final = 12
"""Questions that one page asks at most."""
QUIET: Final = (Verdict.ALLOWED, Verdict.NONE)
"""Nothing happened: true of a whole interaction only where it is true of its question and of its answer."""


@dataclass(frozen=True, slots=True)
class Questions:
    """What the ledger is asked, in ``asked``; a record that answers one holds only with one of the values that ``bounds`` gives for a column."""

    asked: tuple[Query, ...]
    bounds: Mapping[str, frozenset[str]] = field(default_factory=dict)
    when: Callable[[Record], bool] | None = None
    """What else must be true of it, that the ledger cannot be asked."""

    @property
    def quiet(self) -> str:
        """The verdict that must be true of question and answer; empty where none is asked for, or one of either will do."""
        return next((one.verdict for one in self.asked if one.verdict in QUIET), "")

    def hold(self, record: Record) -> bool:
        """The record has one of the values."""
        return all(_has(record, column, values) for column, values in self.bounds.items()) and (
            self.when is None or self.when(record)
        )

    def suit(self, entries: Iterable[Record]) -> bool:
        """An interaction is meant, by all of its entries."""
        quiet = self.quiet
        return not quiet or all(one.verdict in (quiet, Verdict.NONE) for one in entries)


def _has(record: Record, column: str, values: frozenset[str]) -> bool:
    if column == "finding":  # a record has several
        return not values.isdisjoint(record.findings)
    return getattr(record, column) in values


def questions(
    asked: Sequence[Query],
    bounds: Mapping[str, frozenset[str]],
    when: Callable[[Record], bool] | None = None,
) -> Questions:
    """Each question with each of the values; none where a column has none."""
    if not all(bounds.values()):
        return Questions(())
    sharp = tuple(_sharper(asked, bounds))
    return Questions(sharp if len(sharp) <= MANY else tuple(asked), bounds, when)


def _sharper(asked: Iterable[Query], bounds: Mapping[str, frozenset[str]]) -> Iterator[Query]:
    columns = sorted(bounds)
    for one in asked:
        for values in product(*(sorted(bounds[column]) for column in columns)):
            wanted: dict[str, Any] = dict(zip(columns, values, strict=True))
            if all(getattr(one, column) in ("", value) for column, value in wanted.items()):
                yield replace(one, **wanted)


def bounds(
    municipality: str,
    *,
    department: str,
    application: str,
    model: str,
    alone: bool = False,
    finding: str = "",
    verdict: str = "",
) -> dict[str, frozenset[str]]:
    """The values that are meant, for the columns that are asked for. ``alone``: the department without those below it."""
    found = {}
    if department:
        found["department"] = frozenset({department}) if alone else below(municipality, department)
    for column, words in (("application", application), ("model", model)):
        if words:
            found[column] = named(municipality, column, words)
    if finding in wording.GROUPED:
        found["finding"] = wording.GROUPED[finding]
    if verdict in wording.TOGETHER:
        found["verdict"] = wording.TOGETHER[verdict][0]
    return found


def below(municipality: str, department: str) -> frozenset[str]:
    """A department and all that stand below it, as the ledger knows them; the asked one alone where it is not known (any more)."""
    rows = list(Department.objects.filter(municipality__code=municipality).values_list("pk", "path"))
    top = next((path for pk, path in rows if str(pk) == department), None)
    if top is None:
        return frozenset({department})
    return frozenset(str(pk) for pk, path in rows if path.startswith(top))


def named(municipality: str, column: str, words: str) -> frozenset[str]:
    """The names in a column of the ledger that hold all of the words, in any width and case; where it cannot be read as a whole, the words themselves."""
    wanted = folded(words).split()
    try:
        with ledger.reading() as book:
            rows = book.aggregate((column,), Query(municipality=municipality))
    except LedgerError:  # the search that follows tells what cannot be read, and shows the rest
        return frozenset({words})
    there = (str(row[column]) for row in rows)
    return frozenset(one for one in there if one and all(word in folded(one) for word in wanted))
