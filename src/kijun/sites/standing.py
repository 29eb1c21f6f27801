"""How AI governance stands, for the home page: one line of figures, and what is past its date.

Everybody sees what they may open: who reads the whole town its figures, the others those of the systems near their
departments. The number of queries does not grow with systems, findings or assessments.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.assessments import queries as assessments
from kijun.governance.assessments.models import OPEN_STATES, Assignment
from kijun.governance.assessments.tallies import Tally
from kijun.governance.evidence import queries as evidence
from kijun.governance.evidence.models import Finding
from kijun.governance.inventory.models import IN_USE, AISystem, Stage
from kijun.governance.inventory.queries import visible_systems
from kijun.governance.register.models import Kind
from kijun.governance.register.queries import with_register
from kijun.governance.risks.models import Tier
from kijun.governance.risks.queries import with_tier
from kijun.web.punctuation import labelled, listed
from kijun.web.templatetags.kit import named

LEADING = frozenset({Role.IT_STAFF, Role.OWNER, Role.APPROVER, Role.EXECUTIVE, Role.AUDITOR})
"""Roles that are told what other people are late with."""
WORKING = (Finding.State.OPEN, Finding.State.PLANNED)
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its unit, a link to where it comes from, and what to look at. An alarming note is marked."""

    label: StrOrPromise
    value: str
    unit: StrOrPromise
    url: str
    note: str = ""
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Late:
    """Something past its date that waits for somebody else."""

    title: str
    kind: StrOrPromise
    who: str
    url: str
    due: datetime.date | None


def _registered(person: Person) -> list[AISystem]:
    """The systems in sight with tier, review date and place in the register; one query."""
    rows = visible_systems(person).filter(registered_at__isnull=False).exclude(stage=Stage.RETIRED)
    rows = with_register(with_tier(rows)).select_related("owner")
    return list(rows.only("pk", "name", "name_en", "stage", "number", "owner__name"))


@dataclass(slots=True)
class Standing:
    """What the home page says about the town, or about the part of it that the person sees."""

    figures: list[Figure]
    late: list[Late]
    late_count: int


def of(person: Person) -> Standing | None:
    """Figures and what is late; None for who may see no system."""
    if not person.has_perm("inventory.view"):
        return None
    systems = _registered(person)
    figures = [_systems(systems), _risk(systems), *_round(person), _findings(person), _public(systems)]
    late: list[Late] = []
    if person.roles_today() & LEADING:
        late = [*_late_findings(person), *_late_answers(person), *_late_reviews(person, systems)]
        late.sort(key=lambda one: (one.due is None, one.due or datetime.date.max))
    return Standing(figures, late[:SHOWN], len(late))


def _systems(systems: list[AISystem]) -> Figure:
    used = sum(one.stage in IN_USE for one in systems)
    note = _("うち利用中 %(n)s件") % {"n": used} if systems else _("まだ登録がありません")
    return Figure(_("AIシステム"), str(len(systems)), _("件"), reverse("inventory:systems"), note)


def _is_due(system: AISystem) -> bool:
    review: datetime.date | None = getattr(system, "risk_review_on", None)
    return review is not None and review < timezone.localdate()


def _risk(systems: list[AISystem]) -> Figure:
    high = sum(getattr(one, "risk_tier", "") in {Tier.HIGH, Tier.CRITICAL} for one in systems)
    due = sum(map(_is_due, systems))
    unknown = sum(not getattr(one, "risk_tier", None) and one.stage != Stage.IDEA for one in systems)
    notes = [_("見直し期限超過 %(n)s件") % {"n": due}] if due else []
    notes += [_("未評価 %(n)s件") % {"n": unknown}] if unknown else []
    label, url = _("リスクが「高」以上"), reverse("risks:overview")
    return Figure(label, str(high), _("件"), url, listed(notes), alarm=bool(notes))


