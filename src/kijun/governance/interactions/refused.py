"""Calls that the gateway refused before they became a question: under which grant, why, how often; and keys that opened nothing."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.interactions import ledger
from kijun.governance.interactions.by_time import Place, Walk
from kijun.governance.interactions.searching import end_of, milliseconds
from kijun.governance.organisation.models import Municipality
from kijun.ledger.model import NOBODYS, Kind, Query, Record

DAYS: Final = 30
"""Days of wrong keys that are told."""
PER_PAGE: Final = 50
_AT_ONCE: Final = 500
LISTED: Final = 5_000
"""Entries that the list reads at most."""
_MANY: Final = 12
"""Departments that are asked for one by one."""
_MINUTE: Final = 60_000
_MOST: Final = 20_000
"""Entries of the ledger that one sum looks at: a month of one grant that asks all day and night has some 80,000, and is told as more."""
REASONS: Final[Mapping[str, StrOrPromise]] = {
    "stopped": _("AIの停止中"),
    "grant_expired": _("利用権の期間の外"),
    "purpose_disabled": _("利用目的が使えない"),
    "not_allowed_here": _("使えないネットワーク"),
    "not_allowed_now": _("使えない時間帯"),
    "insufficient_quota": _("1か月の上限を超えた"),
    "rate_limit_exceeded": _("1分の上限を超えた"),
    "model_not_found": _("使えないモデル"),
    "confirmation_used": _("使用済みの確認（同じ確認での再送信）"),
    "invalid_api_key": _("使えないキー"),
}


@dataclass(frozen=True, slots=True)
class Refused:
    """Calls of one grant, person and reason within a minute: ``record`` names the grant, ``first`` and ``last`` are the ledger's times."""

    record: Record
    reason: str
    count: int
    first: int
    last: int
    networks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first. ``before`` leads to the next page, None on the last; ``unread`` counts segments that could not be read."""

    rows: list[Refused]
    before: Place | None
    unread: int


@dataclass(slots=True)
class WrongKeys:
    """Calls with a key that opens nothing, of one source network (``other``: of further ones) in `DAYS` days."""

    network: str
    count: int = 0
    last: int = 0


def refused(
    municipality: Municipality,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
    before: Place | None = None,
    limit: int = PER_PAGE,
    departments: frozenset[str] | None = None,
) -> Page:
    """Calls under the municipality's grants that were refused, of some departments (of all for None). Raises `LedgerError`."""
    query = Query(
        municipality=municipality.code,
        kinds=(Kind.REFUSAL,),
        since=None if since is None else milliseconds(since),
        until=None if until is None else milliseconds(until + datetime.timedelta(days=1)),
    )
    unread: set[str] = set()
    with ledger.reading() as book:
        # Gateways write what they counted one after the other: the order of recording is another than that of the calls.
        records, following = Walk(book, _of(query, departments), limit, unread).page(before)
    kept = (one for one in records if departments is None or one.department in departments)
    return Page(merged(map(_read, kept)), following, len(unread))


@dataclass(frozen=True, slots=True)
class Listed:
    """Newest first. ``cut``: there are more, further back; ``unread`` counts segments that could not be read."""

    rows: list[Refused]
    cut: bool
    unread: int


def listed(
    municipality: Municipality,
    departments: frozenset[str] | None = None,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
) -> Listed:
    """Calls that were refused, of some departments (of all for None), both days included. Raises `LedgerError`."""
    asked = Query(
        municipality=municipality.code,
        kinds=(Kind.REFUSAL,),
        since=None if since is None else milliseconds(since),
        until=end_of(until),
        limit=_AT_ONCE,
    )
    records: list[Record] = []
    cut, unread = False, set()
    with ledger.reading() as book:
        for query in _of(asked, departments):
            left, before = LISTED, None
            while True:
                page = book.search(replace(query, before=before))
                records += page.records
                unread |= {fault.name for fault in page.faults}
                left, before = left - len(page.records), page.next
                if before is None or left <= 0:
                    cut = cut or before is not None
                    break
    kept = (one for one in records if departments is None or one.department in departments)
    return Listed(merged(map(_read, kept)), cut, len(unread))


