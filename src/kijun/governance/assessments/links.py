"""What self-assessments tell the apps below and the frame: menu, search, waiting tasks, belongings."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts import belongings, waiting
from kijun.governance.accounts.models import Person
from kijun.governance.assessments import catalogue, queries
from kijun.governance.assessments.actions.work import pass_on_assignment
from kijun.governance.assessments.models import OPEN_STATES, Assessment, Assignment
from kijun.governance.audit.actions import changes, record
from kijun.governance.evidence import controls
from kijun.governance.organisation import dependents, succession
from kijun.governance.organisation.models import Department
from kijun.web import navigation, search
from kijun.web.punctuation import labelled

ROLE_KEY = "person"


def tasks(person: Person) -> Iterable[waiting.Task]:
    """Work given to the person or the person's departments, and what was sent back to be submitted again."""
    for one in queries.open_work(person):
        yield waiting.Task(
            labelled(
                gettext("「%(name)s」に回答する") % {"name": one.assessment.shown_name},
                one.get_role_display(),
            ),
            _("自己点検への回答"),
            reverse("assessments:assessment", args=[one.assessment_id]) + "?show=mine",
            one.due_on,
        )
    for returned in queries.returned_to(person).exclude(
        approval__drafted_by=person
    ):  # the drafter is told already
        yield waiting.Task(
            gettext("「%(name)s」を直して、もう一度提出する") % {"name": returned.shown_name},
            _("差し戻された点検"),
            reverse("assessments:assessment", args=[returned.pk]),
            returned.due_on,
        )


def count(request: HttpRequest) -> int:
    return queries.open_work_count(request.user)  # type: ignore[arg-type]  # a link of the staff site


def find(request: HttpRequest, words: str) -> Iterable[search.Hit]:
    """Assessments by system, cycle or system number."""
    person = request.user
    if not isinstance(person, Person) or not person.has_perm("assessments.view"):
        return
    rows = queries.visible_assessments(person)
    for word in words.split():
        named = search.containing(word, ("system__name", "system__name_en", "cycle__name"))
        number = search.folded(word).removeprefix("ai-")
        if number.isdecimal() and len(number) < 7:
            named |= Q(system__number=int(number))
        if search.folded(word) in search.folded(gettext("組織全体")):
            named |= Q(system=None)
        rows = rows.filter(named)
    for one in rows[:20]:
        url = reverse("assessments:assessment", args=[one.pk])
        yield search.Hit(one.shown_name, url, one.get_state_display())


def find_controls(request: HttpRequest, words: str) -> Iterable[search.Hit]:
    """Controls of the catalogue by id, title or words of the text."""
    person = request.user
    if not isinstance(person, Person):
        return
    newest, language = catalogue.newest(person.municipality), get_language() or "ja"
    asked = search.folded(words).split()
    fitting = (one for one in newest.controls if catalogue.says(newest, one, asked))
    for one in itertools.islice(fitting, 20):
        url = reverse("assessments:catalog_control", args=[one.id])
        yield search.Hit(f"{one.id} {one.title.get(language)}", url, one.statement.get(language))


def assignments_of(people: Sequence[Person]) -> Iterable[tuple[int, belongings.Belonging]]:
    rows = Assignment.objects.filter(
        person__in=people, finished_at=None, assessment__state__in=OPEN_STATES
    ).select_related("assessment__cycle", "assessment__system")
    for one in rows.defer("assessment__frozen"):
        assert one.person_id is not None
        yield (
            one.person_id,
            belongings.Belonging(
                "assessments.assignment",
                str(one.pk),
                labelled(one.assessment.shown_name, one.get_role_display()),
                _("自己点検の担当者"),
                ROLE_KEY,
                reverse("assessments:work", args=[one.assessment_id]),
            ),
        )


def in_departments(departments: Sequence[Department]) -> Iterable[tuple[int, str]]:
    """Work under way that departments would leave behind when they are closed."""
    rows = Assignment.objects.filter(
        department__in=departments, finished_at=None, assessment__state__in=OPEN_STATES
    ).select_related("assessment__cycle", "assessment__system")
    for one in rows.defer("assessment__frozen"):
        yield one.department_id, labelled(one.assessment.shown_name, one.get_role_display())


def _of_closed(department: Department) -> Iterable[tuple[int, str]]:
    rows = Assignment.objects.filter(
        department=department, finished_at=None, assessment__state__in=OPEN_STATES
    ).select_related("assessment__cycle", "assessment__system")
    for one in rows.defer("assessment__frozen"):
        yield one.pk, labelled(one.assessment.shown_name, one.get_role_display())


def _pass_on(actor: Person, pk: int, old: Department, new: Department) -> None:
    rows = Assignment.objects.select_related("assessment", "department", "person")
    pass_on_assignment(actor, rows.get(pk=pk, department=old), new)


def hand_over(thing_id: str, old: Person, new: Person, actor: Person) -> None:
    """Give an assignment to the successor; the department stays. Runs inside the transfer's transaction."""
    rows = Assignment.objects.select_related("assessment__cycle", "assessment__system", "municipality")
    one = rows.get(pk=thing_id, person=old, municipality=old.municipality)
    one.claim(None)
    one.person = new
    one.save(update_fields=["person"])
    detail = changes({"person": old}, {"person": new}) | {"role": one.role}
    thing: Assessment = one.assessment
    record(old.municipality.chain, actor, "assessments.handed_over", thing, detail)


def register_all() -> None:
    navigation.register(
        navigation.Link(
            "checks",
            _("自己点検"),
            "assessments:cycles",
            "assessments.view",
            order=20,
            count=count,
            about=_("ガイドラインの対策ができているかに答え、提出する。"),
        )
    )
    navigation.register(
        navigation.Link(
            "learning",
            _("対策一覧"),
            "assessments:catalog",
            order=60,
            about=_("ガイドラインの対策を、原則や担当ごとに読む。"),
        )
    )
    waiting.register(tasks)
    controls.register(controls.Source(catalogue.newest, catalogue.past_own))
    search.register(_("自己点検"), find)
    search.register(_("対策"), find_controls)
    dependents.register_work(in_departments)
    succession.register(
        succession.Keeper("assessments.assignment", _("自己点検の担当"), _of_closed, _pass_on)
    )
    belongings.register(
        belongings.Keeper(
            f"assessments.assignment:{ROLE_KEY}",
            lambda person: [one for _pk, one in assignments_of([person])],
            hand_over,
            assignments_of,
        )
    )
