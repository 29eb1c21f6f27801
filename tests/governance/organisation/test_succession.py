"""A closed department leads to those that follow it, and what it had goes there in one step."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals.models import Route
from kijun.governance.audit.models import Entry
from kijun.governance.chat import actions as chat
from kijun.governance.chat.documents.models import Collection
from kijun.governance.chat.models import Prompt
from kijun.governance.evidence.models import Finding
from kijun.governance.inventory.models import AISystem, Dataset
from kijun.governance.organisation import actions, succession
from kijun.governance.organisation.models import Department, Municipality
from kijun.web.versions import Stale
from tests.conftest import make_department, make_person, make_town
from tests.governance.evidence.test_findings import make_finding
from tests.governance.inventory.made import make_system
from tests.patience import patiently

Sign = Callable[[Person], Client]
TODAY = timezone.localdate()
SOON = TODAY + datetime.timedelta(days=30)


@pytest.fixture
def had(
    town: Municipality, it_staff: Person, owner: Person, tax: Department, care: Department
) -> dict[str, Any]:
    """What 税務課 had."""
    return {
        "prompt": Prompt.objects.create(
            municipality=town, author=it_staff, department=tax, title="督促の案", text="〔〕", state="shared"
        ),
        "collection": Collection.objects.create(
            municipality=town, name="税の手引", department=tax, owner=owner
        ),
        "route": Route.objects.create(municipality=town, subject_kind="x", department=tax, name="税のルート"),
        "finding": make_finding(town, owner=owner, department=tax),
        "system": make_system(it_staff, owner=owner, provider_department=tax, user_departments=[tax, care]),
        "dataset": Dataset.objects.create(
            municipality=town, number=1, name="課税台帳", owner=owner, owner_department=tax
        ),
    }


def closed(administrator: Person, tax: Department, *successors: Department) -> Department:
    return actions.close_department(
        administrator, tax, closed_on=SOON, reason="組織改編", successors=successors
    )


def everything(tax: Department, to: Department) -> dict[str, Department]:
    return {one.key: to for one in succession.left(tax)}


def test_it_works(administrator: Person, tax: Department, care: Department, had: dict[str, Any]) -> None:
    closed(administrator, tax, care)
    assert list(tax.successors.all()) == [care]
    assert list(care.predecessors.all()) == [tax]
    assert actions.hand_on(administrator, tax, everything(tax, care)) == 6
    assert succession.left(tax) == []
    for row in had.values():
        row.refresh_from_db()
    assert (had["prompt"].department, had["prompt"].state) == (care, "review"), "its approver reads it first"
    assert had["collection"].department == had["route"].department == had["finding"].department == care
    assert had["finding"].owner is not None
    assert had["system"].provider_department == care
    assert list(had["system"].user_departments.all()) == [care]
    assert had["dataset"].owner_department == care
    told = set(Entry.objects.filter(actor_label=administrator.name).values_list("action", flat=True))
    assert {
        "organisation.department_closed",
        "organisation.successors_named",
        "organisation.belongings_handed_on",
        "chat.prompt_moved",
        "chat.collection_changed",
        "approvals.route_saved",
        "evidence.finding_reassigned",
        "inventory.departments_handed_on",
    } <= told


def test_by_the_pages(
    client_of: Sign, administrator: Person, tax: Department, care: Department, had: dict[str, Any]
) -> None:
    client, url = client_of(administrator), f"/staff/departments/{tax.pk}/"
    sent = {
        "closed_on": f"{SOON:%Y/%m/%d}",
        "reason": "組織改編",
        "successors": [care.pk],
        "revision": tax.revision,
    }
    assert client.post(f"{url}close/", sent).status_code == 302
    page = client.get(url).content.decode()
    assert f'href="/staff/departments/{care.pk}/"' in page
    assert "引継ぎ先にまとめて移す" in page
    assert "督促の案" in page
    assert "税務課" in client.get(f"/staff/departments/{care.pk}/").content.decode()
    form = client.get(f"{url}hand-on/")
    chosen = {one.name: one.value() for thing, one in form.context["form"].rows}
    assert set(chosen.values()) == {str(care.pk)}, (
        "with one successor everything goes there unless one says otherwise"
    )
    chosen[f"approvals.route:{had['route'].pk}"] = ""
    assert client.post(f"{url}hand-on/", chosen).status_code == 302
    assert [one.label for one in succession.left(tax)] == ["税のルート"]


def test_named_later_and_split_in_two(
    administrator: Person, tax: Department, care: Department, welfare: Department, had: dict[str, Any]
) -> None:
    closed(administrator, tax)
    actions.name_successors(administrator, tax, [care, welfare], seen_revision=tax.revision)
    key = {one.key.split(":")[0]: one.key for one in succession.left(tax)}
    actions.hand_on(administrator, tax, {key["chat.prompt"]: care, key["chat.collection"]: welfare})
    assert Prompt.objects.get().department == care
    assert Collection.objects.get().department == welfare
    with pytest.raises(Stale):
        actions.name_successors(administrator, tax, [care], seen_revision=0)


def test_what_cannot_follow(
    administrator: Person, tax: Department, care: Department, outsider: Person, other_town: Municipality
) -> None:
    elsewhere = make_department(other_town, "1", "よその課")
    late = actions.add_department(
        administrator,
        tax.municipality,
        code="90",
        name="遅い課",
        valid_from=SOON + datetime.timedelta(days=1),
    )
    for one, why in ((elsewhere, "この自治体"), (tax, "ほかの部署"), (late, "廃止日には")):
        with pytest.raises(ValidationError, match=why):
            closed(administrator, Department.objects.get(pk=tax.pk), one)
    tax.refresh_from_db()
    with pytest.raises(ValidationError, match="廃止されていません"):
        actions.name_successors(administrator, tax, [care])


def test_a_successor_that_has_not_begun_waits(
    administrator: Person, tax: Department, had: dict[str, Any], client_of: Sign
) -> None:
    new = actions.add_department(administrator, tax.municipality, code="91", name="市民税課", valid_from=SOON)
    closed(administrator, tax, new)
    with pytest.raises(ValidationError, match="まだありません"):
        actions.hand_on(administrator, tax, everything(tax, new))
    page = client_of(administrator).get(f"/staff/departments/{tax.pk}/hand-on/", follow=True)
    assert "始まる日から移せます" in page.content.decode()
    assert Prompt.objects.get().department == tax


def test_a_route_that_the_successor_has_already_stops_all(
    administrator: Person, tax: Department, care: Department, had: dict[str, Any]
) -> None:
    Route.objects.create(
        municipality=tax.municipality, subject_kind="x", department=care, name="介護のルート"
    )
    closed(administrator, tax, care)
    with pytest.raises(ValidationError, match="税のルート.*同じ対象のルート"):
        actions.hand_on(administrator, tax, everything(tax, care))
    assert Prompt.objects.get().department == tax, "all or none"


@pytest.mark.parametrize("key", ["chat.prompt:999999", "nothing:1", "chat.prompt"])
def test_what_is_not_there(
    administrator: Person, tax: Department, care: Department, had: dict[str, Any], key: str
) -> None:
    closed(administrator, tax, care)
    with pytest.raises(ValidationError, match="変わりました"):
        actions.hand_on(administrator, tax, {key: care})
    with pytest.raises(ValidationError, match="1件以上"):
        actions.hand_on(administrator, tax, {})


def test_only_to_a_successor(
    administrator: Person, tax: Department, care: Department, welfare: Department, had: dict[str, Any]
) -> None:
    closed(administrator, tax, care)
    with pytest.raises(ValidationError, match="引継ぎ先の部署から"):
        actions.hand_on(administrator, tax, everything(tax, welfare))


def test_outsiders(
    administrator: Person,
    it_staff: Person,
    staff: Person,
    outsider: Person,
    tax: Department,
    care: Department,
    had: dict[str, Any],
    client_of: Sign,
) -> None:
    closed(administrator, tax, care)
    for person in (it_staff, staff, outsider):
        with pytest.raises(PermissionDenied):
            actions.hand_on(person, tax, everything(tax, care))
        with pytest.raises(PermissionDenied):
            actions.name_successors(person, tax, [])
        for page in ("successors", "hand-on"):
            assert client_of(person).get(f"/staff/departments/{tax.pk}/{page}/").status_code in (403, 404)


def test_taking_the_closing_back_forgets_who_followed(
    administrator: Person, tax: Department, care: Department
) -> None:
    closed(administrator, tax, care)
    actions.reopen_department(administrator, tax)
    assert not tax.successors.exists()


def test_prompts_that_were_put_away_find_their_home(
    administrator: Person,
    tax: Department,
    care: Department,
    had: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed(administrator, tax, care)
    monkeypatch.setattr(timezone, "localdate", lambda *_: SOON)
    assert chat.archive_closed() == 1
    actions.hand_on(administrator, tax, {f"chat.prompt:{had['prompt'].pk}": care})
    assert Prompt.objects.get().state == Prompt.State.REVIEW


@pytest.mark.django_db(transaction=True)
def test_two_hand_on_at_once() -> None:
    town = make_town("131016", "千代田区")
    tax, care = make_department(town, "30", "税務課"), make_department(town, "21", "介護保険課")
    people = [make_person(town, str(n), f"管理{n}", tax, Role.ADMINISTRATOR) for n in (1, 2)]
    prompt = Prompt.objects.create(
        municipality=town, author=people[0], department=tax, title="案", text="〔〕", state="shared"
    )
    tax.closed_on = SOON
    tax.save()
    tax.successors.add(care)
    gate, told = threading.Barrier(2), []

    def give(person: Person) -> None:
        gate.wait()
        try:
            patiently(lambda: actions.hand_on(person, tax, {f"chat.prompt:{prompt.pk}": care}))
        except ValidationError as error:
            told.append(error.messages[0])
        else:
            told.append("won")
        connection.close()

    threads = [threading.Thread(target=give, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one == "won" for one in told) == [False, True]
    assert Entry.objects.filter(action="chat.prompt_moved").count() == 1


def test_findings_and_systems_are_what_their_apps_say(had: dict[str, Any], tax: Department) -> None:
    assert {one.key for one in succession.left(tax)} == {
        f"chat.prompt:{had['prompt'].pk}",
        f"chat.collection:{had['collection'].pk}",
        f"approvals.route:{had['route'].pk}",
        f"evidence.finding:{Finding.objects.get().pk}",
        f"inventory.aisystem:{AISystem.objects.get().pk}",
        f"inventory.dataset:{had['dataset'].pk}",
    }
