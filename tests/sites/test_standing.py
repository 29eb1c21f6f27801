"""The home page: how AI governance stands, what waits, what others are late with."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts.models import Person, RoleGrant
from kijun.governance.assessments.models import Assignment, Cycle
from kijun.governance.evidence import actions as evidence
from kijun.governance.evidence.models import Finding, ScopeKind
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from kijun.governance.risks.models import RiskAssessment
from kijun.sites import standing
from kijun.sites.views import base
from tests.governance.assessments.made import fill, make_system, open_cycle

ClientOf = Callable[[Person], Client]
YESTERDAY = timezone.localdate() - datetime.timedelta(days=1)


@pytest.fixture
def systems(town: Municipality, care: Department, tax: Department, owner: Person) -> list[AISystem]:
    """One that the care section uses, high; one of the tax section, not assessed."""
    return [
        make_system(town, 1, provider=care, users=(care,), owner=owner, tier="high"),
        make_system(town, 2, provider=tax, users=(tax,), tier=""),
    ]


@pytest.fixture
def late(systems: list[AISystem], it_staff: Person, owner: Person, care: Department) -> Finding:
    return raise_late(it_staff, systems[0], owner, care)


def raise_late(actor: Person, system: AISystem, owner: Person, department: Department) -> Finding:
    return evidence.raise_finding(
        actor,
        system.municipality,
        control_id="P4.1.3",
        scope_kind=ScopeKind.SYSTEM,
        scope_id=system.pk,
        title="偏りの点検が終わっていない",
        cause=Finding.Cause.MANUAL,
        owner=owner,
        department=department,
        due_on=YESTERDAY,
    )


def seen(person: Person) -> dict[str, tuple[str, str]]:
    found = standing.of(person)
    assert found is not None
    return {str(one.label): (f"{one.value}{one.unit}", one.note) for one in found.figures}


def test_it_works(client_of: ClientOf, auditor: Person, late: Finding) -> None:
    assert seen(auditor) == {
        "AIシステム": ("2件", "うち利用中 2件"),
        "リスクが「高」以上": ("1件", "未評価 1件"),
        "自己点検": ("—", "まだ始まっていません"),
        "完了していない指摘": ("1件", "うち期限超過 1件"),
        "住民に公開中": ("0件", "公開するか未決定 2件"),
    }
    page = client_of(auditor).get(reverse("home")).content.decode()
    assert "千代田区全体" in page
    assert "今、あなたを待っていることはありません" in page
    assert reverse("reports:organisation") in page, "what to do instead"
    assert f"{late.code} 偏りの点検が終わっていない" in page
    assert "責任 次郎" in page


def test_a_running_round_says_how_far_and_a_finished_one_what_is_done(
    town: Municipality, it_staff: Person, executive: Person, systems: list[AISystem]
) -> None:
    cycle = open_cycle(it_staff, town)
    assert seen(executive)["自己点検の回答"] == ("0%", f"提出期限 {cycle.due_on:%Y/%m/%d}")
    for one in cycle.assessments.all():
        fill(one, it_staff)
    assert seen(executive)["自己点検の回答"][0] == "100%"
    summary = {"4": {"provider": {"done": ["P4.1.1", "P4.1.2", "P4.1.3"], "not_done": ["P4.1.4"]}}}
    cycle.assessments.update(state="approved", summary=summary, approved_at=timezone.now())
    assert seen(executive)["対策の実施率"] == ("75.0%", cycle.name)


def test_what_is_past_its_date_stands_out(
    town: Municipality, it_staff: Person, executive: Person, systems: list[AISystem]
) -> None:
    open_cycle(it_staff, town)
    Cycle.objects.update(due_on=YESTERDAY)
    Assignment.objects.update(due_on=YESTERDAY)
    RiskAssessment.objects.update(next_review_on=YESTERDAY)
    found = standing.of(executive)
    assert found is not None
    assert {str(one.label) for one in found.figures if one.alarm} == {
        "リスクが「高」以上",
        "自己点検の回答",
        "住民に公開中",
    }
    kinds = {str(one.kind) for one in found.late}
    assert kinds <= {"自己点検への回答", "リスクの再評価"}
    assert found.late_count > len(found.late) == standing.SHOWN


def test_everybody_sees_what_concerns_them(
    staff: Person, neighbour: Person, outsider: Person, late: Finding
) -> None:
    assert seen(staff)["AIシステム"][0] == "1件"
    assert seen(staff)["完了していない指摘"][0] == "1件"
    assert seen(neighbour)["AIシステム"][0] == "1件"
    assert seen(neighbour)["完了していない指摘"][0] == "0件"
    assert seen(outsider)["AIシステム"][0] == "0件"
    assert seen(outsider)["完了していない指摘"][0] == "0件"


def test_who_leads_is_told_what_others_are_late_with(
    staff: Person,
    owner: Person,
    approver: Person,
    auditor: Person,
    administrator: Person,
    outsider: Person,
    late: Finding,
) -> None:
    def titles(person: Person) -> list[str]:
        found = standing.of(person)
        return [one.title for one in found.late] if found else []

    told = [f"{late.code} {late.title}"]
    assert titles(approver) == titles(auditor) == told
    assert titles(owner) == [], "it stands among the owner's own tasks"
    assert titles(staff) == titles(administrator) == titles(outsider) == []


def test_without_a_role_the_page_says_whom_to_ask(client_of: ClientOf, staff: Person) -> None:
    RoleGrant.objects.filter(person=staff).delete()
    person = Person.objects.get(pk=staff.pk)
    assert standing.of(person) is None
    page = client_of(person).get(reverse("home")).content.decode()
    assert "まだ役割が付いていません" in page


def test_a_long_list_starts_with_the_most_urgent(
    client_of: ClientOf, it_staff: Person, owner: Person, care: Department, systems: list[AISystem]
) -> None:
    for _number in range(base.MOST + 1):
        raise_late(it_staff, systems[0], owner, care)
    client = client_of(owner)
    page = client.get(reverse("home")).content.decode()
    rows = page.count("偏りの点検が終わっていない")
    assert rows == base.MOST
    assert "急ぐものから8件" in page
    everything = client.get(reverse("home"), {"all": ""}).content.decode()
    assert everything.count("偏りの点検が終わっていない") == base.MOST + 1


def test_in_english(client_of: ClientOf, auditor: Person, late: Finding) -> None:
    client = client_of(auditor)
    client.cookies["kijun_language"] = "en"
    page = client.get(reverse("home")).content.decode()
    assert "Open findings" in page
    assert "Overdue with others (1)" in page
    assert "1 overdue" in page


def test_queries_do_not_grow(
    client_of: ClientOf,
    town: Municipality,
    it_staff: Person,
    executive: Person,
    owner: Person,
    care: Department,
    systems: list[AISystem],
) -> None:
    client, counts = client_of(executive), []
    client.get(reverse("home"))
    for upto in (4, 16):
        for number in range(AISystem.objects.count() + 1, upto + 1):
            system = make_system(town, number, provider=care, users=(care,), owner=owner, tier="high")
            raise_late(it_staff, system, owner, care)
        open_cycle(it_staff, town, name=f"{upto}回目")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("home")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
