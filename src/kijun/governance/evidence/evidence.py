"""Collectors for what stands below this app: the trail, accounts, mandates, and the findings themselves."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.accounts import queries as accounts
from kijun.governance.accounts.roles import Role
from kijun.governance.audit import queries as trail
from kijun.governance.evidence import lapses, scopes
from kijun.governance.evidence.models import Finding, Verdict
from kijun.governance.evidence.proofs import Proof, Scope, lazystr_of, line, proves, shown_day
from kijun.governance.mandates import queries as mandates
from kijun.governance.mandates.models import Mandate
from kijun.web.punctuation import listed

MEETING_DAYS = 183
"""A body that has not met for half a year no longer works."""
LAPSE_HOURS = 48


def _proof(
    title: StrOrPromise,
    value: StrOrPromise,
    verdict: Verdict,
    page: str,
    figures: dict[str, object],
    expires_on: datetime.date | None = None,
) -> Proof:
    return Proof(title, value, verdict, reverse(page), timezone.now(), expires_on, figures)


@proves("G.1", page="mandates:plans")
def plans_that_name_ai(scope: Scope) -> Proof:
    """Plans of several years that name AI and are in force today (G.1)."""
    plans = mandates.plans_in_force(scope.municipality)
    long = [plan for plan in plans if plan.several_years]
    if long:
        ends = max(plan.ends_on for plan in long)
        value = line(
            _("AIに触れた計画が%(n)s件あります（%(names)s、%(end)sまで）"),
            n=len(long),
            names=lazystr_of(lambda: listed(plan.name for plan in long[:3])),
            end=shown_day(ends),
        )
        verdict, expires = Verdict.MET, ends
    else:
        value = line(_("複数年の計画で、AIに触れた効力のあるものは0件です（単年度 %(n)s件）"), n=len(plans))
        verdict, expires = (Verdict.PARTLY if plans else Verdict.UNMET), None
    return _proof(_("AIに触れた長期計画"), value, verdict, "mandates:plans", {"plans": len(long)}, expires)


@proves("G.2", page="mandates:bodies")
def governance_body(scope: Scope) -> Proof:
    """A body in force with an executive and a member from the ground, and when it last met (G.2)."""
    today = timezone.localdate()
    bodies = mandates.bodies_in_force(scope.municipality)
    mixed = [body for body in bodies if body.is_mixed]
    last = max((body.last_meeting for body in mixed or bodies if body.last_meeting), default=None)
    recent = last is not None and (today - last).days <= MEETING_DAYS
    if not bodies:
        verdict, value = Verdict.UNMET, line(_("AIを検討する体制がまだありません"))
    else:
        verdict = Verdict.MET if mixed and recent else Verdict.PARTLY
        value = line(
            _("検討体制%(n)s（幹部%(executives)s人、現場の職員%(ground)s人）、最後の会議%(last)s"),
            n=len(bodies),
            executives=sum(body.executives for body in bodies),
            ground=sum(body.ground for body in bodies),
            last=shown_day(last),
        )
    expires = last + datetime.timedelta(days=MEETING_DAYS) if last and verdict == Verdict.MET else None
    figures: dict[str, object] = {"bodies": len(bodies), "mixed": len(mixed)}
    return _proof(_("幹部と現場が加わる検討体制"), value, verdict, "mandates:bodies", figures, expires)


def _duty(scope: Scope, duty: Mandate.Duty, title: StrOrPromise) -> Proof:
    held = mandates.duties(scope.municipality)[duty]
    ends = [one.until for one in held]
    last = max((day for day in ends if day), default=None) if held and None not in ends else None
    value = (
        line(
            _("%(names)sさんが務めています"), names=lazystr_of(lambda: listed(one.person for one in held[:3]))
        )
        if held
        else line(_("務める人が決まっていません"))
    )
    verdict = Verdict.MET if held else Verdict.UNMET
    return _proof(title, value, verdict, "mandates:overview", {"people": len(held)}, last)


@proves("G.3", page="mandates:overview")
def answers_for_use(scope: Scope) -> Proof:
    """Who is responsible for making good use of AI, and whether the period covers today (G.3)."""
    return _duty(scope, Mandate.Duty.USE, _("AIを活用する責任者"))


@proves("G.4", page="mandates:overview")
def answers_for_risk(scope: Scope) -> Proof:
    """Who is responsible for managing the risk of AI, and whether the period covers today (G.4)."""
    return _duty(scope, Mandate.Duty.RISK, _("AIのリスクを管理する責任者"))


@proves("P8.1.2", page="mandates:overview")
def powers_and_resources(scope: Scope) -> Proof:
    """Mandates that state powers and resources, and requests that wait for an answer too long (P8.1.2)."""
    fact = mandates.resources(scope.municipality)
    value = line(
        _(
            "権限と予算・人員が書かれた責任 %(stated)s/%(total)s件、回答を待つ要望%(open)s件（うち期限超過%(late)s件）"
        ),
        stated=fact.stated,
        total=fact.mandates,
        open=fact.open,
        late=fact.late,
    )
    good = Verdict.MET if fact.stated == fact.mandates and not fact.late else Verdict.PARTLY
    figures: dict[str, object] = {"stated": fact.stated, "total": fact.mandates, "late": fact.late}
    verdict = good if fact.stated else Verdict.UNMET
    return _proof(_("責任者の権限と予算・人員"), value, verdict, "mandates:overview", figures)


@proves("P6.1.2", page="accounts:people")
def second_factors(scope: Scope) -> Proof:
    """Accounts without a second factor; those that govern (administrators, IT staff) must have one (P6.1.2)."""
    town = scope.municipality
    without = accounts.people_without_second_factor(town)
    governing = accounts.people_with(town, Role.ADMINISTRATOR, Role.IT_STAFF)
    bare = governing.filter(pk__in=without.values("pk")).count()
    people, lacking = accounts.active_people(town).count(), without.count()
    value = line(
        _("二要素認証のないアカウント %(lacking)s/%(people)s件（うち管理者・IT担当者%(bare)s件）"),
        lacking=lacking,
        people=people,
        bare=bare,
    )
    verdict = Verdict.UNMET if bare or not people else Verdict.PARTLY if lacking else Verdict.MET
    figures: dict[str, object] = {"people": people, "without": lacking, "governing": bare}
    return _proof(_("二要素認証"), value, verdict, "accounts:people", figures)


@proves("P6.1.2", page="accounts:people")
def stale_grants(scope: Scope) -> Proof:
    """Role grants that hold although their person left or their department was closed (P6.1.2)."""
    left = accounts.grants_of_inactive_people(scope.municipality).count()
    closed = accounts.grants_of_closed_departments(scope.municipality).count()
    value = line(
        _("使えない人に残る役割%(left)s件、廃止した部署に残る役割%(closed)s件"), left=left, closed=closed
    )
    verdict = Verdict.UNMET if left or closed else Verdict.MET
    figures: dict[str, object] = {"left": left, "closed": closed}
    return _proof(_("残ったままの役割"), value, verdict, "accounts:people", figures)


@proves("G.6", page="audit:trail")
def trail_holds(scope: Scope) -> Proof:
    """The trail of what people changed verifies from end to end, so that what it says of improvement can be believed (G.6)."""
    head, breaks = trail.verify(scope.municipality.chain)
    if breaks:
        verdict = Verdict.UNMET
        value = line(
            _("操作の記録に不整合が%(n)s件あります（最初は%(seq)s番）"), n=len(breaks), seq=breaks[0].seq
        )
    else:
        verdict = Verdict.MET if head.seq else Verdict.UNKNOWN
        value = line(_("操作の記録は改ざんされていません（不整合0件）"))
    return _proof(_("操作の記録の検証"), value, verdict, "audit:trail", {"breaks": len(breaks)})


@proves("G.6", page="evidence:findings")
def findings_are_worked_on(scope: Scope) -> Proof:
    """Open findings, how many are past their date, and the age of the oldest in days (G.6)."""
    today = timezone.localdate()
    rows = Finding.objects.filter(municipality=scope.municipality)
    working = rows.filter(state__in=[Finding.State.OPEN, Finding.State.PLANNED])
    late = working.filter(due_on__lt=today).count()
    oldest = working.order_by("raised_at").values_list("raised_at", flat=True).first()
    age = (today - timezone.localtime(oldest).date()).days if oldest else 0
    closed = rows.filter(state=Finding.State.CLOSED).count()
    value = line(
        _("対応中の指摘%(n)s件（期限超過%(late)s件、最も古いもの%(age)s日）、完了%(closed)s件"),
        n=working.count(),
        late=late,
        age=age,
        closed=closed,
    )
    verdict = (Verdict.UNMET if age > 183 else Verdict.PARTLY) if late else Verdict.MET
    figures: dict[str, object] = {"open": working.count(), "late": late, "age_days": age}
    return _proof(_("指摘の状況"), value, verdict, "evidence:findings", figures)


@proves("G.12", page="evidence:findings")
def lapses_are_found(scope: Scope) -> Proof:
    """Findings raised by themselves in the last year, and the hours from lapse to finding (G.12)."""
    since = timezone.now() - datetime.timedelta(days=365)
    rows = Finding.objects.filter(
        municipality=scope.municipality, lapsed_at__isnull=False, raised_at__gte=since
    )
    waits = [
        max((raised - lapsed).total_seconds() / 3600, 0)
        for lapsed, raised in rows.values_list("lapsed_at", "raised_at")
    ]
    unwatched = _unwatched(scope)
    if unwatched:
        value = line(_("期限が切れたのに指摘のない証跡が%(n)s件あります"), n=unwatched)
        verdict = Verdict.UNMET
    elif waits:
        longest = max(waits)
        value = line(
            _(
                "自動で登録された指摘%(n)s件、失効から登録まで中央値%(median)s時間・最長%(longest)s時間（直近1年）"
            ),
            n=len(waits),
            median=f"{_median(waits):.0f}",
            longest=f"{longest:.0f}",
        )
        verdict = Verdict.MET if longest <= LAPSE_HOURS else Verdict.PARTLY
    else:
        value = line(_("証跡の期限と判定を1時間ごとに確かめています。直近1年の失効は0件です"))
        verdict = Verdict.MET
    figures: dict[str, object] = {"raised": len(waits), "longest_hours": round(max(waits, default=0), 1)}
    return _proof(_("実施されていない項目の早期発見"), value, verdict, "evidence:findings", figures)


def _unwatched(scope: Scope) -> int:
    """Items past their day for more than LAPSE_HOURS for which no finding was ever raised."""
    places = {(one.kind, one.id) for one in scopes.every(scope.municipality)}
    limit = timezone.localdate() - datetime.timedelta(hours=LAPSE_HOURS)
    lapsed = lapses.lapsed_items(scope.municipality).filter(expires_on__lt=limit)
    told = set(
        Finding.objects.filter(municipality=scope.municipality, cause=Finding.Cause.LAPSE).values_list(
            "scope_kind", "scope_id", "control_id"
        )
    )
    return sum(
        (item.scope_kind, item.scope_id) in places
        and (item.scope_kind, item.scope_id, item.control_id) not in told
        for item in lapsed
    )


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
