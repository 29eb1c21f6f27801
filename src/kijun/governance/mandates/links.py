"""What responsibilities tell the rest: menu, words for the trail, what waits, what hangs on a person who moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kijun.governance.accounts import belongings, waiting
from kijun.governance.accounts.models import Person
from kijun.governance.audit import words
from kijun.governance.mandates import actions
from kijun.governance.mandates.models import Mandate, Member, ResourceRequest
from kijun.web import navigation


def unanswered(person: Person) -> Iterable[waiting.Task]:
    """Requests that wait for an answer from the executives."""
    if "executive" not in person.roles_today():
        return
    rows = ResourceRequest.objects.filter(municipality=person.municipality_id, answer="")
    for one in rows.exclude(asked_by=person):
        title = _("「%(what)s」に回答する") % {"what": one.what}
        url = reverse("mandates:answer", args=[one.pk])
        yield waiting.Task(title, _("予算・人員の求め"), url, one.due_on)


Found = Iterable[tuple[int, belongings.Belonging]]


def _mandates(people: Sequence[Person]) -> Found:
    today = timezone.localdate()
    rows = Mandate.objects.filter(Q(valid_to=None) | Q(valid_to__gte=today), person__in=people)
    for one in rows:
        url = reverse("mandates:mandate", args=[one.pk])
        label = one.get_duty_display()
        yield (
            one.person_id,
            belongings.Belonging("mandates.mandate", str(one.pk), label, _("責任者"), "person", url),
        )


def _memberships(people: Sequence[Person]) -> Found:
    today = timezone.localdate()
    rows = Member.objects.filter(Q(valid_to=None) | Q(valid_to__gte=today), person__in=people)
    for one in rows.select_related("body"):
        url = reverse("mandates:body", args=[one.body_id])
        assert one.person_id is not None
        yield (
            one.person_id,
            belongings.Belonging("mandates.member", str(one.pk), one.body.name, _("委員"), "person", url),
        )


def _deputies(people: Sequence[Person]) -> Found:
    today = timezone.localdate()
    rows = Mandate.objects.filter(Q(valid_to=None) | Q(valid_to__gte=today), deputy__in=people)
    for one in rows:
        url = reverse("mandates:mandate", args=[one.pk])
        label, role = one.get_duty_display(), _("不在のときに代わる人")
        assert one.deputy_id is not None
        yield one.deputy_id, belongings.Belonging("mandates.mandate", str(one.pk), label, role, "deputy", url)


def _give_deputy(thing_id: str, old: Person, new: Person, actor: Person) -> None:
    actions.succeed_deputy(
        Mandate.objects.select_for_update(of=("self",)).get(pk=thing_id, deputy=old), new, actor
    )


def _keeper(model: type[Mandate] | type[Member], find_many: Callable[[Sequence[Person]], Found]) -> None:
    def give(thing_id: str, old: Person, new: Person, actor: Person) -> None:
        row = model._default_manager.select_for_update().get(pk=thing_id, person=old)
        actions.succeed(row, new, actor)

    belongings.register(
        belongings.Keeper(
            f"{model._meta.label_lower}:person",
            lambda person: [one for _pk, one in find_many([person])],
            give,
            find_many,
        )
    )


def register() -> None:
    """Called once, when the app is ready."""
    navigation.register(
        navigation.Link(
            "learning",
            gettext_lazy("責任体制"),
            "mandates:overview",
            "mandates.read",
            order=10,
            about=gettext_lazy("だれがAIの何に責任を持ち、何を決められるか。"),
        )
    )
    waiting.register(unanswered)
    _keeper(Mandate, _mandates)
    _keeper(Member, _memberships)
    belongings.register(
        belongings.Keeper(
            "mandates.mandate:deputy",
            lambda person: [one for _pk, one in _deputies([person])],
            _give_deputy,
            _deputies,
        )
    )
    words.add_actions(
        {
            "mandates.mandate_added": gettext_lazy("責任者を登録した"),
            "mandates.mandate_changed": gettext_lazy("責任者の内容を変更した"),
            "mandates.mandate_ended": gettext_lazy("責任者の任期を終えた"),
            "mandates.mandate_handed_over": gettext_lazy("責任者を引き継いだ"),
            "mandates.deputy_handed_over": gettext_lazy("代わる人を引き継いだ"),
            "mandates.body_added": gettext_lazy("検討体制を登録した"),
            "mandates.body_changed": gettext_lazy("検討体制の内容を変更した"),
            "mandates.body_ended": gettext_lazy("検討体制を終えた"),
            "mandates.member_added": gettext_lazy("委員を追加した"),
            "mandates.member_changed": gettext_lazy("委員の内容を変更した"),
            "mandates.member_ended": gettext_lazy("委員の任期を終えた"),
            "mandates.member_handed_over": gettext_lazy("委員を引き継いだ"),
            "mandates.meeting_added": gettext_lazy("会議を登録した"),
            "mandates.meeting_changed": gettext_lazy("会議の内容を変更した"),
            "mandates.attendees_changed": gettext_lazy("会議の出席者を変更した"),
            "mandates.request_added": gettext_lazy("予算・人員を求めた"),
            "mandates.request_answered": gettext_lazy("予算・人員の求めに回答した"),
            "mandates.plan_added": gettext_lazy("計画を登録した"),
            "mandates.plan_changed": gettext_lazy("計画の内容を変更した"),
        }
    )
    words.add_kinds(
        {
            "mandates.mandate": gettext_lazy("責任者"),
            "mandates.body": gettext_lazy("検討体制"),
            "mandates.member": gettext_lazy("委員"),
            "mandates.meeting": gettext_lazy("会議"),
            "mandates.resourcerequest": gettext_lazy("予算・人員の求め"),
            "mandates.plan": gettext_lazy("計画"),
        }
    )
    words.add_fields({"to": gettext_lazy("後任")})