def _round(person: Person) -> Iterator[Figure]:
    """The newest round: how much is answered while it runs, then what share of the controls is carried out."""
    if not person.has_perm("assessments.view"):
        return
    cycle = assessments.newest_cycle(person.municipality)
    rows = list(assessments.visible_assessments(person).filter(cycle=cycle)) if cycle else []
    if cycle is None or not rows:
        note = _("まだ始まっていません")
        yield Figure(_("自己点検"), "—", "", reverse("assessments:cycles"), note)
        return
    whole = Tally()
    for tally in assessments.progress(rows).values():
        whole.merge(tally)
    url = reverse("assessments:cycle", args=[cycle.pk])
    if any(one.state in OPEN_STATES for one in rows):
        late = cycle.due_on < timezone.localdate()
        note = _("提出期限 %(day)s") % {"day": f"{cycle.due_on:%Y/%m/%d}"}
        yield Figure(_("自己点検の回答"), str(whole.percent), "%", url, note, alarm=late)
    else:
        value = "—" if whole.rate is None else f"{whole.rate}"
        yield Figure(_("対策の実施率"), value, "%" if whole.rate is not None else "", url, cycle.name)


def _findings(person: Person) -> Figure:
    overdue = Q(state__in=WORKING, due_on__lt=timezone.localdate())
    rows = evidence.visible_findings(person).exclude(state=Finding.State.CLOSED).order_by()
    counts = rows.aggregate(all=Count("pk"), late=Count("pk", filter=overdue))
    url = reverse("evidence:findings") + ("?due=overdue" if counts["late"] else "?state=unclosed")
    note = _("うち期限超過 %(n)s件") % {"n": counts["late"]} if counts["late"] else ""
    return Figure(_("完了していない指摘"), str(counts["all"]), _("件"), url, note, alarm=bool(note))


def _public(systems: list[AISystem]) -> Figure:
    shown = sum(getattr(one, "live_kind", None) == Kind.ENTRY for one in systems)
    open_ = sum(one.stage in IN_USE and not getattr(one, "live_kind", None) for one in systems)
    note = _("公開するか未決定 %(n)s件") % {"n": open_} if open_ else ""
    return Figure(_("住民に公開中"), str(shown), _("件"), reverse("register:list"), note, alarm=bool(open_))


def _late_findings(person: Person) -> Iterator[Late]:
    rows = evidence.visible_findings(person).filter(state__in=WORKING, due_on__lt=timezone.localdate())
    for one in rows.exclude(owner=person).select_related("owner"):
        who = one.owner.name if one.owner else _("担当者が未定")
        yield Late(
            f"{one.code} {one.shown_title}", _("指摘への対応"), who, one.get_absolute_url(), one.due_on
        )


def _late_answers(person: Person) -> Iterator[Late]:
    rows = Assignment.objects.filter(
        assessment__in=assessments.visible_assessments(person).filter(state__in=OPEN_STATES),
        finished_at=None,
        due_on__lt=timezone.localdate(),
    ).select_related("assessment__cycle", "assessment__system", "department", "person")
    for one in rows.defer("assessment__frozen"):
        who = one.person.name if one.person else named(one.department) if one.department else ""
        url = reverse("assessments:assessment", args=[one.assessment_id])
        yield Late(
            labelled(one.assessment, one.get_role_display()), _("自己点検への回答"), who, url, one.due_on
        )


def _late_reviews(person: Person, systems: list[AISystem]) -> Iterator[Late]:
    """Risk assessments past their review date. IT staff and the owner have them among their own tasks."""
    if Role.IT_STAFF in person.roles_today():
        return
    for one in filter(_is_due, systems):
        if one.owner_id != person.pk:
            who = one.owner.name if one.owner else _("担当者が未定")
            url, due = reverse("inventory:system", args=[one.pk]), getattr(one, "risk_review_on", None)
            yield Late(named(one), _("リスクの再評価"), who, url, due)
