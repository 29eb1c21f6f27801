"""What incidents, the playbook, drills and lessons prove by themselves."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from statistics import median
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Proof, Scope, line, proves, shown_day
from kijun.governance.incidents import checklist, deadlines, queries
from kijun.governance.incidents.models import (
    Drill,
    Harm,
    Incident,
    Lesson,
    Residents,
    Source,
    State,
    SystemPlan,
)
from kijun.governance.incidents.readiness import told_residents
from kijun.governance.organisation.calendar import closing_days, due_date
from kijun.web import dates

YEAR: Final = 365
HALF: Final = 182
QUARTER: Final = 92
"""Days of three months (P3.1.9)."""
BOTH: Final = (ScopeKind.ORGANISATION, ScopeKind.SYSTEM)


def _ago(days: int) -> datetime.date:
    return timezone.localdate() - datetime.timedelta(days=days)


def _within(scope: Scope, days: int) -> QuerySet[Incident]:
    """Incidents of the scope that were reported within so many days and not taken back."""
    rows = queries.incidents(scope.municipality).exclude(state=State.WITHDRAWN)
    rows = rows.filter(reported_at__date__gte=_ago(days))
    return rows.filter(system=scope.id) if scope.kind == ScopeKind.SYSTEM else rows


def _drills(scope: Scope, days: int = YEAR) -> QuerySet[Drill]:
    rows = queries.drills(scope.municipality).filter(held_on__gte=_ago(days))
    return rows.filter(system=scope.id) if scope.kind == ScopeKind.SYSTEM else rows


def _proof(
    title: StrOrPromise,
    value: StrOrPromise,
    verdict: Verdict,
    figures: dict[str, Any],
    page: str = "incidents",
    expires_on: datetime.date | None = None,
) -> Proof:
    return Proof(title, value, verdict, reverse(f"incidents:{page}"), timezone.now(), expires_on, figures)


def _graded(tests: Iterable[bool]) -> Verdict:
    """All, some, none."""
    found = list(tests)
    return Verdict.MET if all(found) else Verdict.PARTLY if any(found) else Verdict.UNMET


def _first_action(rows: Iterable[Incident]) -> float | None:
    """Median hours from the report to the first measure."""
    hours = [one.until_action.total_seconds() / 3600 for one in rows if one.until_action is not None]
    return round(median(hours), 1) if hours else None


# --- what is settled beforehand ---------------------------------------------------------------


@proves("P1.3.5", page="incidents:playbook")
def playbook_and_drills(scope: Scope) -> Proof | None:
    """The procedure in force says all that is asked for, was drilled within a year, and was looked at again since."""
    version = checklist.playbook(scope.municipality)
    last = _drills(scope, 10 * YEAR).first()
    incidents = list(_within(scope, YEAR))
    if version is None and last is None and not incidents:
        return None
    drilled = last is not None and last.held_on >= _ago(YEAR)
    complete = version is not None and not version.missing
    reviewed = version is not None and not queries.to_review(scope.municipality, version)
    verdict = _graded((complete, drilled, reviewed)) if version is not None else Verdict.UNMET
    action = _first_action(incidents)
    value = line(
        _("手順書：%(version)s、直近の訓練：%(drill)s、最初の措置までの時間（中央値）：%(hours)s時間"),
        version="–" if version is None else _("第%(n)s版") % {"n": version.number},
        drill=shown_day(last.held_on if last is not None else None),
        hours="–" if action is None else action,
    )
    figures = {
        "version": None if version is None else version.number,
        "missing": [] if version is None else version.missing,
        "last_drill": None if last is None else last.held_on.isoformat(),
        "drill_minutes": None if last is None else last.minutes,
        "hours_to_first_action": action,
        "incidents": len(incidents),
        "reviewed_since": reviewed,
    }
    until = last.held_on + datetime.timedelta(days=YEAR) if drilled and last is not None else None
    return _proof(_("初動手順と訓練"), value, verdict, figures, "playbook", until)


@proves("P3.1.5", page="incidents:plans", scopes=(ScopeKind.SYSTEM,))
def harm_to_people(scope: Scope) -> Proof | None:
    """A system's own part of the procedure, and the day on which stopping it was tried."""
    plan = SystemPlan.objects.of(scope.municipality).filter(system=scope.id).first()
    tried = _drills(scope, 10 * YEAR).filter(stop_minutes__isnull=False).first()
    incidents = list(_within(scope, YEAR))
    if plan is None and tried is None and not incidents:
        return None
    recent = tried is not None and tried.held_on >= _ago(YEAR)
    verdict = _graded((True, recent)) if plan is not None else Verdict.UNMET
    value = line(
        _("このAIの備え：%(plan)s、止める操作を試した日：%(tried)s、かかった時間：%(minutes)s分"),
        plan=_("あり") if plan is not None else _("なし"),
        tried=shown_day(tried.held_on if tried is not None else None),
        minutes="–" if tried is None else tried.stop_minutes,
    )
    figures = {
        "plan": plan is not None,
        "stop_tried": None if tried is None else tried.held_on.isoformat(),
        "stop_minutes": None if tried is None else tried.stop_minutes,
        "hours_to_first_action": _first_action(incidents),
        "incidents": len(incidents),
    }
    until = tried.held_on + datetime.timedelta(days=YEAR) if recent and tried is not None else None
    return _proof(_("命や財産に関わる事故への備え"), value, verdict, figures, "plans", until)


