"""Work that nobody can do: controls that nobody can answer, steps of the approval that nobody can take. No writing here.

Looked at before a cycle starts and while work is handed out, for a department without an approver is found out otherwise
when everything is answered. A constant number of queries, however many assessments there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person, Posting, RoleGrant
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals import routes
from kijun.governance.approvals.eligibility import line
from kijun.governance.approvals.models import Route, RouteStep, StepKind
from kijun.governance.approvals.routes import StepData
from kijun.governance.assessments import plans
from kijun.governance.assessments.actions.states import SUBJECT
from kijun.governance.assessments.models import AskedRole, Assessment, Assignment
from kijun.governance.assessments.permissions import ROLES, WHOLE_TOWN
from kijun.governance.assessments.plans import Planned
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from kijun.web.templatetags.kit import named

Asked = dict[str, list[tuple[Department, Person | None]]]
"""Role → the departments that are asked, each with the person who is named."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What nobody can do, in which assessments, and the page where that is mended."""

    message: str
    mend: str
    url: str
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Job:
    """One assessment, there or planned: who is asked, by role. ``system`` None is the organisation."""

    name: str
    system: AISystem | None
    asked: Asked

    @classmethod
    def planned(cls, one: Planned) -> Job:
        asked: Asked = {role.value: [(each, None) for each in some] for role, _number, some in one.asked}
        return cls(_name(one.system), one.system, asked)

    @classmethod
    def under_way(cls, one: Assessment, roles: Iterable[str], assignments: Iterable[Assignment]) -> Job:
        """``roles`` are those that have controls. Finished work is not looked at."""
        rows = list(assignments)
        asked: Asked = {}
        for role in roles:
            given = [each for each in rows if each.role == role]
            if any(each.finished_at is None for each in given) or not given:
                asked[role] = [(each.department, each.person) for each in given if each.finished_at is None]
        return cls(_name(one.system), one.system, asked)


def _name(system: AISystem | None) -> str:
    return f"{system.code} {system.shown_name}" if system else _("組織全体")


class Town:
    """Roles and posts of the town's active people, and its routes, as they stand today; eight queries."""

    def __init__(self, municipality: Municipality) -> None:
        today = timezone.localdate()
        grants = RoleGrant.objects.on(today).filter(municipality=municipality, person__is_active=True)
        posts = Posting.objects.on(today).filter(municipality=municipality, person__is_active=True)
        self.grants = list(grants.values_list("person_id", "role", "department__path"))
        self.names = dict(grants.values_list("person_id", "person__name"))
        self.posts = list(posts.values_list("person_id", "department__path"))
        self.roles: dict[int, set[str]] = {}
        for person, role, _path in self.grants:
            self.roles.setdefault(person, set()).add(role)
        kept = Route.objects.filter(municipality=municipality, subject_kind__in={SUBJECT, ""})
        self.routes = list(kept.select_related("department").prefetch_related("steps__person"))
        self.office = plans.it_department(municipality)

    def holders(self, role: str, department: Department | None) -> set[int]:
        """Who holds the role for the department; see :func:`approvals.eligibility.holders`."""
        paths = line(department)
        return {person for person, held, path in self.grants if held == role and (not path or path in paths)}

    def answerers(self, role: str, department: Department) -> set[int]:
        """Who may answer what the department is asked; see :func:`permissions.answers_in`."""
        wanted = set(ROLES[role])
        found = {
            person
            for person, path in self.posts
            if path.startswith(department.path) and self.roles.get(person, set()) & wanted
        }
        for person, held, path in self.grants:
            covers = department.path.startswith(path) if path else held in WHOLE_TOWN
            if held in wanted and covers:
                found.add(person)
        return found

    def steps(self, department: Department | None) -> tuple[Route | None, Sequence[RouteStep | StepData]]:
        route = routes.nearest(self.routes, department)
        return route, list(route.steps.all()) if route else routes.DEFAULT_STEPS

    def able(self, step: RouteStep | StepData, department: Department | None) -> set[int]:
        if step.person is not None:
            return {step.person.pk} if step.person.is_active else set()
        return self.holders(step.role, department)


def obstacles(municipality: Municipality, jobs: Iterable[Job]) -> list[Obstacle]:
    """What nobody can do in these assessments; each obstacle once, with the assessments that it stops."""
    jobs = list(jobs)
    if not jobs:
        return []
    town = Town(municipality)
    found: dict[tuple[str, str], Obstacle] = {}
    for job in jobs:
        for one in [*_answering(town, job), *_deciding(town, job)]:
            kept = found.setdefault((one.message, one.url), one)
            if job.name not in kept.names:
                kept.names.append(job.name)
    return list(found.values())


