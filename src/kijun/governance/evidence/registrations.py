"""What evidence tells the apps below: the organisation as a scope, what a search finds, what waits for a person, what hangs on one who moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kijun.governance.accounts import belongings, waiting
from kijun.governance.accounts.belongings import Belonging, Keeper
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.waiting import Task
from kijun.governance.evidence import lists, queries, scopes
from kijun.governance.evidence.actions import give_finding, give_step, pass_on_finding
from kijun.governance.evidence.models import Finding, Item, PlanStep, ScopeKind
from kijun.governance.evidence.scopes import ScopeFacts, Source
from kijun.governance.mandates.models import Mandate
from kijun.governance.organisation import dependents, succession
from kijun.governance.organisation.models import Department, Municipality
from kijun.web import search

WORKING = queries.WORKING


def organisation(municipality: Municipality) -> Iterable[ScopeFacts]:
    """The municipality as a whole; its findings go to who answers for the risks of AI (G.4)."""
    mandate = (
        Mandate.objects.on(timezone.localdate())
        .filter(municipality=municipality, duty=Mandate.Duty.RISK, person__is_active=True)
        .select_related("person")
        .order_by("valid_from", "pk")
        .first()
    )
    owner = mandate.person if mandate else None
    yield ScopeFacts(
        ScopeKind.ORGANISATION,
        municipality.pk,
        _("組織全体"),
        reverse("evidence:items") + f"?scope={ScopeKind.ORGANISATION.value}-{municipality.pk}",
        owner,
        owner.department if owner else None,
    )


def _sees_organisation(person: Person, id: int) -> bool:
    return person.municipality_id == id


def tasks(person: Person) -> Iterable[Task]:
    """Findings to mend, to confirm and to give to somebody, steps of plans, evidence about to lapse; five queries."""
    findings = Finding.objects.filter(municipality=person.municipality)
    for finding in findings.filter(owner=person, state__in=WORKING):
        yield Task(
            _("「%(finding)s」に対応する") % {"finding": _named(finding)},
            _("指摘への対応"),
            finding.get_absolute_url(),
            finding.due_on,
        )
    steps = PlanStep.objects.filter(
        municipality=person.municipality, person=person, done_on=None, finding__state__in=WORKING
    )
    for step in steps.select_related("finding"):
        title = _("「%(what)s」を済ませる") % {"what": step.what}
        yield Task(title, _("改善計画の手順"), step.finding.get_absolute_url(), step.due_on)
    for finding in _to_confirm(person):
        title = _("「%(finding)s」が直ったか確かめる") % {"finding": _named(finding)}
        yield Task(title, _("実施の確認"), finding.get_absolute_url())
    unowned = list(_unowned(person).values_list("due_on", flat=True))
    if unowned:
        yield Task(
            _("担当者が決まっていない指摘%(n)s件に、担当者を決める") % {"n": len(unowned)},
            _("担当者を決める"),
            reverse("evidence:findings") + "?who=nobody&state=unclosed",
            min(unowned),
        )
    mine = Item.objects.filter(municipality=person.municipality, made_by=person)
    for item in queries.expiring(mine):
        yield Task(
            _("「%(item)s」を新しくする") % {"item": f"{item.control_id} {item.shown_title}"},
            _("証跡の更新"),
            item.get_absolute_url(),
            item.expires_on,
        )


def _named(finding: Finding) -> str:
    return f"{finding.code} {finding.shown_title}"


def _to_confirm(person: Person) -> QuerySet[Finding]:
    """Done by somebody else, where this person confirms: everywhere, or in the departments of their roles."""
    rows = Finding.objects.filter(municipality=person.municipality, state=Finding.State.DONE)
    return rows.exclude(done_by=person).filter(queries.led_by(person))


def _unowned(person: Person) -> QuerySet[Finding]:
    """Findings that nobody works on (there is no owner, or the owner has left), where this person may name one."""
    rows = Finding.objects.filter(queries.WITHOUT_OWNER, municipality=person.municipality, state__in=WORKING)
    return rows.filter(queries.led_by(person))


def in_departments(departments: Sequence[Department]) -> Iterable[tuple[int, str]]:
    """Findings that departments would leave behind when they are closed."""
    rows = Finding.objects.filter(department__in=departments).exclude(state=Finding.State.CLOSED)
    for finding in rows:
        assert finding.department_id is not None
        yield finding.department_id, str(finding)


Found = Iterable[tuple[int, Belonging]]


def _findings_of(people: Sequence[Person]) -> Found:
    for finding in Finding.objects.filter(owner__in=people).exclude(state=Finding.State.CLOSED):
        assert finding.owner_id is not None
        yield (
            finding.owner_id,
            Belonging(
                "evidence.finding",
                str(finding.pk),
                str(finding),
                gettext_lazy("指摘の担当者"),
                "owner",
                finding.get_absolute_url(),
            ),
        )


def _steps_of(people: Sequence[Person]) -> Found:
    rows = PlanStep.objects.filter(person__in=people, done_on=None)
    for step in rows.exclude(finding__state=Finding.State.CLOSED).select_related("finding"):
        assert step.person_id is not None
        yield (
            step.person_id,
            Belonging(
                "evidence.planstep",
                str(step.pk),
                f"{step.finding.code} {step.what}",
                gettext_lazy("改善計画の手順の担当者"),
                "person",
                step.finding.get_absolute_url(),
            ),
        )


def _of_closed(department: Department) -> Iterable[tuple[int, str]]:
    rows = Finding.objects.filter(department=department).exclude(state=Finding.State.CLOSED)
    return [(one.pk, str(one)) for one in rows]


def _pass_on(actor: Person, pk: int, old: Department, new: Department) -> None:
    pass_on_finding(actor, Finding.objects.get(pk=pk, department=old), new)


def _give_finding(thing_id: str, old: Person, new: Person, actor: Person) -> None:
    give_finding(actor, Finding.objects.get(pk=thing_id, municipality=old.municipality), old, new)


def _give_step(thing_id: str, old: Person, new: Person, actor: Person) -> None:
    step = PlanStep.objects.select_related("finding").get(pk=thing_id, municipality=old.municipality)
    give_step(actor, step, old, new)


def _keep(
    key: str, find: Callable[[Sequence[Person]], Found], give: Callable[[str, Person, Person, Person], None]
) -> None:
    belongings.register(Keeper(key, lambda person: [one for _pk, one in find([person])], give, find))


def find(request: HttpRequest, words: str) -> Iterator[search.Hit]:
    """Findings by number, title, control or owner, among those that the person sees; those in work first."""
    person: Any = request.user
    if not person.has_perm("evidence.read"):
        return
    rows = lists.findings_rows(queries.visible_findings(person), person)
    for word in words.split():
        rows = rows.filter(search.containing(word, lists.FOUND_BY))
    for one in rows.order_by(*lists.MOST_URGENT)[:20]:
        yield search.Hit(
            f"{one.code} {one.shown_title}", one.get_absolute_url(), str(one.get_state_display())
        )


def register() -> None:
    scopes.register(Source(ScopeKind.ORGANISATION, organisation, _sees_organisation, lambda person: None))
    waiting.register(tasks)
    search.register(gettext_lazy("指摘"), find)
    dependents.register_work(in_departments)
    succession.register(succession.Keeper("evidence.finding", gettext_lazy("指摘"), _of_closed, _pass_on))
    _keep("evidence.finding:owner", _findings_of, _give_finding)
    _keep("evidence.planstep:person", _steps_of, _give_step)