@proves("P4.1.6", page="incidents:plans", scopes=(ScopeKind.SYSTEM,))
def unjust_treatment(scope: Scope) -> Proof | None:
    """Where to complain and who decides again, finding those treated alike, and a drill or a real case within a year."""
    plan = SystemPlan.objects.of(scope.municipality).filter(system=scope.id).first()
    drills = list(_drills(scope).filter(harms__contains=f",{Harm.RIGHTS.value},"))
    cases = [one for one in _within(scope, YEAR) if Harm.RIGHTS in one.harm_list]
    if plan is None and not drills and not cases:
        return None
    written = plan is not None and bool(plan.redress.strip())
    handled = [one for one in cases if one.state == State.CLOSED]
    practised = bool(drills or handled)
    alike = any(one.found_alike for one in drills) or any(bool(one.redress) for one in handled)
    value = line(
        _(
            "申し出と再判断の手順：%(plan)s、同じ扱いを受けた人を探す方法：%(alike)s、1年以内の訓練%(drills)s件・実際の対応%(cases)s件"
        ),
        plan=_("あり") if written else _("なし"),
        alike=_("試した") if alike else _("試していない"),
        drills=len(drills),
        cases=len(handled),
    )
    figures = {
        "redress": written,
        "found_alike": alike,
        "drills": len(drills),
        "cases": len(cases),
        "closed": len(handled),
    }
    return _proof(_("不当な扱いへの備え"), value, _graded((written, alike, practised)), figures, "plans")


# --- what was done --------------------------------------------------------------------------


def _decided_in_time(one: Incident, today: datetime.date, until: datetime.date) -> bool | None:
    """The decision to stop or go on came within an opening day of the report; None while there is time."""
    if one.course_at is not None:
        return timezone.localdate(one.course_at) <= until
    return None if today <= until else False


@proves("P8.1.3", page="incidents:incidents", scopes=BOTH)
def owners_lead(scope: Scope) -> Proof | None:
    """Who led, whether it was decided in time to stop or to go on, and whether what is closed says all."""
    rows = list(_within(scope, YEAR))
    if not rows:
        return None
    today = timezone.localdate()
    led = sum(one.is_led_by_owner for one in rows)
    named = sum(one.is_led_by_owner or bool(one.leader_id and one.leader_why) for one in rows)
    decided = [
        _decided_in_time(
            one, today, due_date(scope.municipality, deadlines.COURSE, timezone.localdate(one.opened_at))
        )
        for one in rows
    ]
    late = decided.count(False)
    verdict = (
        Verdict.MET
        if named == len(rows) and not late
        else Verdict.PARTLY
        if named or decided.count(True)
        else Verdict.UNMET
    )
    value = line(
        _("1年間のインシデント%(n)s件のうち、責任者が指揮%(led)s件、理由のある代理%(deputy)s件、使い方の判断が遅れたもの%(late)s件"),
        n=len(rows), led=led, deputy=named - led, late=late,
    )  # fmt: skip
    figures = {
        "incidents": len(rows),
        "led_by_owner": led,
        "share": round(100 * led / len(rows), 1),
        "deputies_with_reason": named - led,
        "late_decisions": late,
        "closed": sum(one.state == State.CLOSED for one in rows),
    }
    return _proof(_("責任者による指揮"), value, verdict, figures)


