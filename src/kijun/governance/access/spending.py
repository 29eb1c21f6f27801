"""What of a month's budget is spent: the numbers in the ledger by which the gateway refuses, read as they stand."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kijun.governance.access.models import Grant

log = logging.getLogger(__name__)

NEARLY: Final = 0.8
"""From this share of a budget on a mark says that it is nearly spent."""


@dataclass(frozen=True, slots=True)
class Used:
    """What one grant used this month."""

    requests: int = 0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Budget:
    """One budget of a grant and what is spent of it; ``limit`` None where it is unlimited, ``used`` None where the ledger cannot be read."""

    name: str
    used: int | None
    limit: int | None

    @property
    def share(self) -> float:
        """How much is spent: 1 for all of it."""
        return self.used / self.limit if self.limit and self.used else 0.0

    @property
    def mark(self) -> tuple[str, str]:
        """State tag where somebody should know: (words, tone)."""
        if self.share >= 1:
            return _("使い切りました"), "danger"
        if self.share >= NEARLY:
            return _("もうすぐ上限"), "warning"
        return "", ""

    @property
    def words(self) -> str:
        """``16 / 20回``, or ``16回`` where nothing limits it."""
        used = "—" if self.used is None else number_format(self.used, force_grouping=True)
        if self.limit is None:
            return self._counted(used, self.used or 0)
        return f"{used} / {self._counted(number_format(self.limit, force_grouping=True), self.limit)}"

    def _counted(self, shown: str, number: int) -> str:
        if self.name == "requests":
            return ngettext("%(n)s回", "%(n)s回", number) % {"n": shown}
        return ngettext("%(n)sトークン", "%(n)sトークン", number) % {"n": shown}


def used(grants: Iterable[Grant]) -> dict[int, Used] | None:
    """What grants used this month, by primary key; None where the ledger cannot be read just now."""
    from kijun.ledger.client import FOLDER
    from kijun.ledger.counting import used_by
    from kijun.ledger.database import FAULTS, connect

    keys = [one.pk for one in grants]
    found = {key: Used() for key in keys}
    folder, url = Path(settings.HOME) / FOLDER, str(getattr(settings, "KIJUN_LEDGER_URL", ""))
    nothing_recorded = not url and not (folder / "journal.sqlite3").is_file()
    if not keys or nothing_recorded:
        return found
    try:
        with closing(connect(folder, url)) as database, database.reading() as link:
            for account, (requests, tokens) in used_by(link, [str(key) for key in keys], month()).items():
                found[int(account)] = Used(requests, tokens)
    except FAULTS as error:
        log.warning("budgets cannot be read: %s", type(error).__name__)
        return None
    return found


def attach(grants: Iterable[Grant]) -> None:
    """Give each grant what it used as ``spent``, for lists: one question for all of them."""
    rows = list(grants)
    found = used(rows)
    for row in rows:
        row.spent = None if found is None else found[row.pk]  # type: ignore[attr-defined]  # a note on the row, of this page alone


def spent(grant: Grant) -> Used | None:
    """What one grant used this month, as `attach` left it, else read now."""
    if not hasattr(grant, "spent"):
        attach([grant])
    found: Any = grant.spent  # type: ignore[attr-defined]  # see attach
    return found if isinstance(found, Used) else None


def budgets(grant: Grant) -> list[Budget]:
    """Requests, then tokens."""
    found = spent(grant)
    return [
        Budget(name, None if found is None else getattr(found, name), getattr(grant, name))
        for name in ("requests", "tokens")
    ]


def nearest(grant: Grant) -> Budget:
    """The budget that will be spent first; requests where nothing limits either."""
    return max(budgets(grant), key=lambda one: (one.limit is not None, one.share))


def month() -> str:
    """This month as the ledger names it."""
    return f"{timezone.localdate():%Y-%m}"


def again_on() -> datetime.date:
    """The day on which budgets begin anew."""
    return (timezone.localdate().replace(day=1) + datetime.timedelta(days=32)).replace(day=1)


def told(grant: Grant) -> dict[str, Any] | None:
    """For commands."""
    found = spent(grant)
    if found is None:
        return None
    return {
        "month": month(),
        "requests": found.requests,
        "tokens": found.tokens,
        "again_on": again_on(),
    }
