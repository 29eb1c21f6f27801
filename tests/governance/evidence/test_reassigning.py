"""Several findings for somebody else: chosen in the list, one reason, each in the trail, all or none."""

from __future__ import annotations

import datetime
import functools
import threading
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.audit.models import Entry
from kijun.governance.evidence.actions import advance, plan, reassign, save_step
from kijun.governance.evidence.models import Finding
from kijun.governance.organisation.models import Department, Municipality
from tests.conftest import make_department, make_person, make_town
from tests.governance.evidence.test_findings import make_finding
from tests.patience import outcome

LIST = "/staff/evidence/findings/"
URL = "/staff/evidence/findings/reassign/"
ClientOf = Callable[[Person], Client]


@pytest.fixture
def findings(town: Municipality, staff: Person, care: Department) -> list[Finding]:
    return [
        make_finding(town, owner=staff, department=care, control_id=one)
        for one in ("P6.1.1", "P6.1.2", "P6.1.3")
    ]


def seen(findings: list[Finding]) -> dict[int, int]:
    return {one.pk: one.revision for one in findings}


def values(findings: list[Finding]) -> list[str]:
    return [f"{one.pk}.{one.revision}" for one in findings]


def test_chosen_in_the_list_and_given_to_somebody_else(
    client_of: ClientOf,
    it_staff: Person,
    staff: Person,
    neighbour: Person,
    tax: Department,
    findings: list[Finding],
) -> None:
    step = save_step(staff, findings[0], step=None, what="棚卸し", person=staff, due_on=None)
    findings[0].refresh_from_db()
    Person.objects.filter(pk=staff.pk).update(is_active=False)
    browser = client_of(it_staff)
    soup = BeautifulSoup(browser.get(LIST + "?who=nobody").content, "html.parser")
    boxes = soup.select('input[name=chosen][form="findings-chosen"]')
    assert {box["value"] for box in boxes} == set(values(findings))
    assert not any(box.has_attr("checked") for box in boxes)
    all_of_them = BeautifulSoup(browser.get(LIST + "?who=nobody&check=all").content, "html.parser")
    assert len(all_of_them.select("input[name=chosen][checked]")) == 3

    chosen = values(findings[:2])
    shown = browser.get(URL, {"chosen": chosen, "back": "who=nobody"}).content.decode()
    assert "F-0001" in shown
    assert "F-0003" not in shown
    assert "退職・転出済み" in shown
    data = {"chosen": chosen, "back": "who=nobody", "reason": "介護さんの退職", "steps": "on"}
    done = browser.post(URL, data | {"owner": neighbour.pk, "department": tax.pk})
    assert done.status_code == 302
    assert done["Location"] == LIST + "?who=nobody"
    for one in findings:
        one.refresh_from_db()
    assert [one.owner for one in findings] == [neighbour, neighbour, staff]
    assert [str(one.department) for one in findings] == ["税務課", "税務課", "介護保険課"]
    step.refresh_from_db()
    assert step.person == neighbour
    entries = Entry.objects.filter(action="evidence.finding_reassigned")
    assert {one.thing_id for one in entries} == {str(one.pk) for one in findings[:2]}
    assert all(one.detail["reason"] == "介護さんの退職" for one in entries)


def test_a_department_alone(
    it_staff: Person, staff: Person, tax: Department, findings: list[Finding]
) -> None:
    changed = reassign(it_staff, seen(findings), owner=None, department=tax, reason="統合")
    assert {(one.owner, one.department) for one in changed} == {(staff, tax)}
    again = {one.pk: one.revision for one in changed}
    assert reassign(it_staff, again, owner=None, department=tax, reason="統合") == []
    assert Entry.objects.filter(action="evidence.finding_reassigned").count() == 3


@pytest.mark.parametrize(
    ("change", "field"),
    [({"reason": " "}, "reason"), ({"owner": None}, "owner"), ({"chosen": {}}, None)],
)
def test_bad_input(
    it_staff: Person, neighbour: Person, findings: list[Finding], change: dict[str, Any], field: str | None
) -> None:
    values: dict[str, Any] = {"owner": neighbour, "department": None, "reason": "退職"} | change
    chosen = values.pop("chosen", seen(findings))
    with pytest.raises(ValidationError) as caught:
        reassign(it_staff, chosen, **values)
    if field:
        assert field in caught.value.message_dict
    assert not Entry.objects.filter(action="evidence.finding_reassigned").exists()


def test_the_page_keeps_what_was_typed(
    client_of: ClientOf, it_staff: Person, neighbour: Person, findings: list[Finding]
) -> None:
    browser = client_of(it_staff)
    response = browser.post(URL, {"chosen": values(findings), "owner": neighbour.pk, "reason": ""})
    assert response.status_code == 422
    assert f'<option value="{neighbour.pk}" selected>' in response.content.decode()
    assert browser.get(URL).status_code == 302
    assert browser.get(URL, {"chosen": "rubbish"}).status_code == 404
    assert browser.get(URL, {"chosen": "999999.0"}).status_code == 404
    Person.objects.filter(pk=neighbour.pk).update(is_active=False)
    gone = browser.post(URL, {"chosen": values(findings), "owner": neighbour.pk, "reason": "退職"})
    assert gone.status_code == 422


