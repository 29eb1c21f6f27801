"""How many found answers useful, what was doubted, how long a reply took: by system, department and month."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.feedback import queries
from kijun.governance.feedback.models import Doubt, Opinion, Report
from kijun.governance.interactions.reach import EVERYTHING
from kijun.web import charts
from kijun.web.templatetags.kit import named

MONTHS: Final = 6


@dataclass(slots=True)
class Rate:
    """Of one system, department or month. ``days`` from report to answer, one a report that was answered."""

    label: str
    useful: int = 0
    useless: int = 0
    reports: int = 0
    late: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    days: list[float] = field(default_factory=list)

    @property
    def opinions(self) -> int:
        return self.useful + self.useless

    @property
    def share(self) -> float | None:
        """Per cent of the opinions that say useful; None without any."""
        return 100 * self.useful / self.opinions if self.opinions else None

    @property
    def handling(self) -> float | None:
        """Days to the answer, in the middle of all; None where none was answered."""
        if not self.days:
            return None
        order = sorted(self.days)
        return order[len(order) // 2]


@dataclass(frozen=True, slots=True)
class Rates:
    whole: Rate
    systems: list[Rate]
    departments: list[Rate]
    months: list[Rate]


def months(today: datetime.date | None = None) -> list[datetime.date]:
    """The first days of the last months, the present one last."""
    day = (today or timezone.localdate()).replace(day=1)
    found = [day]
    while len(found) < MONTHS:
        found.insert(0, (found[0] - datetime.timedelta(days=1)).replace(day=1))
    return found


def since() -> datetime.datetime:
    """The first moment that rates count."""
    return timezone.make_aware(datetime.datetime.combine(months()[0], datetime.time()))


def seen_by(person: Person) -> Q | None:
    """What a person's rates count: all, or the systems that they answer for."""
    return None if person.roles_today() & EVERYTHING else Q(system__owner=person)


def of_person(person: Person) -> Rates:
    """Two queries, whatever the number of rows that they count."""
    only = seen_by(person)
    opinions: QuerySet[Opinion] = Opinion.objects.of(person.municipality).filter(at__gte=since())
    reports = queries.reports(person.municipality).filter(reported_at__gte=since())
    if only is not None:
        opinions, reports = opinions.filter(only), reports.filter(only)
    return of(opinions.select_related("system", "department"), reports)


def of(opinions: Iterable[Opinion], reports: Iterable[Report]) -> Rates:
    """Counts in one pass; a report that was taken back counts nowhere."""
    whole = Rate(_("全体"))
    systems: dict[Any, Rate] = defaultdict(lambda: Rate(""))
    departments: dict[Any, Rate] = defaultdict(lambda: Rate(""))
    by_month = {day: Rate(f"{day:%Y/%m}") for day in months()}
    for one in opinions:
        for rate in _rates(one, one.at, systems, departments, by_month, whole):
            rate.useful += one.verdict == Opinion.Verdict.USEFUL
            rate.useless += one.verdict == Opinion.Verdict.USELESS
    for report in reports:
        if report.state == Report.State.WITHDRAWN:
            continue
        for rate in _rates(report, report.reported_at, systems, departments, by_month, whole):
            _count(rate, report)
    return Rates(whole, _sorted(systems), _sorted(departments), list(by_month.values()))


def _rates(
    one: Any, at: datetime.datetime, systems: Any, departments: Any, by_month: Any, whole: Rate
) -> list[Rate]:
    system, department = systems[one.system_id], departments[one.department_id]
    system.label = system.label or (one.system.shown_name if one.system is not None else _("（不明）"))
    department.label = department.label or (
        named(one.department) if one.department is not None else _("（不明）")
    )
    found = [whole, system, department]
    month = by_month.get(timezone.localtime(at).date().replace(day=1))
    return found if month is None else [*found, month]


def _count(rate: Rate, report: Report) -> None:
    rate.reports += 1
    rate.late += report.is_overdue
    rate.kinds.update(str(one) for one in report.kind_list)
    if report.answered_at is not None:
        rate.days.append((report.answered_at - report.reported_at).total_seconds() / 86_400)


def _sorted(found: dict[Any, Rate]) -> list[Rate]:
    return sorted(found.values(), key=lambda one: (-one.reports, -one.opinions, one.label))


def share_chart(rates: Rates) -> charts.Chart:
    """The useful share month by month; a month without opinions is a gap."""
    return charts.line(
        _("役に立った割合"),
        _("月ごとの、「役に立った」の割合です。"),
        [(one.label, None if one.share is None else round(one.share, 1)) for one in rates.months],
        "%",
        value_label=_("役に立った割合"),
        span=(0, 100),
    )


def kinds_chart(rates: Rates) -> charts.Chart:
    """How often each doubt was reported."""
    kinds = [one for one in Doubt if rates.whole.kinds[one.value]]
    values = [rates.whole.kinds[one.value] for one in kinds]
    return charts.stacked_bars(
        _("気になる点の種類"),
        _("報告された気になる点の、種類ごとの件数です。"),
        [one.label for one in kinds],
        [charts.Series(_("報告"), "blue-900", values)],
        _("件"),
    )
