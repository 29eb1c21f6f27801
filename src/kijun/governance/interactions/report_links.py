"""Where the figures of an access report can be looked into: the search for records, and the list of refused calls, filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

from kijun.governance.accounts.models import Person
from kijun.governance.interactions import figures
from kijun.governance.interactions.hours import OUT
from kijun.governance.interactions.models import AccessReport
from kijun.governance.interactions.reach import reach_of

OF_FIGURE: Final[Mapping[str, Mapping[str, str]]] = {
    "interactions": {},
    "people": {},
    "surge": {},
    "blocked": {"verdict": "blocked"},
    "masked": {"verdict": "masked"},
    "out_of_hours": {"hours": OUT},
    "failed": {"verdict": "unanswered"},
    "attacks": {"finding": "group:attack"},
}
"""What a search asks for each figure and each thing that stands out; refused calls are listed elsewhere."""
CONFIRMED: Final = "confirmation"


@dataclass(frozen=True, slots=True)
class ReportLinks:
    """Addresses of one report's figures; empty where the person may look at nothing, or where a search cannot ask for it (部署なし)."""

    records: Mapping[str, str] = field(default_factory=dict)
    refusals: Mapping[str, str] = field(default_factory=dict)

    def search(self, **asked: str) -> str:
        """The department's records of the month, narrowed."""
        if not self.records or not all(asked.values()):
            return ""
        return f"{reverse('interactions:records')}?{urlencode({**self.records, **asked})}"

    def refused(self, reason: str = "") -> str:
        """Its refused calls of the month."""
        if not self.refusals:
            return ""
        asked = {**self.refusals, **({"reason": reason} if reason else {})}
        return f"{reverse('interactions:refused')}?{urlencode(asked)}"

    def figure(self, name: str) -> str:
        """A figure, or what stands out."""
        return self.refused() if name == "refused" else self.search(**OF_FIGURE[name])


def links_of(person: Person, report: AccessReport) -> ReportLinks:
    """For whoever reads the report, as far as their own reach goes."""
    department = str(report.department_id or "")
    reach = reach_of(person)
    if not department or not (reach.everything or department in reach.departments):
        return ReportLinks()
    first, last = figures.month_days(report.month)
    records = {
        "department": department,
        "alone": "on",
        "since": f"{first:%Y/%m/%d}",
        "until": f"{last:%Y/%m/%d}",
    }
    refusals = {"department": department, "period": report.month}
    return ReportLinks(
        records if person.has_perm("interactions.search") else {},
        refusals if person.has_perm("interactions.view_refusals") else {},
    )
