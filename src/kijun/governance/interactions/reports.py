"""Access reports as they are read: whose, in which state, with names for the ids that their figures hold."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_stubs_ext import StrOrPromise

from kijun.governance.accounts.models import Person
from kijun.governance.evidence.proofs import lazystr_of
from kijun.governance.interactions import figures, reach, wording
from kijun.governance.interactions.models import AccessRemark, AccessReport
from kijun.governance.interactions.names import Names, resolve
from kijun.governance.organisation.models import Municipality
from kijun.web.dates import format_date
from kijun.web.punctuation import mark


def month_label(month: str) -> str:
    """2026年11月（令和8年）, in English November 2026."""
    first = figures.month_days(month)[0]
    if wording.english():
        return f"{first:%B} {first.year}"
    whole = format_date(first, "ja")
    return whole.replace("1日", "", 1) if "月1日" in whole else whole


def newest(municipality: Municipality) -> tuple[str, list[AccessReport]]:
    """The newest month with reports, and these; no month where there are none."""
    rows = AccessReport.objects.of(municipality).select_related("department")
    month = rows.order_by("-month").values_list("month", flat=True).first()
    return (month, list(rows.filter(month=month))) if month else ("", [])


def held_until(month: str) -> datetime.date:
    """How long a month's reports are the newest: until that of the following month is due, ten days into the month after it."""
    following = figures.month_days(month)[1] + datetime.timedelta(days=1)
    return figures.month_days(f"{following:%Y-%m}")[1] + datetime.timedelta(days=10)


def shown_month(month: str) -> StrOrPromise:
    """As `month_label`, in the language in which it is read: for texts that are made once."""
    return lazystr_of(lambda: month_label(month))


def visible(person: Person) -> QuerySet[AccessReport]:
    """All reports of the municipality, or those of the departments that the person approves for."""
    rows: QuerySet[AccessReport] = (
        AccessReport.objects.of(person.municipality)
        .select_related("department", "acknowledged_by")
        .prefetch_related("remarks__by")
    )
    if person.roles_today() & reach.EVERYTHING:
        return rows
    held = reach.reach_of(person).departments
    return rows.filter(department__in=[int(one) for one in held])


def remarked(one: AccessRemark) -> str:
    """What was added later, with who and when, in one line or more: for files."""
    return f"{one.text}{mark('（')}{one.by} {timezone.localtime(one.at):%Y/%m/%d %H:%M}{mark('）')}"


def state(one: AccessReport) -> tuple[StrOrPromise, str]:
    """Words and tone."""
    if one.department_id is None:
        return gettext_lazy("部署なし"), "neutral"
    if one.acknowledged_at is not None:
        return (
            (gettext_lazy("確認済（気になる点あり）"), "warning")
            if one.odd or one.remarks.all()
            else (gettext_lazy("確認済"), "success")
        )
    if one.is_overdue:
        return pgettext_lazy("report", "期限切れ"), "danger"
    return gettext_lazy("確認待ち"), "progress"


def names(person: Person, rows: Iterable[AccessReport]) -> Names:
    """Names for the ids in the figures; a constant number of queries."""
    wanted: dict[str, set[str]] = {"person": set(), "system": set(), "purpose": set()}
    for one in rows:
        wanted["person"] |= set(one.figures.get("by_person", {}))
        wanted["system"] |= set(one.figures.get("systems", {}))
        wanted["purpose"] |= set(one.figures.get("purposes", {}))
    return resolve(person.municipality, wanted)


def staff_numbers(person: Person, ids: Iterable[str]) -> dict[str, str]:
    """The staff numbers of the municipality's people, by their ids as the ledger has them."""
    keys = [int(one) for one in ids if one.isdecimal() and len(one) < 19]
    rows = Person.objects.of(person.municipality).filter(pk__in=keys).values_list("pk", "staff_number")
    return {str(pk): number for pk, number in rows}


def counted(counts: Mapping[str, int], label: Callable[[str], str]) -> list[tuple[str, int]]:
    """(label, count), the most first."""
    return [(label(id), n) for id, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def findings(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Kinds of findings, the most frequent first, with what became of the records that they stand in."""
    ruled = told.get("ruled_findings", {})
    return [
        {
            "type": type,
            "count": count,
            "masked": ruled.get(type, {}).get("masked", 0),
            "confirmed": sum(ruled.get(type, {}).get(one, 0) for one in ("confirmed", "to_confirm")),
            "blocked": ruled.get(type, {}).get("blocked", 0),
        }
        for type, count in sorted(told.get("findings", {}).items(), key=lambda item: -item[1])
    ]
