"""The gate, what waits, what is found, the section of a system's page, the menu."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone, translation

from kijun.governance.accounts import waiting
from kijun.governance.accounts.models import Person
from kijun.governance.approvals import actions as approvals
from kijun.governance.approvals import eligibility
from kijun.governance.inventory import gates
from kijun.governance.inventory.models import AISystem, Stage
from kijun.governance.organisation.models import Department
from kijun.governance.register import actions, registrations
from kijun.governance.register.models import Entry, Publication
from tests.governance.register.conftest import Decide, make_system

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


def retire(system: AISystem) -> None:
    AISystem.objects.filter(pk=system.pk).update(stage=Stage.RETIRED, ended_on=timezone.localdate())
    system.refresh_from_db()


def test_a_retired_system_that_is_still_told_as_used_waits_for_somebody(
    client_of: Callable[[Person], Client],
    it_staff: Person,
    owner: Person,
    staff: Person,
    outsider: Person,
    system: AISystem,
    publication: Publication,
    decide: Decide,
) -> None:
    """Residents read the approved words until others are approved; until then it is asked for, on every page."""
    assert "公開台帳：廃止を知らせる" not in titles(owner)
    retire(system)
    assert [one.url for one in registrations.remaining(system)] == [registrations.entry_url(system)]
    for person in (owner, it_staff):
        assert titles(person).count("公開台帳：廃止を知らせる") == 1
    for person in (staff, outsider):
        assert not [title for title in titles(person) if "公開台帳" in title]
    client = client_of(it_staff)
    for address in (reverse("register:list"), registrations.entry_url(system)):
        assert "住民にはまだ使用中と見えています" in client.get(address).content.decode()
    entry = Entry.objects.select_related("system").get(system=system)
    approval = actions.submit(it_staff, entry)
    assert not [title for title in titles(owner) if "廃止" in title]  # it waits for others now
    assert "改訂を決裁中" in client.get(reverse("register:list")).content.decode()
    decide(approval)
    assert not list(registrations.remaining(system))
    assert not [title for title in titles(owner) if "公開台帳" in title]
    assert "まだ使用中" not in client.get(reverse("register:list")).content.decode()


def test_a_retired_system_that_is_not_public_is_counted_no_more(
    it_staff: Person, owner: Person, system: AISystem, entry: Entry, decide: Decide
) -> None:
    day = timezone.localdate() + datetime.timedelta(days=9)
    decide(actions.submit_not_public(it_staff, entry, category="rights", reason="x", next_review_on=day))
    retire(system)
    assert "公開台帳：廃止を知らせる" in titles(owner)
    assert "数えられています" in str(next(iter(registrations.remaining(system))).label)
    actions.withdraw(owner, Entry.objects.select_related("system").get(pk=entry.pk), reason="廃止したため")
    assert not list(registrations.remaining(system))
    assert "公開台帳：廃止を知らせる" not in titles(owner)


def test_the_menu_counts_what_the_home_page_lists(
    rf: RequestFactory,
    it_staff: Person,
    owner: Person,
    staff: Person,
    system: AISystem,
    entry: Entry,
    it_department: Department,
    decide: Decide,
) -> None:
    def same(expected: dict[Person, int]) -> None:
        for person, number in expected.items():
            person.forget_cached()
            request = rf.get("/")
            request.user = person  # type: ignore[assignment]  # our person is the user
            assert registrations.waiting_count(request) == number
            assert len(list(registrations.tasks(person))) == number

    same({it_staff: 1, owner: 1, staff: 0})
    make_system(entry.municipality, 2, "もう一つのAI", it_department)
    same({it_staff: 2, owner: 1, staff: 0})
    approval = actions.submit(it_staff, entry)
    same({it_staff: 1, owner: 0, staff: 0})
    decide(approval)
    Entry.objects.filter(pk=entry.pk).update(next_review_on=timezone.localdate() - datetime.timedelta(days=1))
    same({it_staff: 2, owner: 1, staff: 0})


def test_what_waits_is_one_query(
    it_staff: Person, entry: Entry, it_department: Department, django_assert_max_num_queries: Any
) -> None:
    for number in range(2, 12):
        make_system(entry.municipality, number, f"AI {number}", it_department)
    it_staff.forget_cached()
    with django_assert_max_num_queries(3):  # the person's roles, the systems
        assert len(list(registrations.tasks(it_staff))) == 11


def test_what_is_public_is_said_before_what_is_on_its_way(
    client_of: Callable[[Person], Client], it_staff: Person, publication: Publication
) -> None:
    entry = Entry.objects.select_related("system").get(pk=publication.entry_id)
    actions.save_entry(it_staff, entry, {"uses": 5}, None)
    approval = actions.submit(it_staff, entry)
    client = client_of(it_staff)
    pages = [
        reverse("register:list"),
        registrations.entry_url(entry.system),
        reverse("inventory:systems"),
        reverse("inventory:section", args=[entry.system_id, "register"]),
    ]
    for address in pages:
        page = client.get(address).content.decode()
        assert "公開中（第1版）" in page, address
        assert "改訂を決裁中" in page, address
    step = approval.steps.order_by("order")[0]
    person = next(one for one in Person.objects.of(entry.municipality) if eligibility.owns(one, step))
    approvals.return_(person, step, comment="数を直してください")
    page = client.get(reverse("register:list")).content.decode()
    assert "公開中（第1版）" in page
    assert "改訂は差し戻された" in page


def test_english_readers_find_english_titles(
    client_of: Callable[[Person], Client], it_staff: Person, entry: Entry
) -> None:
    """Whatever language the drafter works in, both titles are kept."""
    with translation.override("en"):
        approval = actions.submit(it_staff, entry)
    assert approval.title == "公開台帳に載せる：介護予防の早期発見"
    assert "System 1" in approval.title_en
    client = client_of(it_staff)
    client.cookies["kijun_language"] = "en"
    for address in (reverse("approvals:drafted"), approval.get_absolute_url()):
        page = client.get(address).content.decode()
        assert approval.title_en in page, address
        assert approval.title not in page, address


def test_history_is_told_in_the_readers_words(
    client_of: Callable[[Person], Client], it_staff: Person, entry: Entry
) -> None:
    actions.save_entry(it_staff, entry, {"field_of_work": "tax"}, None)
    client = client_of(it_staff)
    page = client.get(registrations.entry_url(entry.system)).content.decode()
    assert "税務" in page
    client.cookies["kijun_language"] = "en"
    page = client.get(registrations.entry_url(entry.system)).content.decode()
    assert "Field of work" in page
    assert "分野" not in page


def test_a_revision_from_before_the_end_does_not_tell_of_it(
    client_of: Callable[[Person], Client], it_staff: Person, owner: Person, publication: Publication
) -> None:
    """It was frozen while the AI was in use and would say so once more."""
    entry = Entry.objects.select_related("system").get(pk=publication.entry_id)
    actions.submit(it_staff, entry)
    assert not [title for title in titles(owner) if "公開台帳" in title]
    retire(entry.system)
    assert "公開台帳：廃止を知らせる" in titles(owner)
    page = client_of(owner).get(registrations.entry_url(entry.system)).content.decode()
    assert "廃止する前の内容です" in page
    actions.withdraw(owner, Entry.objects.select_related("system").get(pk=entry.pk), reason="廃止したため")
    assert "公開台帳：廃止を知らせる" in titles(owner)  # the revision is still on its way