def _answering(town: Town, job: Job) -> Iterable[Obstacle]:
    for role, given in job.asked.items():
        label = AskedRole(role).label
        if not given:
            yield Obstacle(
                _("「%(role)s」の対策を担当する部署が決まっていません。") % {"role": label},
                *_place(job, role),
            )
        for department, _person in given:
            if not _who_answers(town, job, role, department, None):
                words = {"department": named(department), "role": label}
                message = _("%(department)sに、「%(role)s」の対策に答えられる人がいません。") % words
                yield Obstacle(message, _("職員の役割を確かめる"), _people(department))


def _place(job: Job, role: str) -> tuple[str, str]:
    """Where the department of a role is decided."""
    if job.system is not None:
        return _("AIシステムの部署を決める"), reverse("inventory:step", args=[job.system.pk, "people"])
    if role == AskedRole.USER:
        return _("AIシステムを使う部署を決める"), reverse("inventory:systems")
    return _("IT担当者を決める"), reverse("accounts:people") + f"?role={Role.IT_STAFF.value}"


def _people(department: Department | None, role: str = "") -> str:
    if role in {Role.EXECUTIVE, Role.IT_STAFF} or department is None:
        return reverse("accounts:people") + (f"?role={role}" if role else "")
    return reverse("accounts:people") + "?" + urlencode({"department": department.path})


def _who_answers(town: Town, job: Job, role: str, department: Department, person: Person | None) -> set[int]:
    if person is not None and person.is_active:
        return {person.pk}
    found = town.answerers(role, department)
    owner = job.system.owner if job.system and role == AskedRole.PROVIDER else None
    return found | {owner.pk} if owner is not None and owner.is_active else found


def _deciding(town: Town, job: Job) -> Iterable[Obstacle]:
    department = (job.system.provider_department if job.system else None) or town.office
    route, steps = town.steps(department)
    able = [(step, town.able(step, department)) for step in steps]
    for step, people in able:
        if not people:
            yield _nobody(route, step, department)
    if all(people for _step, people in able):
        yield from _own_work(town, job, department, able)


def _nobody(route: Route | None, step: RouteStep | StepData, department: Department | None) -> Obstacle:
    kind = StepKind(step.kind).label
    if step.person is not None and route is not None:
        words = {"route": route.shown_name, "step": kind, "name": step.person.name}
        message = _("決裁ルート「%(route)s」の「%(step)s」に指名した%(name)sさんは、退職・転出しています。")
        return Obstacle(message % words, _("決裁ルートを直す"), reverse("approvals:route", args=[route.pk]))
    where = named(department) if department else _("組織全体")
    words = {"department": where, "step": kind, "who": Role(step.role).label}
    message = _("%(department)sの決裁の「%(step)s」を行える、%(who)sがいません。") % words
    return Obstacle(message, _("職員に役割を付ける"), _people(department, step.role))


def _own_work(
    town: Town,
    job: Job,
    department: Department | None,
    able: Sequence[tuple[RouteStep | StepData, set[int]]],
) -> Iterable[Obstacle]:
    """Steps that only the one person can take who alone answers, or alone submits."""
    for step, people in able:
        for role, given in job.asked.items():
            for asked, person in given:
                answering = _who_answers(town, job, role, asked, person)
                if len(people) == 1 and answering == people:
                    name = step.person.name if step.person is not None else town.names[min(people)]
                    yield _same_person(step, name, role, asked, department)
    submitting = {person for person, held, _path in town.grants if held == Role.IT_STAFF}
    owner = job.system.owner if job.system else None
    if owner is not None and owner.is_active:
        submitting.add(owner.pk)
    if not any(all(people - {one} for _step, people in able) for one in submitting):
        message = _(
            "提出する人（IT担当者、AIサービス責任者）のほかに、審査や決裁をできる人がいません。自分が提出したものは決裁できません。"
        )
        yield Obstacle(message, _("職員の役割を確かめる"), _people(None))


def _same_person(
    step: RouteStep | StepData,
    name: str,
    role: str,
    asked: Department,
    department: Department | None,
) -> Obstacle:
    words = {
        "name": name,
        "step": StepKind(step.kind).label,
        "department": named(asked),
        "role": AskedRole(role).label,
    }
    message = _(
        "「%(step)s」を行えるのは%(name)sさんだけですが、%(department)sの「%(role)s」の対策に答えられるのも%(name)sさんだけです。"
    )
    return Obstacle(message % words, _("職員の役割を確かめる"), _people(department, step.role))
