"""What evidence counts in the ledger: inputs and answers of thirty days, by verdict and finding."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.gateway.handling import PERSONAL, group_of
from kijun.gateway.snapshot import Group
from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Proof, Scope
from kijun.governance.interactions import ledger
from kijun.governance.interactions.figures import ASKED
from kijun.governance.interactions.searching import milliseconds
from kijun.governance.interactions.wording import MARKS
from kijun.ledger.model import Kind, LedgerError, Query
from kijun.ledger.model import Verdict as Ruled

DAYS: Final = 30
"""Days of use that evidence tells of."""
BOTH: Final = (ScopeKind.ORGANISATION, ScopeKind.SYSTEM)
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


def unreadable(title: StrOrPromise) -> Proof:
    """A ledger that cannot be read proves that something is wrong, not nothing."""
    return proof_of(title, _("台帳を読めないため、確かめられません"), Verdict.UNMET, "records", {})


def counted(
    scope: Scope,
    title: StrOrPromise,
    make: Callable[[int, list[dict[str, Any]]], Proof | None],
    kinds: Sequence[Kind] = ASKED,
) -> Proof | None:
    """Inputs of 30 days (or entries of other ``kinds``), and their findings by purpose; nothing is proven while nobody used AI."""
    asked = where(scope, kinds)
    try:
        total = sum(row["count"] for row in count(("kind",), asked))
        return make(total, count(("purpose", "verdict", "finding"), asked)) if total else None
    except LedgerError:
        return unreadable(title)


def personal(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["finding"] not in MARKS and group_of(row["finding"]) in PERSONAL]


def expressions(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of the findings those of expression: discriminatory, abusive, sexual, dangerous, over-certain."""
    return [
        row for row in rows if row["finding"] not in MARKS and group_of(row["finding"]) is Group.EXPRESSION
    ]


def summed(rows: Sequence[dict[str, Any]], verdicts: frozenset[Ruled] | set[Ruled]) -> int:
    return sum(row["count"] for row in rows if row["verdict"] in verdicts)
