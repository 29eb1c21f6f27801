"""What approvals tell the apps below: what waits for a person, and what hangs on one who moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from kijun.governance.accounts import belongings, waiting
from kijun.governance.accounts.belongings import Belonging, Keeper
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.waiting import Task
from kijun.governance.approvals import eligibility
from kijun.governance.approvals.actions.routes import pass_on_route
from kijun.governance.approvals.models import Approval, Route, RouteStep, Step, StepKind
from kijun.governance.audit.actions import changes, record
from kijun.governance.organisation import succession
from kijun.governance.organisation.models import Department
from kijun.web.punctuation import bracketed


def tasks(person: Person) -> Iterable[Task]:
    """Steps to decide, decisions to read later, and what came back; three queries."""
    verbs = {
        StepKind.REVIEW: _("「%(title)s」を審査する"),
        StepKind.CONSULT: _("「%(title)s」の合議に答える"),
        StepKind.DECIDE: _("「%(title)s」を決裁する"),
    }
    for step in eligibility.steps_for(person):
        yield _task(verbs[StepKind(step.kind)], step.get_kind_display(), step.approval)
    for step in eligibility.steps_to_view(person):
        yield _task(_("代わりに決裁された「%(title)s」を確かめる"), _("後閲"), step.approval)
    for approval in eligibility.returned_to(person):
        yield _task(_("「%(title)s」を直して、もう一度出す"), _("差戻し"), approval)


def _task(title: str, kind: StrOrPromise, approval: Approval) -> Task:
    return Task(title % {"title": approval.shown_title}, kind, approval.get_absolute_url())


def stuck(person: Person) -> Iterable[Task]:
    """Steps that nobody can decide, for those who can give roles or change routes; one query."""
    if not person.has_perm("approvals.manage_routes"):
        return
    for step in eligibility.stuck(person.municipality):
        title = _("「%(title)s」を行う人を決める") % {
            "title": bracketed(step.approval.shown_title, step.get_kind_display())
        }
        yield Task(title, _("決裁"), step.approval.get_absolute_url())


Found = Iterable[tuple[int, Belonging]]


def _route_steps(people: Sequence[Person]) -> Found:
    for step in RouteStep.objects.filter(person__in=people).select_related("route"):
        assert step.person_id is not None
        yield (
            step.person_id,
            Belonging(
                "approvals.routestep",
                str(step.pk),
                bracketed(step.route.name, step.get_kind_display()),
                gettext_lazy("決裁ルートで指名された人"),
                "person",
                reverse("approvals:route", args=[step.route_id]),
            ),
        )


def _waiting_steps(people: Sequence[Person]) -> Found:
    rows = Step.objects.filter(
        person__in=people, outcome=Step.Outcome.WAITING, approval__state=Approval.State.SUBMITTED
    )
    for step in rows.select_related("approval"):
        assert step.person_id is not None
        yield (
            step.person_id,
            Belonging(
                "approvals.step",
                str(step.pk),
                bracketed(step.approval.shown_title, step.get_kind_display()),
                gettext_lazy("決裁を待っている人"),
                "person",
                step.approval.get_absolute_url(),
            ),
        )


def _give_route_step(thing_id: str, old: Person, new: Person, actor: Person) -> None:
    step = RouteStep.objects.select_related("route__municipality").get(pk=thing_id, person=old)
    step.person = new
    step.save(update_fields=["person"])
    _tell(step.route, old, new, actor)


def _give_step(thing_id: str, old: Person, new: Person, actor: Person) -> None:
    step = Step.objects.select_related("approval__municipality").get(pk=thing_id, person=old)
    if step.outcome != Step.Outcome.WAITING:
        return
    step.person = new
    step.save(update_fields=["person"])
    _tell(step.approval, old, new, actor)


def _tell(thing: Model, old: Person, new: Person, actor: Person) -> None:
    detail = changes({"person": old}, {"person": new})
    record(old.municipality.chain, actor, "approvals.handed_over", thing, detail)


def _keep(
    key: str, find: Callable[[Sequence[Person]], Found], give: Callable[[str, Person, Person, Person], None]
) -> None:
    belongings.register(Keeper(key, lambda person: [one for _pk, one in find([person])], give, find))


def _routes_of(department: Department) -> Iterable[tuple[int, str]]:
    for one in Route.objects.filter(department=department).order_by("name", "pk"):
        yield one.pk, one.shown_name


def _pass_on(actor: Person, pk: int, old: Department, new: Department) -> None:
    pass_on_route(
        actor, Route.objects.select_related("municipality", "department").get(pk=pk, department=old), new
    )


def register() -> None:
    succession.register(
        succession.Keeper("approvals.route", gettext_lazy("決裁ルート"), _routes_of, _pass_on)
    )
    waiting.register(tasks)
    waiting.register(stuck)
    _keep("approvals.routestep:person", _route_steps, _give_route_step)
    _keep("approvals.step:person", _waiting_steps, _give_step)
