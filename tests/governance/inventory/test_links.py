"""What the inventory tells the apps around it."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.test import RequestFactory
from django.utils import timezone

from kijun.governance.accounts import belongings, waiting
from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.evidence import scopes
from kijun.governance.evidence.actions import raise_finding
from kijun.governance.evidence.models import Finding, ScopeKind
from kijun.governance.inventory import actions, links, remains
from kijun.governance.inventory.models import AISystem, Dataset
from kijun.governance.organisation import dependents

Another = Callable[..., AISystem]


def test_what_hangs_on_the_owner_is_handed_over(
    administrator: Person, owner: Person, staff: Person, system: AISystem, dataset: Dataset
) -> None:
    kinds = {one.thing_kind for one in belongings.belongings(owner)}
    assert {"inventory.aisystem", "inventory.dataset"} <= kinds
    belongings.hand_over("inventory.aisystem", "owner", str(system.pk), owner, staff, administrator)
    belongings.hand_over("inventory.dataset", "owner", str(dataset.pk), owner, staff, administrator)
    system.refresh_from_db()
    dataset.refresh_from_db()
    assert (system.owner, dataset.owner) == (staff, staff)
    assert Entry.objects.filter(action="inventory.owner_set").count() == 1


def test_a_retired_system_hangs_on_nobody(owner: Person, another: Another) -> None:
    another(owner=owner, stage="retired")
    assert not list(links.owned_systems([owner]))


def test_drafts_and_overdue_datasets_wait(it_staff: Person, owner: Person, dataset: Dataset) -> None:
    actions.start_system(it_staff, it_staff.municipality)
    assert any("登録を終える" in str(task.title) for task in waiting.tasks(it_staff))
    assert not any("見直す" in str(task.title) for task in waiting.tasks(owner))
    Dataset.objects.update(review_on=datetime.date(2025, 1, 1))
    assert any(dataset.name in str(task.title) for task in waiting.tasks(owner))


def test_systems_of_a_department_that_closes_wait_for_it_staff(
    it_staff: Person, staff: Person, system: AISystem, dataset: Dataset
) -> None:
    department = system.provider_department
    assert department is not None
    assert dependents.work([department])[department.pk][0] == f"{system.code} {system.name}"

    def moving(person: Person) -> list[str]:
        return [str(one.title) for one in waiting.tasks(person) if "部署を決め直す" in str(one.title)]

    assert moving(it_staff) == []
    department.closed_on = timezone.localdate() + datetime.timedelta(days=7)
    department.save()
    assert moving(it_staff) == ["「議事録作成支援」の部署を決め直す"]
    assert moving(staff) == []
    AISystem.objects.update(stage="retired")
    assert moving(it_staff) == []


def test_a_vacant_post_waits_for_it_staff(
    it_staff: Person, owner: Person, staff: Person, system: AISystem, another: Another
) -> None:
    def vacant(person: Person) -> list[str]:
        return [str(one.title) for one in waiting.tasks(person) if "責任者を決める" in str(one.title)]

    another(name="まだ構想", stage="idea", owner=None)
    assert vacant(it_staff) == []
    owner.is_active = False
    owner.save()
    assert vacant(it_staff) == ["「議事録作成支援」の責任者を決める"]
    another(name="責任者のないAI", stage="plan", owner=None)
    assert len(vacant(it_staff)) == 2
    assert vacant(staff) == []


def test_what_remains_of_a_system_that_is_given_up(
    it_staff: Person, system: AISystem, dataset: Dataset, another: Another
) -> None:
    raise_finding(
        it_staff,
        system.municipality,
        control_id="P3.1.8",
        scope_kind=ScopeKind.SYSTEM,
        scope_id=system.pk,
        title="試験の記録がない",
        cause=Finding.Cause.MANUAL,
        owner=None,
        department=None,
    )
    told = [str(one.label) for one in remains.remaining(system)]
    assert told == [
        "指摘「試験の記録がない」が終わっていません。",
        "データセット「介護保険の手引き」を使うAIが、ほかにありません。",
    ]
    dataset.systems.add(another(name="ほかのAI", stage="operation"))
    assert len(remains.remaining(system)) == 1


@pytest.mark.parametrize("words", ["議事録", "AI-001", "ai-001", "001", "1", "ことのは 支援"])
def test_search_finds_by_name_and_number(staff: Person, system: AISystem, words: str) -> None:
    request = RequestFactory().get("/")
    request.user = staff
    assert [hit.label for hit in links.find_systems(request, words)] == [f"{system.code} {system}"]


def test_search_shows_nothing_of_others(
    neighbour: Person, outsider: Person, system: AISystem, dataset: Dataset
) -> None:
    for person in (neighbour, outsider):
        request = RequestFactory().get("/")
        request.user = person
        assert not list(links.find_systems(request, "議事録"))
        assert not list(links.find_datasets(request, "介護"))


def test_scopes_are_registered_systems_in_use(
    it_staff: Person, staff: Person, neighbour: Person, system: AISystem, another: Another
) -> None:
    retired = another(stage="retired")
    actions.start_system(it_staff, it_staff.municipality)
    source = scopes.source(ScopeKind.SYSTEM)
    assert [facts.id for facts in source.all(it_staff.municipality)] == [system.pk]
    assert source.may_see(staff, system.pk)
    assert not source.may_see(neighbour, system.pk)
    assert source.visible_ids(it_staff) is None
    seen = source.visible_ids(staff)
    assert seen is not None
    assert set(seen) == {system.pk}
    assert retired.pk not in set(seen)
