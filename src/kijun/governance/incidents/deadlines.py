"""By when somebody is told, whatever the playbook says.

A leak of personal information: 個人情報の保護に関する法律 第68条 and 個人情報の保護に関する法律施行規則 第43条 to 第45条. The first report is
made promptly, which the commission reads as within three to five days, the full one within thirty (sixty where a wrongful
purpose is suspected); the person concerned is told promptly. Which leaks have to be reported (special care-required
information, danger of property damage, a wrongful purpose, more than a hundred people) is for people to judge: a notice that is
not owed is marked as unneeded, with the reason.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from kijun.governance.incidents.models import Harm, Incident, Residents, Severity, Whom

FIRST_REPORT: Final = 5
FULL_REPORT: Final = 30
RESIDENTS: Final = 5
"""Days until affected residents are told, where the playbook names no other; the law says promptly."""
HEAD: Final = 1
COURSE: Final = 1
"""Opening days from the report to the decision whether the AI is stopped (P8.1.3)."""
TOLD: Final = 1
"""Opening days from noticing to the report (U8.1.1)."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Somebody who is told within ``days`` of noticing."""

    whom: Whom
    days: int


def duties(incident: Incident) -> list[Duty]:
    """Who is told of an incident like this."""
    found = []
    if incident.severity == Severity.SERIOUS:
        found.append(Duty(Whom.HEAD, HEAD))
    if Harm.LEAK in incident.harm_list:
        found += [Duty(Whom.PPC_FIRST, FIRST_REPORT), Duty(Whom.PPC_FULL, FULL_REPORT)]
    if incident.residents == Residents.YES:
        found.append(Duty(Whom.RESIDENTS, RESIDENTS))
    return found


def end_of(noticed_at: datetime.datetime, days: int) -> datetime.datetime:
    """The end of the day that is ``days`` after that of noticing, which does not count (民法140条)."""
    day = timezone.localdate(noticed_at) + datetime.timedelta(days=days)
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(23, 59)))
