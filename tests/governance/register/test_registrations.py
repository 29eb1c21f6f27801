"""The gate, what waits, what is found, the section of a system's page, the menu."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts import waiting
from kijun.governance.accounts.models import Person
from kijun.governance.approvals import actions as approvals
from kijun.governance.approvals import eligibility
from kijun.governance.inventory import gates
from kijun.governance.inventory.models import AISystem, Stage
from kijun.governance.register import actions, registrations
from kijun.governance.register.models import Entry, Publication
from tests.governance.register.conftest import Decide

pytestmark = pytest.mark.django_db


def closed(system: AISystem, stage: Stage) -> bool:
    gate = next(one for one in gates.gates(stage) if one.key == "register")
    return gate.check(system) is not None


def test_residents_are_told_before_operation(
    it_staff: Person, system: AISystem, entry: Entry, decide: Decide
) -> None:
    assert closed(system, Stage.OPERATION)
    assert closed(system, Stage.EXTENSION)
    assert "register" not in {gate.key for gate in gates.gates(Stage.PILOT)}
    actions.submit(it_staff, entry)
    assert closed(system, Stage.OPERATION)
    approval = Entry.objects.get(pk=entry.pk).approval
    assert approval is not None
    decide(approval)
    assert not closed(system, Stage.OPERATION)


def test_the_gate_opens_for_a_decided_reason_and_shuts_after_withdrawal(
    it_staff: Person, system: AISystem, entry: Entry, decide: Decide
) -> None:
    day = timezone.localdate() + datetime.timedelta(days=9)
    decide(actions.submit_not_public(it_staff, entry, category="rights", reason="x", next_review_on=day))
    assert not closed(system, Stage.OPERATION)
    actions.withdraw(it_staff, Entry.objects.select_related("system").get(pk=entry.pk), reason="x")
    assert closed(system, Stage.OPERATION)


def test_the_gate_does_not_ask_internal_systems(system: AISystem) -> None:
    system.data_kinds = ["none"]
    assert not closed(system, Stage.OPERATION)
    system.resident_facing = True
    assert closed(system, Stage.OPERATION)


def titles(person: Person) -> list[str]:
    person.forget_cached()
    return [str(task.kind) for task in waiting.tasks(person)]


def test_what_waits(it_staff: Person, owner: Person, system: AISystem, entry: Entry, decide: Decide) -> None:
    assert "公開台帳への掲載" in titles(owner)
    approval = actions.submit(it_staff, entry)
    step = approval.steps.order_by("order")[0]
    person = next(one for one in Person.objects.of(entry.municipality) if eligibility.owns(one, step))
    approvals.return_(person, step, comment="短く")
    assert "公開台帳：差戻し" in titles(owner)
    decide(actions.submit(it_staff, Entry.objects.select_related("system").get(pk=entry.pk)))
    assert not [title for title in titles(owner) if "公開台帳" in title]
    Entry.objects.filter(pk=entry.pk).update(next_review_on=timezone.localdate() - datetime.timedelta(days=1))
    assert "公開台帳の見直し" in titles(owner)
    assert "公開台帳の見直し" in titles(it_staff)


def test_search(
    rf: RequestFactory, it_staff: Person, outsider: Person, neighbour: Person, publication: Publication
) -> None:
    request = rf.get("/")
    request.user = it_staff  # type: ignore[assignment]  # our person is the user
    assert [hit.label for hit in registrations.find(request, "介護")] == ["介護予防の早期発見"]
    assert [hit.label for hit in registrations.find(request, "AI-001")] == ["介護予防の早期発見"]
    assert list(registrations.find(request, "ai-999")) == []
    for person in (outsider, neighbour):
        request.user = person  # type: ignore[assignment]  # our person is the user
        assert list(registrations.find(request, "介護")) == []


def test_the_systems_page_and_list_show_the_register(
    client_of: Callable[[Person], Client], it_staff: Person, publication: Publication
) -> None:
    client = client_of(it_staff)
    page = client.get(reverse("inventory:systems")).content.decode()
    assert "公開中（第1版）" in page
    system = publication.entry.system
    page = client.get(reverse("inventory:system", args=[system.pk])).content.decode()
    assert "公開台帳" in page
    assert reverse("register:entry", args=[system.pk]) in page


def test_a_published_entry_remains_of_a_retired_system(system: AISystem, publication: Publication) -> None:
    assert [one.url for one in registrations.remaining(system)] == [registrations.entry_url(system)]
    Publication.objects.filter(pk=publication.pk).update(content={**publication.content, "status": "retired"})
    assert not list(registrations.remaining(system))