def _of(query: Query, departments: frozenset[str] | None) -> list[Query]:
    """A question a department; one without where these would be too many."""
    if departments is None or len(departments) > _MANY:
        return [query]
    return [replace(query, department=one) for one in sorted(departments)]


def merged(rows: Iterable[Refused]) -> list[Refused]:
    """Those of the same grant, person, reason and minute as one, whichever process of the gateway counted them; newest first."""
    found: dict[tuple[object, ...], Refused] = {}
    for one in sorted(rows, key=lambda one: (-one.last, -one.record.seq)):
        record = one.record
        key = (
            *(record.grant, record.person, record.application, record.purpose, record.department),
            *(one.reason, one.last // _MINUTE),
        )
        held = found.get(key)
        if held is not None:
            one = replace(
                held,
                count=held.count + one.count,
                first=min(held.first, one.first),
                networks=tuple(dict.fromkeys((*held.networks, *one.networks))),
            )
        found[key] = one
    return list(found.values())


def wrong_keys(municipality: Municipality) -> list[WrongKeys] | None:
    """By network, the most first; None where several municipalities share the gateway: whose key was meant cannot be told. Raises `LedgerError`."""
    if Municipality.objects.exclude(pk=municipality.pk).exists():
        return None
    found: dict[str, WrongKeys] = {}
    for one in _all(_recent(NOBODYS)):
        name = one.networks[0] if one.networks else "unknown"
        held = found.setdefault(name, WrongKeys(name))
        held.count, held.last = held.count + one.count, max(held.last, one.last)
    return sorted(found.values(), key=lambda one: -one.count)


def summed(municipality: Municipality) -> dict[str, int]:
    """How many calls were refused in `DAYS` days, by reason. Raises `LedgerError`."""
    found: dict[str, int] = {}
    for one in _all(_recent(municipality.code)):
        found[one.reason] = found.get(one.reason, 0) + one.count
    return found


def by_department(
    municipality: Municipality, since: datetime.date, until: datetime.date
) -> dict[str, dict[str, int]]:
    """Department (its primary key as text, empty for none) → reason → how many calls, both days included. Raises `LedgerError`."""
    query = Query(
        municipality=municipality.code,
        kinds=(Kind.REFUSAL,),
        since=milliseconds(since),
        until=milliseconds(until + datetime.timedelta(days=1)),
        limit=_AT_ONCE,
    )
    found: dict[str, dict[str, int]] = {}
    for one in _all(query, math.inf):  # once a month, at night
        reasons = found.setdefault(one.record.department, {})
        reasons[one.reason] = reasons.get(one.reason, 0) + one.count
    return found


def _recent(code: str) -> Query:
    since = milliseconds(timezone.localdate() - datetime.timedelta(days=DAYS))
    return Query(municipality=code, kinds=(Kind.REFUSAL,), since=since, limit=_AT_ONCE)


def _all(query: Query, most: float = _MOST) -> Iterator[Refused]:
    seen = 0
    with ledger.reading() as book:
        while seen < most:
            page = book.search(query)
            yield from map(_read, page.records)
            seen += len(page.records)
            if page.next is None:
                return
            query = replace(query, before=page.next)


def _read(record: Record) -> Refused:
    content = record.content or {}
    networks = content.get("networks")
    return Refused(
        record,
        str(content.get("refused", "")),
        _number(content.get("count"), 1),
        _number(content.get("from"), record.at),
        _number(content.get("to"), record.at),
        tuple(map(str, networks)) if isinstance(networks, list) else (),
    )


def _number(value: object, other: int) -> int:
    return value if isinstance(value, int) and value > 0 else other
