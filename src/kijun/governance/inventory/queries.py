"""Reading the inventory: what a person may see, and what is missing. No writing here."""

from __future__ import annotations

import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from kijun.governance.accounts.models import Person, Posting
from kijun.governance.accounts.roles import Role
from kijun.governance.inventory.models import (
    IN_USE,
    ORDER,
    RUNNING,
    AISystem,
    Dataset,
    PilotResult,
    Stage,
    Verification,
)
from kijun.governance.organisation.models import Department, Municipality
from kijun.web.search import folded, shown_number

WHOLE_TOWN = {Role.IT_STAFF, Role.EXECUTIVE, Role.AUDITOR, Role.ADMINISTRATOR}


def reads_everything(person: Person) -> bool:
    """Roles that read the whole inventory; an approver whose role holds for the whole town does, too."""
    return bool(person.roles_today() & WHOLE_TOWN) or person.covers(None, Role.APPROVER)


def departments_near(person: Person) -> QuerySet[Department]:
    """The departments that concern the person, with everything below and above them."""
    wanted = Q(pk__in=[])
    for path in person.reach():
        codes = path.rstrip("/").split("/")
        above = ["/".join(codes[:n]) + "/" for n in range(1, len(codes) + 1)]
        wanted |= Q(path__startswith=path) | Q(path__in=above)
    return Department.objects.of(person.municipality).filter(wanted)


def visible_systems(person: Person) -> QuerySet[AISystem]:
    """The systems that the person may see. Every list and every page of a system starts from here.

    The whole town's for IT staff, executives, auditors and administrators; else those that the person answers
    for and those that a department near the person provides or uses. A draft: its maker and IT staff.
    """
    rows: QuerySet[AISystem] = AISystem.objects.of(person.municipality)
    if Role.IT_STAFF not in person.roles_today():
        rows = rows.filter(Q(registered_at__isnull=False) | Q(made_by=person))
    if reads_everything(person):
        return rows
    near = departments_near(person)
    used = AISystem.user_departments.through.objects.filter(aisystem=OuterRef("pk"), department__in=near)
    return rows.filter(
        Q(owner=person) | Q(made_by=person) | Q(provider_department__in=near) | Q(Exists(used))
    )


def visible_datasets(person: Person) -> QuerySet[Dataset]:
    """The datasets that the person may see: their own, their department's, and those of systems they see."""
    rows: QuerySet[Dataset] = Dataset.objects.of(person.municipality)
    if reads_everything(person):
        return rows
    used = Dataset.systems.through.objects.filter(
        dataset=OuterRef("pk"), aisystem__in=visible_systems(person)
    )
    return rows.filter(Q(owner=person) | Q(owner_department__in=departments_near(person)) | Q(Exists(used)))


def with_code(rows: QuerySet[AISystem]) -> QuerySet[AISystem]:
    """Adds ``shown_code``: the number as people read and search it, AI-003."""
    return rows.annotate(shown_code=shown_number("AI-", 3))


def registered(municipality: Municipality) -> QuerySet[AISystem]:
    """The systems that governance concerns: registered and not retired."""
    rows: QuerySet[AISystem] = AISystem.objects.of(municipality)
    return rows.filter(registered_at__isnull=False).exclude(stage=Stage.RETIRED)


def in_use(municipality: Municipality) -> QuerySet[AISystem]:
    """Registered systems from the pilot on."""
    return registered(municipality).filter(stage__in=IN_USE)


def without_owner(municipality: Municipality) -> QuerySet[AISystem]:
    """Registered systems for which nobody answers who is active and posted today."""
    posted = Posting.objects.on(timezone.localdate()).filter(person=OuterRef("owner"))
    return registered(municipality).exclude(Exists(posted), owner__is_active=True)


def has_current_owner(thing: AISystem | Dataset) -> bool:
    """Somebody who is active and posted today answers for the thing."""
    owner = thing.owner
    return owner is not None and owner.is_active and bool(owner.postings_today())


def _plain(name: str) -> str:
    return "".join(folded(name).split())


def same_name(system: AISystem) -> list[AISystem]:
    """Other systems in use that are called the same; width, case and blanks do not count."""
    if not system.name.strip():
        return []
    others = AISystem.objects.of(system.municipality).exclude(pk=system.pk).exclude(stage=Stage.RETIRED)
    return [one for one in others.only("pk", "name", "number") if _plain(one.name) == _plain(system.name)]


def datasets_in_use(municipality: Municipality) -> QuerySet[Dataset]:
    """Datasets that are not retired."""
    rows: QuerySet[Dataset] = Dataset.objects.of(municipality)
    return rows.filter(retired_on__isnull=True)


def overdue(rows: QuerySet[Dataset], day: datetime.date | None = None) -> QuerySet[Dataset]:
    """Datasets past their review date, or without one."""
    day = day or timezone.localdate()
    return rows.filter(Q(review_on__lt=day) | Q(review_on__isnull=True), retired_on__isnull=True)


def is_back(before: str, after: str) -> bool:
    """A step back towards the plan. Out of 廃止 counts as forward: the system comes into use anew."""
    return before != Stage.RETIRED and ORDER.index(Stage(after)) < ORDER.index(Stage(before))


def had_pilot(system: AISystem) -> bool:
    return system.stage == Stage.PILOT or system.stage_changes.filter(after=Stage.PILOT).exists()


def pilot_result(system: AISystem) -> PilotResult | None:
    """The newest result of the pilot that was begun last; the result of a pilot before that one does not count."""
    began = system.stage_changes.filter(after=Stage.PILOT).order_by("-at", "-pk").first()
    rows = system.pilot_results.order_by(F("ended_on").desc(), "-pk")
    return (rows.filter(ended_on__gte=began.on) if began else rows).first()


def verification(system: AISystem) -> Verification | None:
    """The newest verification; one from before the system was taken out of operation does not count."""
    rows = system.verifications.order_by("-verified_on", "-pk")
    stopped = [
        change.on
        for change in system.stage_changes.filter(before__in=(*RUNNING, Stage.RETIRED))
        if change.before == Stage.RETIRED or change.after not in (*RUNNING, Stage.RETIRED)
    ]
    return (rows.filter(verified_on__gte=max(stopped)) if stopped else rows).first()


def assignable_people(municipality: Municipality) -> QuerySet[Person]:
    """People who can be made responsible: active ones, by reading."""
    rows: QuerySet[Person] = Person.objects.of(municipality)
    return rows.filter(is_active=True).order_by("kana_sort", "staff_number")


def assignable_departments(municipality: Municipality) -> QuerySet[Department]:
    """Departments that are not closed, in the order of the tree."""
    rows: QuerySet[Department] = Department.objects.of(municipality)
    return rows.filter(Q(closed_on=None) | Q(closed_on__gt=timezone.localdate())).order_by("path", "order")
