"""How AI was used in a month, by department: counted in the ledger, never by reading what was said (P6.1.3, U6.1.3, P7.1.4)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from django.utils import timezone

from kijun.gateway.handling import group_of
from kijun.gateway.snapshot import Group
from kijun.governance.interactions import ledger, refused
from kijun.governance.interactions.hours import ASKED, out_of_hours
from kijun.governance.interactions.same_calls import Beside
from kijun.governance.interactions.searching import SAID, milliseconds
from kijun.governance.organisation.models import Municipality
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import Kind, Query, Verdict

VERDICTS: Final = (Verdict.MASKED, Verdict.CONFIRMED, Verdict.TO_CONFIRM, Verdict.BLOCKED)
Figures = dict[str, Any]


def month_days(month: str) -> tuple[datetime.date, datetime.date]:
    """First and last day of ``2026-11``."""
    first = datetime.date(int(month[:4]), int(month[5:]), 1)
    following = (first.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)
    return first, following - datetime.timedelta(days=1)


def month_before(month: str) -> str:
    """The month before ``2026-11``."""
    last = month_days(month)[0] - datetime.timedelta(days=1)
    return f"{last:%Y-%m}"


def last_month(today: datetime.date | None = None) -> str:
    """The month that is over."""
    return month_before(f"{today or timezone.localdate():%Y-%m}")


def empty() -> Figures:
    """No use at all."""
    return {
        "interactions": 0,
        "people": 0,
        "applications": 0,
        "systems": {},
        "purposes": {},
        "verdicts": {str(one): 0 for one in VERDICTS},
        "findings": {},
        "ruled_findings": {},
        "out_of_hours": 0,
        "failed": 0,
        "tokens": 0,
        "attacks": 0,
        "by_person": {},
        "days": {},
        "refused": 0,
        "refused_by": {},
    }


def by_department(municipality: Municipality, month: str) -> dict[str, Figures]:
    """Figures of each department (its primary key as text, empty for none) that used AI in a month, or tried to. Raises `LedgerError`.

    A use is an interaction: what is told of it beside the first entry is not counted (`same_calls`). Nine questions to the ledger, whatever the number of
    departments and records, two for each day of use, one more for each day of which others reported, and the entries of refused calls.
    """
    first, last = month_days(month)
    found: defaultdict[str, Figures] = defaultdict(empty)
    where = Query(
        municipality=municipality.code,
        since=milliseconds(first),
        until=milliseconds(last + datetime.timedelta(days=1)),
        kinds=ASKED,
    )
    answers = _narrow(where, (Kind.OUTPUT,))
    everything = _narrow(where, SAID)
    with ledger.reading() as book:
        beside = Beside(book, where)

        def count(by: str, query: Query) -> list[dict[str, Any]]:
            rows = book.aggregate(("department", *by.split()), query)
            return beside.off(rows, by, tuple(map(Kind, query.kinds)))

        _uses(found, count("verdict", where))
        _people(found, count("person", where), count("application", where))
        for name in ("system", "purpose"):
            for row in count(name, where):
                if row[name]:
                    found[row["department"]][f"{name}s"][row[name]] = row["count"]
        _calls(found, book, everything)
        _hours(found, count("day hour", where), out_of_hours(municipality))
        for row in count("verdict", answers):
            if row["verdict"] in (Verdict.FAILED, Verdict.INCOMPLETE):
                found[row["department"]]["failed"] += row["count"]
        for row in book.aggregate(("department",), everything, ("tokens_in", "tokens_out")):
            found[row["department"]]["tokens"] = row["tokens_in"] + row["tokens_out"]
    for key, reasons in refused.by_department(municipality, first, last).items():
        found[key]["refused"], found[key]["refused_by"] = sum(reasons.values()), reasons
    return {key: one for key, one in found.items() if one["interactions"] or one["refused"]}


def _narrow(where: Query, kinds: tuple[Kind, ...]) -> Query:
    return replace(where, kinds=kinds)


Found = defaultdict[str, Figures]
Rows = list[dict[str, Any]]


def _uses(found: Found, rows: Rows) -> None:
    for row in rows:
        one = found[row["department"]]
        one["interactions"] += row["count"]
        if row["verdict"] == Verdict.FAILED:
            one["failed"] += row["count"]


def _people(found: Found, people: Rows, applications: Rows) -> None:
    for row in people:
        if row["person"]:
            found[row["department"]]["people"] += 1
            found[row["department"]]["by_person"][row["person"]] = row["count"]
    for row in applications:
        if row["application"]:
            found[row["department"]]["applications"] += 1
    for one in found.values():  # those who used it most; a report is no list of everybody
        most = sorted(one["by_person"].items(), key=lambda item: (-item[1], item[0]))
        one["by_person"] = dict(most[:5])


def _calls(found: Found, book: Ledger, where: Query) -> None:
    """What became of calls, and what was found in them: each call once, of its question and its answer together, as a search lists it.

    A day at a time, so that a town's month fits in memory; a call that goes on after midnight is known from the day before.
    """
    yesterday: list[set[tuple[str, ...]]] = [set(), set(), set(), set()]
    for used in book.aggregate(("day",), where):
        day = datetime.date.fromisoformat(used["day"])
        asked = replace(where, since=milliseconds(day), until=milliseconds(day + datetime.timedelta(days=1)))
        ruled = book.aggregate(("department", "interaction", "verdict"), asked)
        marked = book.aggregate(("department", "interaction", "kind", "verdict", "finding"), asked)
        attacks = (
            row for row in marked if row["kind"] == Kind.INPUT and group_of(row["finding"]) is Group.ATTACK
        )
        today = [
            _once((row for row in ruled if row["verdict"] in VERDICTS), "verdict"),
            _once(marked, "finding"),
            _once((row for row in marked if row["verdict"] in VERDICTS), "finding", "verdict"),
            _once(attacks),
        ]
        verdicts, findings, both, attacked = (
            now - before for now, before in zip(today, yesterday, strict=True)
        )
        for department, _id, verdict in verdicts:
            found[department]["verdicts"][verdict] += 1
        for department, _id, type in findings:
            _add(found[department]["findings"], type)
        for department, _id, type, verdict in both:
            _add(found[department]["ruled_findings"].setdefault(type, {}), verdict)
        for department, _id in attacked:
            found[department]["attacks"] += 1
        yesterday = today


def _once(rows: Iterable[Mapping[str, Any]], *names: str) -> set[tuple[str, ...]]:
    return {tuple(row[name] for name in ("department", "interaction", *names)) for row in rows}


def _add(counts: dict[str, int], name: str) -> None:
    counts[name] = counts.get(name, 0) + 1


def _hours(found: Found, rows: Rows, is_out: Callable[[datetime.date, int], bool]) -> None:
    for row in rows:
        one = found[row["department"]]
        one["days"][row["day"]] = one["days"].get(row["day"], 0) + row["count"]
        if is_out(datetime.date.fromisoformat(row["day"]), row["hour"]):
            one["out_of_hours"] += row["count"]


# --- what stands out ------------------------------------------------------------------------

COMPARED: Final = (
    "interactions",
    "people",
    "blocked",
    "masked",
    "refused",
    "out_of_hours",
    "failed",
    "attacks",
)


def figure(figures: Mapping[str, Any], name: str) -> int:
    """One of `COMPARED`."""
    if name in ("blocked", "masked"):
        return int(figures["verdicts"].get(name, 0))
    return int(figures.get(name, 0))


def changes(now: Mapping[str, Any], before: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The largest changes against the month before, at most five; those of less than 5 are chance."""
    if before is None:
        return []
    rows = [{"name": name, "now": figure(now, name), "before": figure(before, name)} for name in COMPARED]
    moved = [row for row in rows if abs(int(row["now"]) - int(row["before"])) >= 5]
    return sorted(moved, key=lambda row: -abs(int(row["now"]) - int(row["before"])))[:5]


def anomalies(now: Mapping[str, Any], before: Mapping[str, Any] | None) -> list[str]:
    """What the department should look into: codes, whose rules stand here and in docs/records.md.

    attacks: any input that tries to steer the AI. blocked: 3 or more, and twice as many as in the month before. refused: 20 or more,
    and twice as many as before. out_of_hours: 5 or more, and a fifth of all. failed: 5 or more, and a tenth of all. surge: 50 or more, and three times as many as before.
    """
    total = figure(now, "interactions")

    def old(name: str) -> int:
        return 0 if before is None else figure(before, name)

    blocked, refused, late, failed = (
        figure(now, name) for name in ("blocked", "refused", "out_of_hours", "failed")
    )
    rules = {
        "attacks": figure(now, "attacks") > 0,
        "blocked": blocked >= 3 and blocked >= 2 * old("blocked"),
        "refused": refused >= 20 and refused >= 2 * old("refused"),
        "out_of_hours": late >= 5 and late * 5 >= total,
        "failed": failed >= 5 and failed * 10 >= total,
        "surge": before is not None and total >= 50 and total >= 3 * old("interactions"),
    }
    return [name for name, holds in rules.items() if holds]
