"""What runs by itself: sealing, erasing, verifying and stamping the ledger; access reports; imports; when grants were last used.

Each may run at any time, twice, or not at all for a while. What cannot be done now is logged in a line and done by the next run.
"""

from __future__ import annotations

import datetime
import logging
from typing import Final

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from kijun.governance.access import actions as access
from kijun.governance.access.models import Grant
from kijun.governance.interactions import checks, figures, importing_run, ledger
from kijun.governance.interactions.actions import generate
from kijun.governance.interactions.hours import ASKED
from kijun.governance.interactions.searching import milliseconds
from kijun.governance.organisation.models import Municipality
from kijun.ledger.model import JAPAN, LedgerError, Query

log = logging.getLogger("kijun.records")
USED_DAYS: Final = 3
"""Days that are looked at each hour for use of grants; `keep` looks at a grant's whole stale time."""
USED_DAYS_AT_NIGHT: Final = 100


def _untouched() -> bool:
    """Nobody has recorded anything: there is nothing to keep, and no ledger is made for it."""
    from kijun.ledger.client import FOLDER

    return not (ledger.home() / FOLDER).is_dir()


def seal() -> int:
    """Seal fresh records; gives how many. Every five minutes."""
    return _maintain(erase=False)


def keep() -> int:
    """At night: seal, erase what is past its retention, verify, learn what grants were used. Gives how many entries were erased."""
    erased = _maintain(erase=True)
    check()
    mark_grants(USED_DAYS_AT_NIGHT)
    return erased


def _maintain(*, erase: bool) -> int:
    from kijun.ledger.maintenance import maintain

    if _untouched():
        return 0
    try:
        with ledger.reading() as book, ledger.appending() as to:
            done = maintain(book, to.append, erase=erase)
    except LedgerError as error:
        log.error("records could not be kept in order: %s", error.en)
        return 0
    if done.erased:
        log.info("erased %s entries whose retention is over", sum(one.entries for one in done.erased))
    return sum(one.entries for one in done.erased) if erase else done.sealed


def check() -> bool | None:
    """Verify the ledger and keep the result; True where everything holds, None while nothing is recorded or it cannot be read."""
    if _untouched():
        return None
    try:
        row = checks.check()
    except LedgerError as error:
        log.error("the ledger could not be verified: %s", error.en)
        return None
    if row is not None and row.faults:
        log.error("the ledger has %s faults: run kijun ledger verify", row.faults)
    return None if row is None else not row.faults


def stamp() -> int | None:
    """Have the newest checkpoint stamped by the authority of KIJUN_TIMESTAMP_URL; gives its size. Every hour."""
    from kijun.ledger.stamping import stamp as ask

    url = getattr(settings, "KIJUN_TIMESTAMP_URL", "")
    if not url or _untouched():
        return None
    try:
        with ledger.reading() as book:
            return ask(book, url, ledger.elsewhere())
    except LedgerError as error:
        log.warning("%s", error.en)
        return None


def make_reports(today: datetime.date | None = None) -> int:
    """The access reports of the month that is over, for every municipality that has none yet; gives how many. Daily, idempotent."""
    if _untouched():
        return 0
    month, made = figures.last_month(today), 0
    for town in Municipality.objects.order_by("pk"):
        try:
            made += generate(town, month)
        except LedgerError as error:
            log.error("access reports of %s could not be made: %s", town.code, error.en)
    return made


def mark_grants(days: int = USED_DAYS) -> int:
    """Tell `access` when each grant was last used, as the ledger counts it to the hour; gives how many grants have news."""
    if _untouched():
        return 0
    since = timezone.localdate() - datetime.timedelta(days=days)
    towns = Grant.objects.filter(revoked_at=None).values("municipality__code").annotate(n=Count("pk"))
    news = 0
    for code in towns.values_list("municipality__code", flat=True):
        query = Query(municipality=code, kinds=ASKED, since=milliseconds(since))
        try:
            with ledger.reading() as book:
                rows = book.aggregate(("grant", "day", "hour"), query)
        except LedgerError as error:
            log.error("the use of grants could not be counted: %s", error.en)
            continue
        latest: dict[str, datetime.datetime] = {}
        for row in rows:
            at = datetime.datetime.fromisoformat(row["day"]).replace(hour=row["hour"], tzinfo=JAPAN)
            latest[row["grant"]] = max(at, latest.get(row["grant"], at))
        news += sum(access.mark_used(grant, at) for grant, at in latest.items() if grant.isdecimal())
    return news


def run_imports() -> int:
    """Carry on with imports that were confirmed, and forget files that were not; gives how many rows were looked at."""
    importing_run.forget_old()
    return importing_run.run_waiting()
