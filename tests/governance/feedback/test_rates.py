"""Rates, the section of a system's page, and evidence."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from kijun.governance.accounts.models import Person
from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Scope, collectors
from kijun.governance.feedback import actions, evidence, rates
from kijun.governance.feedback.answers import about
from kijun.governance.feedback.models import ImprovementRequest, Report
from kijun.governance.inventory.models import AISystem


@pytest.fixture
def clicked(say: Any, staff: Person, neighbour: Person) -> None:
    for person, verdict in ((staff, "useful"), (staff, "useful"), (neighbour, "useless")):
        one = about(person, say(person))
        assert one is not None
        actions.give(person, one, verdict)


def _scope(system: AISystem) -> Scope:
    return Scope(system.municipality, ScopeKind.SYSTEM, system.pk)


def _town(system: AISystem) -> Scope:
    return Scope.organisation(system.municipality)


def test_it_works(client_of: Any, clicked: None, report: Any, staff: Person, owner: Person) -> None:
    one = report(staff, "untrue", "drift")
    Report.objects.filter(pk=one.pk).update(reported_at=timezone.now() - datetime.timedelta(days=2))
    actions.answer(
        owner, Report.objects.get(pk=one.pk), finding="partly", text="測り直した結果、1問だけ違いました。"
    )
    found = rates.of_person(owner)
    assert (found.whole.useful, found.whole.useless, found.whole.reports) == (2, 1, 1)
    assert found.whole.share == pytest.approx(66.7, abs=0.1)
    assert found.whole.handling == pytest.approx(2, abs=0.01)
    assert found.whole.kinds == {"untrue": 1, "drift": 1}
    assert {each.label: each.opinions for each in found.departments} == {"介護保険課": 2, "税務課": 1}
    assert len(found.months) == rates.MONTHS
    page = client_of(owner).get(reverse("feedback:rates")).content.decode()
    assert "66.7 %" in page
    assert "<svg" in page


def test_an_empty_town(
    client_of: Any, it_staff: Person, staff: Person, other_town: Any, outsider: Person
) -> None:
    assert "評価はまだありません" in client_of(it_staff).get(reverse("feedback:rates")).content.decode()
    assert client_of(staff).get(reverse("feedback:rates")).status_code == 403


def test_another_town_counts_nothing(clicked: None, outsider: Person) -> None:
    assert rates.of_person(outsider).whole.opinions == 0


def test_months_end_with_this_one() -> None:
    found = rates.months(datetime.date(2026, 2, 28))
    assert found[0] == datetime.date(2025, 9, 1)
    assert found[-1] == datetime.date(2026, 2, 1)


def test_what_was_taken_back_counts_nowhere(report: Any, staff: Person, owner: Person) -> None:
    actions.withdraw(staff, report(staff))
    assert rates.of_person(owner).whole.reports == 0


def test_the_panel(
    client_of: Any, clicked: None, report: Any, staff: Person, owner: Person, system: AISystem
) -> None:
    report(staff)
    address = reverse("inventory:section", args=[system.pk, "feedback"])
    page = client_of(owner).get(address).content.decode()
    assert "66.7 %" in page
    assert reverse("feedback:report_system", args=[system.pk]) in page
    assert client_of(staff).get(address).status_code == 200


def test_nothing_is_proven_by_nothing(system: AISystem) -> None:
    for control in ("U1.3.4", "U3.1.4", "U3.1.7", "U4.1.5", "U4.1.7", "P1.3.4", "P3.1.4", "P4.1.5", "U3.1.9"):
        found = [one for one in collectors(control) if one.name.startswith("feedback.")]
        assert found
        for one in found:
            assert one.collect(_scope(system)) is None
            assert one.collect(_town(system)) is None


def test_reports_answered_in_time(report: Any, staff: Person, owner: Person, system: AISystem) -> None:
    one = report(staff, "untrue")
    actions.answer(owner, one, finding="confirmed", text="差し替えました。")
    proof = evidence.suspected_falsehood(_scope(system))
    assert proof is not None
    assert proof.verdict == Verdict.MET
    assert proof.figures["on_time"] == 1
    assert proof.figures["by_department"] == {"介護保険課": 1}
    assert evidence.suspected_drift(_scope(system)) is None


def test_a_late_report(report: Any, staff: Person, system: AISystem) -> None:
    one = report(staff, "unfair")
    Report.objects.filter(pk=one.pk).update(due_on=timezone.localdate() - datetime.timedelta(days=1))
    proof = evidence.suspected_unfairness(_town(system))
    assert proof is not None
    assert proof.verdict == Verdict.UNMET


def test_what_is_dangerous_is_taken_up_the_same_day(
    clicked: None, report: Any, staff: Person, owner: Person, system: AISystem
) -> None:
    one = report(staff, "unsuitable")
    proof = evidence.people_respond_on_the_spot(_scope(system))
    assert proof is not None
    assert proof.verdict == Verdict.MET
    Report.objects.filter(pk=one.pk).update(reported_at=timezone.now() - datetime.timedelta(days=3))
    proof = evidence.people_respond_on_the_spot(_scope(system))
    assert proof is not None
    assert proof.verdict == Verdict.PARTLY
    assert proof.figures["late"] == 1


def test_what_is_so_is_asked_of_the_vendor(
    report: Any, staff: Person, owner: Person, system: AISystem
) -> None:
    one = report(staff, "untrue", "region")
    actions.answer(owner, one, finding="confirmed", text="確かに違います。")
    for collect in (evidence.vendors_mend_falsehood, evidence.vendors_fit_the_region):
        proof = collect(_scope(system))
        assert proof is not None
        assert proof.verdict == Verdict.UNMET
    assert evidence.vendors_mend_unfairness(_scope(system)) is None


def test_asked_and_tried(asked: ImprovementRequest, owner: Person, system: AISystem) -> None:
    proof = evidence.vendors_mend_falsehood(_scope(system))
    assert proof is not None
    assert proof.verdict == Verdict.MET
    today = timezone.localdate()
    actions.record_reply(owner, asked, reply="mended", text="直した", on=today)
    actions.verify(owner, asked, mended=True, text="試した", on=today)
    proof = evidence.vendors_mend_falsehood(_scope(system))
    assert proof is not None
    assert proof.figures["requests"] == {"verified": 1}
    with override("en"):
        assert "確認" not in str(proof.value)
    ImprovementRequest.objects.update(state="asked", due_on=today - datetime.timedelta(days=1))
    late = evidence.vendors_mend_falsehood(_scope(system))
    assert late is not None
    assert late.verdict == Verdict.PARTLY
