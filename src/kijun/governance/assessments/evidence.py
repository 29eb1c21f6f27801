"""What self-assessment proves by itself."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.catalog import load
from kijun.governance.assessments import queries
from kijun.governance.assessments.models import OPEN_STATES, AskedRole, Assessment, Status
from kijun.governance.assessments.tallies import Results, Tally, from_summary
from kijun.governance.evidence.models import Finding, ScopeKind, Verdict
from kijun.governance.evidence.proofs import Proof, Scope, proves, shown_day
from kijun.governance.inventory.queries import in_use

HOLDS = 400
"""Days that a self-assessment holds: a year, and the weeks that the next one takes."""
MOSTLY = 80.0
"""Per cent of the applicable controls that must be done for 満たしている, as long as nothing is left undone."""
HALF = 50.0
CROSSWALK_DAYS = 400
WORKING = (Finding.State.OPEN, Finding.State.PLANNED)
"""What is done and waits for a confirmation is not late."""


def _day(moment: datetime.datetime | None) -> datetime.date:
    return timezone.localtime(moment).date() if moment else timezone.localdate()


def _fresh(one: Assessment | None) -> bool:
    return one is not None and _day(one.approved_at) >= timezone.localdate() - datetime.timedelta(days=HOLDS)


def _expiry(rows: Iterable[Assessment]) -> datetime.date | None:
    days = [_day(one.approved_at) for one in rows]
    return min(days) + datetime.timedelta(days=HOLDS) if days else None


@proves("G.8", page="assessments:cycles")
def last_self_assessments(scope: Scope) -> Proof:
    """The organisation and every system in use have an approved self-assessment of the last 400 days."""
    known = queries.latest_approved_of_all(scope.municipality)
    wanted = [(ScopeKind.ORGANISATION.value, scope.municipality.pk)]
    wanted += [(ScopeKind.SYSTEM.value, pk) for pk in in_use(scope.municipality).values_list("pk", flat=True)]
    fresh = [known[key] for key in wanted if key in known and _fresh(known[key])]
    last = max((_day(one.approved_at) for one in fresh), default=None)
    value: StrOrPromise = format_lazy(
        _("組織とAIシステムの{total}件のうち{done}件が、承認された自己点検を終えている"),
        total=len(wanted),
        done=len(fresh),
    )
    if last:
        value = format_lazy(_("{value}（最後の承認 {day}）"), value=value, day=shown_day(last))
    verdict = Verdict.MET if len(fresh) == len(wanted) else Verdict.PARTLY if fresh else Verdict.UNMET
    figures = {"total": len(wanted), "done": len(fresh), "last": last.isoformat() if last else None}
    url = reverse("assessments:cycles")
    return Proof(_("自己点検の実施"), value, verdict, url, timezone.now(), _expiry(fresh), figures)


@proves("G.6", page="assessments:cycles")
def cycle_on_schedule(scope: Scope) -> Proof:
    """The newest cycle is within its days, and findings are mended in time."""
    cycle = queries.newest_cycle(scope.municipality)
    title, now = _("自己点検の予定と改善"), timezone.now()
    url = reverse("assessments:cycles")
    if cycle is None:
        return Proof(title, _("自己点検をまだ始めていない"), Verdict.UNMET, url, now)
    today = timezone.localdate()
    left = cycle.assessments.filter(state__in=OPEN_STATES).count()
    findings = Finding.objects.filter(municipality=scope.municipality).exclude(state=Finding.State.CLOSED)
    days = list(findings.values_list("state", "due_on", "raised_at"))
    late = sum(state in WORKING and due < today for state, due, _raised in days)
    oldest = max(((today - _day(raised)).days for _state, _due, raised in days), default=0)
    behind = left > 0 and cycle.due_on < today
    stale = cycle.due_on < today - datetime.timedelta(days=HOLDS)
    verdict = (
        Verdict.UNMET if stale or (behind and late) else Verdict.PARTLY if behind or late else Verdict.MET
    )
    value = format_lazy(
        _(
            "{name}：提出期限 {due}、未提出 {left}件。未完了の指摘 {open}件（期限超過 {late}件、最も古いものは{oldest}日前）"
        ),
        name=cycle.name,
        due=shown_day(cycle.due_on),
        left=left,
        open=len(days),
        late=late,
        oldest=oldest,
    )
    figures = {"left": left, "open_findings": len(days), "late_findings": late, "oldest_days": oldest}
    expires = cycle.due_on + datetime.timedelta(days=HOLDS)
    return Proof(title, value, verdict, reverse("assessments:cycle", args=[cycle.pk]), now, expires, figures)


def _town(scope: Scope) -> tuple[Results, list[Assessment]]:
    known = queries.latest_approved_of_all(scope.municipality)
    in_force = {
        (ScopeKind.SYSTEM.value, pk) for pk in in_use(scope.municipality).values_list("pk", flat=True)
    }
    in_force.add((ScopeKind.ORGANISATION.value, scope.municipality.pk))
    rows = [one for key, one in known.items() if key in in_force]
    whole = Results()
    for one in rows:
        for (principle, role), tally in from_summary(one.summary).cells.items():
            for status, number in tally.counts.items():
                whole.add(principle, role, status, number)
    return whole, rows


def _result(title: StrOrPromise, tally: Tally, rows: list[Assessment]) -> Proof:
    url, now = reverse("assessments:cycles"), timezone.now()
    if tally.rate is None:
        return Proof(title, _("承認された自己点検がまだない"), Verdict.UNMET, url, now)
    undone = tally.of(Status.NOT_DONE)
    verdict = Verdict.PARTLY if tally.rate >= HALF else Verdict.UNMET
    if tally.rate >= MOSTLY and not undone:
        verdict = Verdict.MET
    value = format_lazy(
        _("該当する対策{applicable}件のうち{done}件が実施済（{rate} %）、未実施 {undone}件"),
        applicable=tally.applicable,
        done=tally.done,
        rate=tally.rate,
        undone=undone,
    )
    figures = {"applicable": tally.applicable, "done": tally.done, "rate": tally.rate, "undone": undone}
    return Proof(title, value, verdict, url, now, _expiry(rows), figures)


@proves("P8.2.2", page="assessments:cycles")
def result_of_self_assessment(scope: Scope) -> Proof:
    """What was approved last for the organisation and the systems in use: at least 80 % done and nothing undone."""
    whole, rows = _town(scope)
    return _result(_("自己点検の結果"), whole.total, rows)


@proves("U8.2.1", page="assessments:cycles")
def result_of_users(scope: Scope) -> Proof:
    """The same, of the controls that staff answer."""
    whole, rows = _town(scope)
    return _result(_("自己点検の結果（AI利用者）"), whole.role(AskedRole.USER), rows)


@proves("G.15", page="assessments:crosswalk")
def crosswalk_in_force(scope: Scope) -> Proof:
    """The crosswalk to other frameworks, and when its lines were looked at last."""
    catalog = load()
    dates = [edge.date for edge in catalog.edges]
    last = datetime.date.fromisoformat(max(dates)) if dates else None
    fresh = last is not None and last >= timezone.localdate() - datetime.timedelta(days=CROSSWALK_DAYS)
    value = format_lazy(
        _("対策一覧 {version}：{frameworks}つの枠組みとの対応 {edges}件（{day}に見直し）"),
        version=catalog.version,
        frameworks=len(catalog.frameworks),
        edges=len(dates),
        day=shown_day(last),
    )
    expires = last + datetime.timedelta(days=CROSSWALK_DAYS) if last else None
    figures = {"frameworks": len(catalog.frameworks), "edges": len(dates)}
    verdict = Verdict.MET if fresh else Verdict.PARTLY
    url = reverse("assessments:crosswalk")
    return Proof(_("他の枠組みとの対応表"), value, verdict, url, timezone.now(), expires, figures)


@proves("G.16", page="assessments:catalog")
def catalogue_in_force(scope: Scope) -> Proof:
    """The version of the catalogue in force, and open assessments that still follow an older one."""
    catalog = load()
    open_rows = Assessment.objects.filter(municipality=scope.municipality, state__in=OPEN_STATES)
    behind = open_rows.exclude(catalog_version=catalog.version).count()
    value = format_lazy(
        _("対策一覧 {version}（{day}）。古い版のまま作業中の点検 {behind}件"),
        version=catalog.version,
        day=shown_day(datetime.date.fromisoformat(catalog.date)),
        behind=behind,
    )
    verdict = Verdict.PARTLY if behind else Verdict.MET
    url = reverse("assessments:catalog")
    figures = {"version": catalog.version, "behind": behind}
    return Proof(_("対策一覧の版"), value, verdict, url, timezone.now(), None, figures)
