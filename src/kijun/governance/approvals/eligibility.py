"""Who may act on a step: the named person or the role's holders, their deputies, and never the drafter.

A step belongs to its named person, or to whoever holds its role today for the approval's department (granted
there, above it, or for the whole town). 代決: when they are absent, another holder of the same role above the
department, or any executive for a step of an executive, decides in their place.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.utils import timezone

from kijun.governance.accounts.models import Person, RoleGrant
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals.models import Approval, Step
from kijun.governance.organisation.models import Department, Municipality

DEPUTIES = (Role.APPROVER, Role.EXECUTIVE)


def line(department: Department | None) -> list[str]:
    """The paths of a department and of all above it, the nearest first: ``["20/21/", "20/"]``."""
    if department is None:
        return []
    codes = department.path.rstrip("/").split("/")
    return ["/".join(codes[:end]) + "/" for end in range(len(codes), 0, -1)]


def holders(municipality: Municipality, role: str, department: Department | None) -> QuerySet[Person]:
    """Active people who hold ``role`` today for the department, sorted by reading."""
    grants = RoleGrant.objects.on(timezone.localdate()).filter(
        Q(department=None) | Q(department__path__in=line(department)), municipality=municipality, role=role
    )
    return Person.objects.filter(municipality=municipality, is_active=True, pk__in=grants.values("person"))


def able(step: Step) -> QuerySet[Person]:
    """Who can decide the step today as their own; empty when its person or every holder of its role is gone."""
    drafter = step.approval.drafted_by_id
    if step.person_id is not None:
        return Person.objects.filter(pk=step.person_id, is_active=True).exclude(pk=drafter)
    return holders(step.approval.municipality, step.role, step.approval.department).exclude(pk=drafter)


def stuck(municipality: Municipality) -> QuerySet[Step]:
    """Steps whose turn it is and that nobody can decide; one query."""
    grants = RoleGrant.objects.on(timezone.localdate()).annotate(
        place=ExpressionWrapper(OuterRef("approval__department__path"), CharField())
    )
    held = grants.filter(
        Q(department=None) | Q(place__startswith=F("department__path")),
        municipality=OuterRef("municipality"),
        role=OuterRef("role"),
        person__is_active=True,
    ).exclude(person=OuterRef("approval__drafted_by"))
    rows = _open_now().filter(municipality=municipality).select_related("approval", "person")
    return rows.filter(
        Q(person=None) & ~Exists(held) | Q(person__is_active=False) | Q(person=F("approval__drafted_by"))
    )


def owns(person: Person, step: Step) -> bool:
    """The step is this person's own to decide (the drafter is not looked at here)."""
    if step.person_id is not None:
        return step.person_id == person.pk
    return person.covers(step.approval.department, Role(step.role))


def may_stand_in(person: Person, step: Step) -> bool:
    """The person may decide this step in the place of somebody who is absent (代決)."""
    if step.person_id == person.pk or not person.is_active:
        return False
    roles = _roles_of(step)
    if Role.EXECUTIVE in roles and Role.EXECUTIVE in person.roles_today():
        return True
    return person.covers(step.approval.department, *roles)


def _roles_of(step: Step) -> list[Role]:
    """The roles whose holders may stand in: the step's own, or those that its named person holds."""
    if step.role:
        return [Role(step.role)]
    held = step.person.roles_today() if step.person else set()
    return [role for role in DEPUTIES if role in held] or list(DEPUTIES)


def absent(step: Step) -> list[Person]:
    """For whom a deputy decides, and who is asked to read it later (後閲)."""
    if step.person is not None:
        return [step.person]
    people = holders(step.approval.municipality, step.role, step.approval.department)
    barred = {step.approval.drafted_by_id, step.acted_by_id}
    return [one for one in people if one.pk not in barred]


def absent_for(deputy: Person, step: Step) -> list[Person]:
    """Those whom this deputy would stand in for: without anybody there is no 代決."""
    return [one for one in absent(step) if one.pk != deputy.pk]


def may_view_later(person: Person, step: Step) -> bool:
    """The person is one whom a deputy stood in for, and nobody has read it yet."""
    return (
        step.mode == Step.Mode.DEPUTY
        and step.viewed_later_at is None
        and person.pk not in {step.acted_by_id, step.approval.drafted_by_id}
        and owns(person, step)
    )


def current_steps(approval: Approval, steps: Iterable[Step]) -> list[Step]:
    """The steps that can be decided now: the first that are not done (several when they share a place: 合議)."""
    waiting = [step for step in steps if step.outcome == Step.Outcome.WAITING]
    if approval.state != Approval.State.SUBMITTED or not waiting:
        return []
    first = min(step.order for step in waiting)
    return [step for step in waiting if step.order == first]


def _open_now() -> QuerySet[Step]:
    earlier = Step.objects.filter(
        approval=OuterRef("approval"), order__lt=OuterRef("order"), outcome=Step.Outcome.WAITING
    )
    return Step.objects.filter(
        ~Exists(earlier), outcome=Step.Outcome.WAITING, approval__state=Approval.State.SUBMITTED
    )


def _mine(person: Person) -> Q:
    mine = Q(person=person)
    for grant in person.grants_today():
        holds = Q(person=None, role=grant.role)
        if grant.department is not None:
            holds &= Q(approval__department__path__startswith=grant.department.path)
        mine |= holds
    return mine


def steps_for(person: Person) -> QuerySet[Step]:
    """The steps that this person can decide now as their own; one query."""
    rows = _open_now().filter(_mine(person), municipality=person.municipality)
    return rows.exclude(approval__drafted_by=person).select_related("approval", "approval__drafted_by")


def steps_to_view(person: Person) -> QuerySet[Step]:
    """The steps that a deputy decided for this person and that nobody has read yet (後閲); one query."""
    rows = Step.objects.filter(
        _mine(person), municipality=person.municipality, mode=Step.Mode.DEPUTY, viewed_later_at=None
    )
    return rows.exclude(acted_by=person).exclude(approval__drafted_by=person).select_related("approval")


def returned_to(person: Person) -> QuerySet[Approval]:
    """What came back to this person and was not put forward again; one query."""
    again = Approval.objects.filter(
        municipality=OuterRef("municipality"),
        subject_kind=OuterRef("subject_kind"),
        subject_id=OuterRef("subject_id"),
        pk__gt=OuterRef("pk"),
    )
    rows = Approval.objects.filter(drafted_by=person, municipality=person.municipality)
    return rows.filter(~Exists(again), state=Approval.State.RETURNED)


def visible(person: Person) -> QuerySet[Approval]:
    """What this person may read: all for those who see everything, else what they drafted, decided or work beside."""
    rows = Approval.objects.filter(municipality=person.municipality)
    if sees_all(person):
        return rows
    seen = Q(drafted_by=person) | Q(decided_by=person)
    for path in person.reach():
        seen |= Q(department__path__startswith=path)
    acts = Step.objects.filter(approval=OuterRef("pk")).filter(
        Q(person=person) | Q(acted_by=person) | Q(viewed_later_by=person)
    )
    return rows.filter(seen | Exists(acts))


def sees_all(person: Person) -> bool:
    everything = {Role.IT_STAFF, Role.EXECUTIVE, Role.AUDITOR, Role.ADMINISTRATOR}
    return bool(person.roles_today() & everything) or any(
        grant.role == Role.APPROVER and grant.department is None for grant in person.grants_today()
    )
