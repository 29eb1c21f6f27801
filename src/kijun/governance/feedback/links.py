"""What feedback tells the other apps: menu, waiting tasks, belongings, departures, a section of a system's page, what stands beside a record, words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.accounts import belongings, departures, waiting
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.audit import words
from kijun.governance.feedback import actions, queries, rates
from kijun.governance.feedback.actions.moving import open_of
from kijun.governance.feedback.models import Doubt, ImprovementRequest, Opinion, Report
from kijun.governance.interactions import beside
from kijun.governance.interactions.searching import Interaction
from kijun.governance.inventory import panels
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web import navigation

DONE = (Report.State.CLOSED, Report.State.WITHDRAWN)


def tasks(person: Person) -> Iterable[waiting.Task]:
    """Reports to answer, answers to read, requests to follow, what executives decide."""
    for one in queries.to_answer(person):
        yield waiting.Task(
            gettext("報告 %(code)s に回答する") % {"code": one.code},
            _("回答への報告"),
            one.get_absolute_url(),
            one.due_on,
        )
    for one in queries.mine(person).filter(answered_at__isnull=False, read_at=None).exclude(state__in=DONE):
        title = gettext("報告 %(code)s への回答を読む") % {"code": one.code}
        yield waiting.Task(title, _("自分の報告"), one.get_absolute_url())
    roles = person.roles_today()
    yield from _requests(person, everything=Role.IT_STAFF in roles)
    if Role.EXECUTIVE in roles:
        for each in queries.waiting_escalations(person):
            title = gettext("報告 %(code)s について判断する") % {"code": each.report.code}
            yield waiting.Task(title, _("上げられた報告"), each.report.get_absolute_url())
    if Role.IT_STAFF in roles:
        yield from _late(person)


def _requests(person: Person, *, everything: bool) -> Iterable[waiting.Task]:
    """The owner follows requests; IT staff those whose system has no owner, and all that are late."""
    state = ImprovementRequest.State
    verbs = {
        state.DRAFT: gettext("改善要望 %(code)s を事業者に送る"),
        state.ASKED: gettext("改善要望 %(code)s の回答を事業者に確かめる"),
        state.ANSWERED: gettext("改善要望 %(code)s が直ったかを試す"),
    }
    rows = queries.requests(person.municipality).filter(state__in=list(verbs))
    wanted = Q(system__owner=person)
    if everything:
        wanted |= Q(system__owner=None) | Q(made_by=person) | Q(due_on__lt=timezone.localdate())
    for one in rows.filter(wanted):
        title = verbs[state(one.state)] % {"code": one.code}
        yield waiting.Task(title, _("改善要望"), one.get_absolute_url(), one.due_on)


def _late(person: Person) -> Iterable[waiting.Task]:
    rows = queries.overdue(queries.reports(person.municipality)).exclude(Q(handler=None) | Q(handler=person))
    days = list(rows.values_list("due_on", flat=True))
    if days:
        yield waiting.Task(
            gettext("期限を過ぎた報告%(n)s件の回答を、担当者に依頼する") % {"n": len(days)},
            _("回答への報告"),
            reverse("feedback:reports") + "?late=yes",
            min(days),
        )


def count(request: HttpRequest) -> int:
    """What waits for this person's answer."""
    return queries.to_answer(request.user).count()  # type: ignore[arg-type]  # who_may lets only a person in


def count_unread(request: HttpRequest) -> int:
    """Answers that this person has not read."""
    rows = queries.mine(request.user)  # type: ignore[arg-type]  # who_may lets only a person in
    return rows.filter(answered_at__isnull=False, read_at=None).exclude(state__in=DONE).count()


# --- people who move ------------------------------------------------------------------------


def kept_reports(people: Sequence[Person]) -> Iterable[tuple[int, belongings.Belonging]]:
    """Reports that wait for these people's answer."""
    for one in open_of(people):
        assert one.handler_id is not None
        yield (
            one.handler_id,
            belongings.Belonging(
                "feedback.report",
                str(one.pk),
                one.code,
                _("報告に回答する人"),
                "handler",
                one.get_absolute_url(),
            ),
        )


def _give_report(thing_id: str, old: Person, new: Person, actor: Person) -> None:
    actions.hand_over(actor, Report.objects.of(old.municipality).get(pk=thing_id), old, new)


# --- sections of other pages ----------------------------------------------------------------


