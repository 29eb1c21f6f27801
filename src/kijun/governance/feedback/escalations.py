"""Where a serious report goes: the app of incidents registers here when it is there; until then executives decide on it.

>>> escalations.register(lambda actor, report, why: incidents.open_from_report(actor, report, why).get_absolute_url())
"""

from __future__ import annotations

from collections.abc import Callable

from kijun.governance.accounts.models import Person
from kijun.governance.feedback.models import Report

Taker = Callable[[Person, Report, str], str]
"""``taker(actor, report, why)``: runs inside the transaction; gives the address of what the report became."""
_takers: list[Taker] = []


def register(taker: Taker) -> None:
    """Called in ``AppConfig.ready``; one app takes escalations, the last that registered."""
    _takers.append(taker)


def are_taken() -> bool:
    """What is raised becomes an incident; else it waits for an executive's decision."""
    return bool(_takers)


def taken(actor: Person, report: Report, why: str) -> str:
    """The address of what the report became; empty where no app takes it."""
    return _takers[-1](actor, report, why) if _takers else ""