def test_what_somebody_changed_meanwhile_stops_all(
    client_of: ClientOf,
    it_staff: Person,
    neighbour: Person,
    care: Department,
    findings: list[Finding],
) -> None:
    chosen = values(findings)
    plan(it_staff, findings[1], owner=None, department=care, due_on=datetime.date(2030, 1, 8))
    browser = client_of(it_staff)
    data = {"chosen": chosen, "owner": neighbour.pk, "reason": "退職"}
    stale = browser.post(URL, data)
    assert stale.status_code == 422
    assert "F-0002は、あなたが選んだあとに変わりました" in stale.content.decode()
    assert not Finding.objects.filter(owner=neighbour).exists()
    # what the page sends now is how they stand now
    boxes = BeautifulSoup(stale.content, "html.parser").select("input[name=chosen]")
    assert browser.post(URL, data | {"chosen": [box["value"] for box in boxes]}).status_code == 302
    assert Finding.objects.filter(owner=neighbour).count() == 3


def test_what_is_done_meanwhile_is_left_out(
    client_of: ClientOf, it_staff: Person, neighbour: Person, staff: Person, findings: list[Finding]
) -> None:
    chosen = values(findings[:2])
    advance(staff, findings[0], note="直した")
    browser = client_of(it_staff)
    page = browser.get(URL, {"chosen": chosen}).content.decode()
    assert "F-0001は実施済みか完了になったため、外しました" in page
    assert len(BeautifulSoup(page, "html.parser").select("input[name=chosen]")) == 1
    assert browser.post(URL, {"chosen": chosen, "owner": neighbour.pk, "reason": "退職"}).status_code == 422
    listed = BeautifulSoup(browser.get(LIST).content, "html.parser")
    assert len(listed.select("input[name=chosen]")) == 2


def test_another_town_another_department_and_who_may_not(
    client_of: ClientOf,
    outsider: Person,
    neighbour: Person,
    auditor: Person,
    approver: Person,
    it_staff: Person,
    tax: Department,
    town: Municipality,
    findings: list[Finding],
) -> None:
    chosen = values(findings)
    assert client_of(outsider).get(URL, {"chosen": chosen}).status_code == 404
    refused = client_of(outsider).post(URL, {"chosen": chosen, "owner": outsider.pk, "reason": "x"})
    assert refused.status_code == 403
    for person in (neighbour, auditor):
        assert client_of(person).get(URL, {"chosen": chosen}).status_code == 403
        assert "findings-chosen" not in client_of(person).get(LIST).content.decode()
    assert Client().get(URL).status_code == 302
    with pytest.raises(PermissionDenied):
        reassign(it_staff, seen(findings), owner=outsider, department=None, reason="x")
    with pytest.raises(PermissionDenied):
        reassign(auditor, seen(findings), owner=it_staff, department=None, reason="x")
    # an approver: what belongs to the department, and nothing else
    other = make_finding(town, department=tax, control_id="P6.1.4")
    assert client_of(approver).get(URL, {"chosen": chosen}).status_code == 200
    assert client_of(approver).get(URL, {"chosen": [*chosen, f"{other.pk}.0"]}).status_code == 404
    with pytest.raises(PermissionDenied):
        reassign(approver, seen([*findings, other]), owner=approver, department=None, reason="x")
    assert not Finding.objects.filter(owner__in=[outsider, approver]).exists()


def test_by_department(
    client_of: ClientOf, it_staff: Person, town: Municipality, tax: Department, findings: list[Finding]
) -> None:
    make_finding(town, department=tax, control_id="P6.1.4")
    text = client_of(it_staff).get(LIST, {"department": tax.path}).content.decode()
    assert "F-0004" in text
    assert "F-0001" not in text


def test_queries_of_the_list_do_not_grow(
    client_of: ClientOf, approver: Person, town: Municipality, care: Department, findings: list[Finding]
) -> None:
    browser = client_of(approver)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(LIST).status_code == 200
        return len(queries)

    asked()
    few = asked()
    for number in range(1, 6):
        make_finding(town, department=care, control_id=f"P4.1.{number}")
    assert asked() == few


@pytest.mark.django_db(transaction=True)
def test_of_two_who_give_the_same_findings_away_at_once_one_is_told() -> None:
    town = make_town("131016", "千代田区")
    office = make_department(town, "10", "デジタル推進課")
    chiefs = [make_person(town, str(n), f"情報{n}", office, Role.IT_STAFF) for n in (1, 2)]
    owners = [make_person(town, str(n), f"職員{n}", office, Role.STAFF) for n in (3, 4)]
    chosen = seen([make_finding(town, control_id=f"P6.1.{n}") for n in (1, 2, 3)])
    start, outcomes = threading.Barrier(2), []

    def work(number: int) -> None:
        try:
            start.wait(10)
            act = functools.partial(
                reassign, chiefs[number], chosen, owner=owners[number], department=None, reason="異動"
            )
            outcomes.append(outcome(act))
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert len(outcomes) == 2
    assert outcomes.count("done") == 1
    assert any("変わりました" in one for one in outcomes)
    assert len({one.owner for one in Finding.objects.all()}) == 1
    assert Entry.objects.filter(action="evidence.finding_reassigned").count() == 3
