"""What incidents tell the other apps: menu, waiting tasks, belongings, departures, a system's page, what stands beside a record, escalations, words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

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
from kijun.governance.feedback import escalations
from kijun.governance.feedback.models import Report
from kijun.governance.incidents import actions, queries
from kijun.governance.incidents.actions.moving import led_by, preventions_of
from kijun.governance.incidents.models import (
    OPEN,
    Course,
    Harm,
    Incident,
    Playbook,
    Prevention,
    Residents,
    Severity,
    State,
    SystemPlan,
    Whom,
)
from kijun.governance.interactions import beside
from kijun.governance.interactions.searching import Interaction
from kijun.governance.inventory import panels, remains
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web import navigation, search

KIND = _("インシデント")
SOON = 14
"""Days before a drill is due."""


def tasks(person: Person) -> Iterable[waiting.Task]:
    """Incidents to lead, what is to be prevented, what executives decide, lessons to read, drills to hold."""
    yield from _led(person)
    for row in queries.preventions(person):
        title = gettext("%(code)s の再発防止：%(what)s") % {
            "code": row.incident.code,
            "what": row.what[:40],
        }
        yield waiting.Task(title, KIND, row.incident.get_absolute_url(), row.due_on)
    for lesson in queries.unread(person):
        yield waiting.Task(
            gettext("教訓「%(title)s」を読む") % {"title": lesson.title},
            _("インシデントの教訓"),
            lesson.get_absolute_url(),
        )
    roles = person.roles_today()
    if Role.EXECUTIVE in roles:
        yield from _to_watch(person)
        yield from _to_decide(person)
    if Role.IT_STAFF in roles:
        yield from _to_drill(person)


def _led(person: Person) -> Iterable[waiting.Task]:
    verbs = {
        State.RECEIVED: gettext("インシデント %(code)s の対応を始める"),
        State.HANDLING: gettext("インシデント %(code)s に対応する"),
        State.CONTAINED: gettext("インシデント %(code)s の原因と再発防止をまとめる"),
    }
    rows = list(queries.led(person))
    due = queries.next_due(rows)
    for one in rows:
        until = due.get(one.pk)
        day = None if until is None else timezone.localdate(until)
        if one.state == State.RECEIVED:
            day = timezone.localdate(one.opened_at)
        yield waiting.Task(verbs[State(one.state)] % {"code": one.code}, KIND, one.get_absolute_url(), day)


def _to_watch(person: Person) -> Iterable[waiting.Task]:
    """A serious incident is before executives from its report on, not only when its closing is to be decided."""
    rows = queries.incidents(person.municipality).filter(
        state__in=(State.RECEIVED, State.HANDLING), severity=Severity.SERIOUS
    )
    for one in rows.exclude(leader=person):
        title = gettext("重大なインシデント %(code)s の状況を確かめる") % {"code": one.code}
        yield waiting.Task(title, KIND, one.get_absolute_url(), timezone.localdate(one.opened_at))


def _to_decide(person: Person) -> Iterable[waiting.Task]:
    rows = queries.incidents(person.municipality).filter(state=State.CONTAINED, was_serious=True)
    for one in rows.exclude(cause="").exclude(leader=person):
        title = gettext("インシデント %(code)s の完了を判断する") % {"code": one.code}
        yield waiting.Task(title, KIND, one.get_absolute_url())
    for version in Playbook.objects.of(person.municipality).filter(state=Playbook.State.PROPOSED):
        title = gettext("「%(name)s」を承認する") % {"name": version}
        yield waiting.Task(title, _("手順書"), version.get_absolute_url())


def _to_drill(person: Person) -> Iterable[waiting.Task]:
    due = queries.next_drill(person.municipality)
    if due is not None and (due - timezone.localdate()).days <= SOON:
        yield waiting.Task(_("インシデント対応の訓練をする"), _("訓練"), reverse("incidents:drills"), due)


def count(request: HttpRequest) -> int:
    """Open incidents that this person leads."""
    return queries.led(request.user).count()  # type: ignore[arg-type]  # who_may lets only a person in


def count_unread(request: HttpRequest) -> int:
    """Lessons that this person has not read."""
    return queries.unread(request.user).count()  # type: ignore[arg-type]  # who_may lets only a person in


def take(actor: Person, report: Report, why: str) -> str:
    """A report on an answer that was escalated."""
    return actions.open_from_report(actor, report, why).get_absolute_url()


# --- people who move ------------------------------------------------------------------------


def kept_incidents(people: Sequence[Person]) -> Iterable[tuple[int, belongings.Belonging]]:
    """Open incidents that these people lead."""
    for one in led_by(people):
        assert one.leader_id is not None
        yield (
            one.leader_id,
            belongings.Belonging(
                "incidents.incident",
                str(one.pk),
                str(one),
                _("指揮をとる人"),
                "leader",
                one.get_absolute_url(),
            ),
        )


def kept_preventions(people: Sequence[Person]) -> Iterable[tuple[int, belongings.Belonging]]:
    """What these people are to do so that it does not happen again."""
    for one in preventions_of(people):
        assert one.person_id is not None
        label = f"{one.incident.code} {one.what[:60]}"
        yield (
            one.person_id,
            belongings.Belonging(
                "incidents.prevention",
                str(one.pk),
                label,
                _("再発防止を担当する人"),
                "person",
                one.incident.get_absolute_url(),
            ),
        )


def _give_incident(thing_id: str, old: Person, new: Person, actor: Person) -> None:
    rows = Incident.objects.of(old.municipality).select_related("municipality", "system__owner", "leader")
    actions.hand_over_incident(actor, rows.get(pk=thing_id), old, new)


def _give_prevention(thing_id: str, old: Person, new: Person, actor: Person) -> None:
    rows = Prevention.objects.of(old.municipality).select_related("municipality", "incident", "person")
    actions.hand_over_prevention(actor, rows.get(pk=thing_id), old, new)


# --- sections of other pages ----------------------------------------------------------------


def _panel(request: StaffRequest, system: AISystem) -> dict[str, Any]:
    rows = queries.visible(request.user).filter(system=system)
    return {
        "incidents": [(one, queries.TONES[State(one.state)]) for one in rows[:5]],
        "open": rows.filter(state__in=OPEN).count(),
        "total": rows.count(),
        "plan": SystemPlan.objects.filter(system=system).first(),
        "may_plan": request.user.has_perm("incidents.plan", system),
        "last_drill": queries.drills(system.municipality).filter(system=system).first(),
        "system": system,
    }


def _beside_record(request: StaffRequest, one: Interaction, own: bool) -> dict[str, Any] | None:
    """The way to a report, and the incidents that this person sees of this interaction."""
    if not request.user.has_perm("incidents.report"):
        return None
    known = queries.visible(request.user).filter(tied__interaction=one.id)
    return {"interaction": one.id, "incidents": list(known[:5])}


def remaining(system: AISystem) -> Iterable[remains.Remain]:
    """Incidents of a system that is no longer used and that are not over."""
    for one in queries.incidents(system.municipality).filter(system=system, state__in=OPEN):
        words_ = gettext("終わっていないインシデント：%(code)s") % {"code": one.code}
        yield remains.Remain(words_, one.get_absolute_url())


def find_incidents(request: HttpRequest, words_: str) -> Iterable[search.Hit]:
    """Incidents within reach, by number, title, what happened or system."""
    rows = queries.visible(request.user)  # type: ignore[arg-type]  # who_may lets only a person in
    for word in words_.split():
        rows = rows.filter(search.containing(word, ("shown_code", "title", "what", "system__name")))
    return [search.Hit(str(one), one.get_absolute_url(), one.get_state_display()) for one in rows[:20]]


def find_lessons(request: HttpRequest, words_: str) -> Iterable[search.Hit]:
    """Published lessons."""
    rows = queries.lessons(request.municipality)  # type: ignore[attr-defined]  # set by TenancyMiddleware
    for word in words_.split():
        rows = rows.filter(search.containing(word, ("title", "happened", "learnt", "do")))
    return [search.Hit(one.title, one.get_absolute_url()) for one in rows[:20]]


def register_all() -> None:
    """Called once, when Django starts."""
    search.register(KIND, find_incidents)
    search.register(_("インシデントの教訓"), find_lessons)
    waiting.register(tasks)
    departures.register(actions.end_of_departed)
    escalations.register(take)
    remains.register(remaining)
    for key, find_many, give in (
        ("incidents.incident:leader", kept_incidents, _give_incident),
        ("incidents.prevention:person", kept_preventions, _give_prevention),
    ):
        belongings.register(belongings.Keeper(key, _finder(find_many), give, find_many))
    beside.register(beside.Beside("incidents", "incidents/_beside.html", _beside_record))
    for link in _menu():
        navigation.register(link)
    panels.register(panels.Panel("incidents", KIND, "incidents/panel.html", _panel, order=78))
    words.add_actions(ACTIONS)
    words.add_kinds(KINDS)
    words.add_fields(FIELDS)
    words.add_values("incidents.incident", VALUES)


def _menu() -> Iterable[navigation.Link]:
    yield navigation.Link(
        "desk",
        _("インシデント報告"),
        "incidents:report",
        "incidents.report",
        order=20,
        about=_("AIで害が出た、出そうになったことを、すぐ知らせる。"),
    )
    yield navigation.Link(
        "desk",
        KIND,
        "incidents:incidents",
        "incidents.report",
        order=21,
        count=count,
        about=_("報告された件の対応、連絡、再発防止。"),
    )
    yield navigation.Link(
        "desk",
        _("対応手順・訓練"),
        "incidents:playbook",
        "incidents.playbook",
        order=22,
        about=_("だれが止め、だれに連絡するか。AIごとの備えと訓練。"),
    )
    yield navigation.Link(
        "learning",
        _("インシデントの教訓"),
        "incidents:lessons",
        "incidents.lessons",
        order=40,
        count=count_unread,
        about=_("庁内で起きたことから分かった、防ぎ方。"),
    )


def _finder(find_many: Any) -> Any:
    return lambda person: [one for _pk, one in find_many([person])]


ACTIONS: dict[str, StrOrPromise] = {
    "incidents.opened": _("インシデントを報告した"),
    "incidents.taken_up": _("インシデントの対応を始めた"),
    "incidents.measured": _("措置を記録した"),
    "incidents.stopped": _("インシデントのためAIを止めた"),
    "incidents.course_decided": _("AIの使い方を判断した"),
    "incidents.changed": _("インシデントの内容を見直した"),
    "incidents.leader_set": _("指揮をとる人を決めた"),
    "incidents.step_done": _("手順を済みにした"),
    "incidents.step_unneeded": _("手順を不要とした"),
    "incidents.notice_saved": _("連絡の予定・文章を保存した"),
    "incidents.told": _("連絡したことを記録した"),
    "incidents.notice_unneeded": _("連絡を不要とした"),
    "incidents.contained": _("インシデントを収束とした"),
    "incidents.resumed": _("インシデントを対応中に戻した"),
    "incidents.explained": _("原因と手当てを記録した"),
    "incidents.prevention_added": _("再発防止を決めた"),
    "incidents.prevention_done": _("再発防止を済みにした"),
    "incidents.prevention_given": _("再発防止の担当を替えた"),
    "incidents.closed": _("インシデントを完了とした"),
    "incidents.withdrawn": _("インシデントを取り下げた"),
    "incidents.lesson_saved": _("教訓を書いた"),
    "incidents.lesson_published": _("教訓を公開した"),
    "incidents.lesson_unpublished": _("教訓の公開を取りやめた"),
    "incidents.playbook_drafted": _("手順書の新しい版を作り始めた"),
    "incidents.playbook_changed": _("手順書を書き直した"),
    "incidents.playbook_step_saved": _("手順書の手順を保存した"),
    "incidents.playbook_step_removed": _("手順書の手順を削除した"),
    "incidents.playbook_proposed": _("手順書の承認を求めた"),
    "incidents.playbook_returned": _("手順書を下書きに戻した"),
    "incidents.playbook_adopted": _("手順書を承認した"),
    "incidents.playbook_reviewed": _("手順書を見直した（変更なし）"),
    "incidents.plan_saved": _("AIシステムごとの備えを保存した"),
    "incidents.drill_recorded": _("訓練を記録した"),
}
KINDS: dict[str, StrOrPromise] = {
    "incidents.incident": KIND,
    "incidents.lesson": _("インシデントの教訓"),
    "incidents.playbook": _("手順書"),
    "incidents.systemplan": _("AIシステムごとの備え"),
    "incidents.drill": _("訓練"),
}
FIELDS: dict[str, StrOrPromise] = {
    "harms": _("害の種類"),
    "step": _("手順"),
    "whom": _("連絡する相手"),
    "stop": pgettext_lazy("trail", "停止の番号"),
    "holds_kept": _("入出力記録の保全を続ける"),
    "at": _("日時"),
    "what": _("すること"),
    "due_at": _("期限"),
    "due_on": _("期限"),
    "leader": _("指揮をとる人"),
}
VALUES: dict[str, dict[Any, StrOrPromise]] = {
    "whom": dict(Whom.choices),
    "harms": dict(Harm.choices),
    "severity": dict(Severity.choices),
    "residents": dict(Residents.choices),
    "course": dict(Course.choices),
}