def _panel(request: StaffRequest, system: AISystem) -> dict[str, Any]:
    since = rates.since()
    opinions = Opinion.objects.filter(system=system, at__gte=since).select_related("system", "department")
    reports = queries.reports(system.municipality).filter(system=system)
    counted = rates.of(opinions, reports.filter(reported_at__gte=since)).whole
    return {
        "rate": counted,
        "months": rates.MONTHS,
        "kinds": [(one.label, counted.kinds[one.value]) for one in Doubt if counted.kinds[one.value]],
        "open": reports.filter(state__in=queries.OPEN).count(),
        "late": queries.overdue(reports).count(),
        "requests": queries.visible_requests(request.user).filter(system=system)[:5],
        "system": system,
        "may_list": request.user.has_perm("feedback.ask", system) or request.user.has_perm("feedback.list"),
    }


def _beside_record(request: StaffRequest, one: Interaction, own: bool) -> dict[str, Any] | None:
    """Buttons below one's own answer; for others who may open it, the way to a report."""
    if one.answer is None or not request.user.has_perm("feedback.give"):
        return None
    given = queries.given(request.user, [one.id])[one.id] if own else None
    return {"answer": one.id, "given": given, "own": own}


def register_all() -> None:
    """Called once, when Django starts."""
    waiting.register(tasks)
    departures.register(actions.end_of_departed)
    belongings.register(
        belongings.Keeper(
            "feedback.report:handler",
            lambda person: [one for _pk, one in kept_reports([person])],
            _give_report,
            kept_reports,
        )
    )
    beside.register(beside.Beside("feedback", "feedback/_beside.html", _beside_record))
    for link in (
        navigation.Link(
            "use",
            _("自分の報告"),
            "feedback:mine",
            "feedback.give",
            order=60,
            count=count_unread,
            about=_("おかしいと思って報告した回答と、その返事。"),
        ),
        navigation.Link(
            "monitoring",
            _("回答への報告"),
            "feedback:reports",
            "feedback.list",
            order=27,
            count=count,
            about=_("職員が報告した、おかしな回答に返事をする。"),
        ),
        navigation.Link(
            "monitoring",
            _("改善要望"),
            "feedback:requests",
            "feedback.list",
            order=28,
            about=_("事業者に頼んだ改善と、直ったかどうか。"),
        ),
        navigation.Link(
            "monitoring",
            _("回答の評価"),
            "feedback:rates",
            "feedback.list",
            order=29,
            about=_("回答が役に立ったかどうかの割合。"),
        ),
    ):
        navigation.register(link)
    panels.register(panels.Panel("feedback", _("回答への声"), "feedback/panel.html", _panel, order=76))
    words.add_actions(ACTIONS)
    words.add_kinds(KINDS)
    words.add_fields(FIELDS)
    words.add_values("feedback.report", {"kinds": dict(Doubt.choices)})


ACTIONS: dict[str, StrOrPromise] = {
    "feedback.reported": _("AIの回答・システムについて報告した"),
    "feedback.report_added": _("報告に書き足した"),
    "feedback.withdrawn": _("報告を取り下げた"),
    "feedback.acknowledged": _("報告を受け付けた"),
    "feedback.answered": _("報告に回答した"),
    "feedback.answer_changed": _("報告への回答を書き直した"),
    "feedback.closed": _("報告の対応を完了した"),
    "feedback.handler_set": _("報告に回答する人を決めた"),
    "feedback.escalated": _("報告を上げた（インシデント、または首長・CDOの判断）"),
    "feedback.settled": _("上げられた報告について判断した"),
    "feedback.request_made": _("改善要望を書いた"),
    "feedback.request_changed": _("改善要望を書き直した"),
    "feedback.request_joined": _("改善要望に報告を加えた"),
    "feedback.request_left": _("改善要望から報告を外した"),
    "feedback.request_asked": _("事業者に改善を求めた"),
    "feedback.request_asked_again": _("事業者にもう一度改善を求めた"),
    "feedback.request_answered": _("事業者の回答を記録した"),
    "feedback.request_verified": _("直ったことを確かめた"),
}
KINDS: dict[str, StrOrPromise] = {
    "feedback.report": _("回答への報告"),
    "feedback.improvementrequest": _("改善要望"),
    "feedback.nobody": _("名前を出さない報告"),
}
FIELDS: dict[str, StrOrPromise] = {
    "kinds": pgettext_lazy("doubt", "気になる点"),
    "report": _("報告"),
    "reports": _("報告"),
    "decision": _("判断と指示"),
}