@proves("U8.1.1", page="incidents:incidents", scopes=BOTH)
def reported_at_once(scope: Scope) -> Proof | None:
    """Median opening days from noticing to the report, and whether residents who were touched were told and helped.

    Of a report on an answer nobody said when it was noticed: it counts, but says nothing of the time.
    """
    rows = list(_within(scope, HALF).prefetch_related("notices"))
    if not rows:
        return None
    closed = closing_days(scope.municipality)
    timed = [one for one in rows if one.source != Source.FEEDBACK]
    days = [
        dates.business_days_between(
            timezone.localdate(one.noticed_at), timezone.localdate(one.reported_at), closed
        )
        for one in timed
    ]
    spans = [one.until_report.total_seconds() / 3600 for one in timed]
    hours = round(median(spans), 1) if spans else None
    touched = [one for one in rows if one.residents == Residents.YES and one.state == State.CLOSED]
    helped = sum(bool(one.redress) and told_residents(one) for one in touched)
    overdue = sum(_residents_late(one) for one in rows)
    quick = not days or median(days) <= deadlines.TOLD
    value = line(
        _("半年間の報告%(n)s件。気づいてから報告まで中央値%(hours)s時間。住民に影響し終わった%(touched)s件のうち、連絡と手当ての記録%(helped)s件。住民への連絡が遅れているもの%(overdue)s件"),
        n=len(rows), hours="–" if hours is None else hours, touched=len(touched), helped=helped, overdue=overdue,
    )  # fmt: skip
    figures = {
        "incidents": len(rows),
        "hours_to_report": hours,
        "days_to_report": sorted(days),
        "touched_residents": len(touched),
        "helped": helped,
        "residents_late": overdue,
    }
    verdict = _graded((quick, helped == len(touched) and not overdue))
    return _proof(_("気づいてから報告までの時間"), value, verdict, figures)


def _residents_late(one: Incident) -> bool:
    """Residents are to be told, and the day has passed."""
    return one.residents == Residents.YES and any(
        notice.is_open and notice.is_late and notice.whom == "residents" for notice in one.notices.all()
    )


@proves("P3.1.9", page="incidents:lessons")
def lessons_shared(scope: Scope) -> Proof | None:
    """Closed incidents with a lesson or a reason for none; the last lesson; the share of staff who read."""
    town = scope.municipality
    closed = list(_within(scope, YEAR).filter(state=State.CLOSED))
    published = list(queries.lessons(town).filter(published_at__date__gte=_ago(YEAR)))
    if not closed and not published:
        return None
    told = sum(_has_lesson(one) for one in closed)
    explained = sum(not _has_lesson(one) and bool(one.no_lesson_why) for one in closed)
    recent = [one for one in published if _published(one) >= _ago(QUARTER)]
    people = queries.staff_count(town)
    reads = [queries.share(getattr(one, "read", 0), people) or 0.0 for one in published]
    rate = round(sum(reads) / len(reads), 1) if reads else None
    value = line(
        _("1年間に終わった%(n)s件のうち、教訓を公開%(told)s件、出さない理由あり%(why)s件。直近3か月の教訓%(recent)s件、読んだ職員の割合（平均）%(rate)s %%"),
        n=len(closed), told=told, why=explained, recent=len(recent), rate="–" if rate is None else rate,
    )  # fmt: skip
    figures = {
        "closed": len(closed),
        "with_lesson": told,
        "with_reason": explained,
        "recent": len(recent),
        "people": people,
        "read_share": rate,
    }
    last = max((_published(one) for one in published), default=None)
    until = last + datetime.timedelta(days=QUARTER) if recent and last is not None else None
    verdict = _graded((told + explained == len(closed), bool(recent)))
    return _proof(_("事例と教訓の共有"), value, verdict, figures, "lessons", until)


def _has_lesson(one: Incident) -> bool:
    lesson = getattr(one, "lesson", None)
    return lesson is not None and lesson.is_published


def _published(one: Lesson) -> datetime.date:
    assert one.published_on is not None
    return one.published_on
