"""What evidence counts in the ledger: inputs and answers of thirty days, by verdict and finding.

What is counted are interactions, as a search lists them: one with three findings is one, and so is a call of which several reports came.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.gateway.handling import PERSONAL, group_of
from kijun.gateway.snapshot import Action, Group
from kijun.gateway.ways.recording import SOURCE as REPORTED
from kijun.governance.access.handling import OUTPUT, action_of
from kijun.governance.access.models import Purpose
from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Proof, Scope
from kijun.governance.interactions import ledger
from kijun.governance.interactions.hours import ASKED
from kijun.governance.interactions.searching import milliseconds
from kijun.governance.interactions.wording import MARKS
from kijun.ledger.model import Kind, LedgerError, Query
from kijun.ledger.model import Verdict as Ruled

DAYS: Final = 30
"""Days of use that evidence tells of."""
BOTH: Final = (ScopeKind.ORGANISATION, ScopeKind.SYSTEM)
Rows = list[dict[str, Any]]
STOPPED: Final = frozenset({Ruled.BLOCKED, Ruled.TO_CONFIRM})


def proof_of(
    title: StrOrPromise,
    value: StrOrPromise,
    verdict: Verdict,
    page: str,
    figures: dict[str, Any],
    expires_on: datetime.date | None = None,
) -> Proof:
    url = reverse(f"interactions:{page}")
    return Proof(title, value, verdict, url, timezone.now(), expires_on, figures)


def where(scope: Scope, kinds: Sequence[Kind] = ASKED) -> Query:
    since = timezone.localdate() - datetime.timedelta(days=DAYS)
    return Query(
        municipality=scope.municipality.code,
        kinds=tuple(kinds),
        since=milliseconds(since),
        system=str(scope.id) if scope.kind == ScopeKind.SYSTEM else "",
    )


def count(by: tuple[str, ...], where: Query) -> list[dict[str, Any]]:
    """Figures of the ledger; none while there is no ledger. Raises `LedgerError`."""
    from kijun.ledger.client import FOLDER

    if not (ledger.home() / FOLDER).is_dir():
        return []
    with ledger.reading() as book:
        return book.aggregate(by, where)


def uses(asked: Query, by: str = "kind", verdict: str = "") -> dict[str, int]:
    """Interactions with an entry that answers (of one verdict, where it is given), by one column of theirs. Raises `LedgerError`.

    The gateway records a call as one input and one output; what others report of a call comes in several.
    """
    asked = replace(asked, verdict=verdict)
    found: Counter[str] = Counter()
    rows = count((by, "source"), asked)
    for row in rows:
        if row["source"] != REPORTED:
            found[row[by]] += row["count"]
    if any(row["source"] == REPORTED for row in rows):
        found.update(row[by] for row in count((by, "interaction"), replace(asked, source=REPORTED)))
    return dict(found)


def unreadable(title: StrOrPromise) -> Proof:
    """A ledger that cannot be read proves that something is wrong, not nothing."""
    return proof_of(title, _("台帳を読めないため、確かめられません"), Verdict.UNMET, "records", {})


def counted(
    scope: Scope,
    title: StrOrPromise,
    make: Callable[[int, Rows], Proof | None],
    kinds: Sequence[Kind] = ASKED,
) -> Proof | None:
    """Interactions of 30 days (by their inputs, or entries of other ``kinds``), and which findings stand in which; nothing is proven while nobody used AI."""
    asked = where(scope, kinds)
    try:
        total = sum(uses(asked).values())
        by = ("interaction", "purpose", "verdict", "finding")
        return make(total, count(by, asked)) if total else None
    except LedgerError:
        return unreadable(title)


def personal(rows: Rows) -> Rows:
    return [row for row in rows if row["finding"] not in MARKS and group_of(row["finding"]) in PERSONAL]


def expressions(rows: Rows) -> Rows:
    """Of the findings those of expression: discriminatory, abusive, sexual, dangerous, over-certain."""
    return [
        row for row in rows if row["finding"] not in MARKS and group_of(row["finding"]) is Group.EXPRESSION
    ]


def summed(rows: Rows, verdicts: frozenset[Ruled] | set[Ruled]) -> int:
    """Interactions of these rows with one of the verdicts."""
    return len({row["interaction"] for row in rows if row["verdict"] in verdicts})


def in_group(rows: Rows, group: Group) -> int:
    """Interactions of these rows in which something of a group was found."""
    return len({row["interaction"] for row in rows if group_of(row["finding"]) is group})


def by_type(rows: Rows) -> dict[str, int]:
    """Interactions of these rows by what was found; one with several kinds stands under each."""
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["finding"], set()).add(row["interaction"])
    return {type: len(ids) for type, ids in found.items()}


def open_purposes(scope: Scope) -> list[str]:
    """Names of purposes in use whose answers may hold unsuitable expressions without anything being done. Raises `LedgerError`."""
    used = [row["purpose"] for row in count(("purpose",), where(scope, (Kind.OUTPUT,)))]
    rows = Purpose.objects.of(scope.municipality).filter(pk__in=[one for one in used if one.isdecimal()])
    return [
        one.name for one in rows if action_of(one.output_handling, OUTPUT, Group.EXPRESSION) is Action.ALLOW
    ]
