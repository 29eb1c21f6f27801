"""What trail, accounts, mandates and findings prove: verdicts follow the facts."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone, translation

from kijun.governance.accounts.models import Person, RoleGrant
from kijun.governance.accounts.roles import Role
from kijun.governance.audit.actions import record
from kijun.governance.audit.models import Entry
from kijun.governance.evidence import evidence, proofs
from kijun.governance.evidence.actions import collect
from kijun.governance.evidence.models import Finding, Item, Verdict
from kijun.governance.evidence.proofs import Proof, Scope
from kijun.governance.mandates.models import Body, Mandate, Meeting, Member, Plan, ResourceRequest
from kijun.governance.organisation.models import Department, Municipality
from tests.governance.evidence.conftest import make_item
from tests.governance.evidence.test_findings import make_finding

OWN = [one for one in proofs.collectors() if one.name.startswith("evidence.evidence.")]
DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize("collector", OWN, ids=lambda one: one.name)
def test_an_empty_town_is_answered_in_both_languages(
    collector: proofs.Collector, organisation: Scope
) -> None:
    proof = collector.collect(organisation)
    assert proof is not None
    with translation.override("ja"):
        japanese = f"{proof.title} {proof.value}"
    with translation.override("en"):
        english = f"{proof.title} {proof.value}"
    assert japanese != english
    assert "%(" not in japanese + english
    assert proof.url.startswith("/staff/")


def test_a_day_in_a_text_is_written_as_the_reader_writes_days() -> None:
    value = proofs.line("%(day)s", day=proofs.shown_day(datetime.date(2027, 1, 4)))
    assert str(value) == "2027/01/04"
    with translation.override("en"):
        assert str(value) == "4 January 2027"
    assert str(proofs.shown_day(None)) == "–"


def test_a_plan_of_several_years_names_ai(organisation: Scope) -> None:
    assert evidence.plans_that_name_ai(organisation).verdict == Verdict.UNMET
    today = timezone.localdate()
    values: dict[str, Any] = {
        "municipality": organisation.municipality, "name": "DX計画", "kind": "dx", "passage": "第3章", "starts_on": today
    }  # fmt: skip
    plan = Plan.objects.create(ends_on=today + 300 * DAY, **values)
    assert evidence.plans_that_name_ai(organisation).verdict == Verdict.PARTLY
    plan.ends_on = today + 900 * DAY
    plan.save()
    proof = evidence.plans_that_name_ai(organisation)
    assert (proof.verdict, proof.expires_on) == (Verdict.MET, plan.ends_on)
    plan.passage = ""
    plan.save()
    assert evidence.plans_that_name_ai(organisation).verdict == Verdict.UNMET


def test_a_body_of_both_sides_that_meets(organisation: Scope, executive: Person, staff: Person) -> None:
    town, today = organisation.municipality, timezone.localdate()
    assert evidence.governance_body(organisation).verdict == Verdict.UNMET
    body = Body.objects.create(municipality=town, name="AI検討会議", valid_from=today - 400 * DAY)
    for person, side in ((executive, Member.Side.EXECUTIVE), (staff, Member.Side.GROUND)):
        Member.objects.create(
            municipality=town, body=body, person=person, side=side, valid_from=today - 9 * DAY
        )
    assert evidence.governance_body(organisation).verdict == Verdict.PARTLY
    meeting = Meeting.objects.create(municipality=town, body=body, title="第1回", held_on=today - 300 * DAY)
    assert evidence.governance_body(organisation).verdict == Verdict.PARTLY
    meeting.held_on = today - DAY
    meeting.save()
    proof = evidence.governance_body(organisation)
    assert (proof.verdict, proof.expires_on) == (Verdict.MET, today - DAY + 183 * DAY)


def test_somebody_answers_for_use_and_for_risk(organisation: Scope, risk_officer: Person) -> None:
    assert evidence.answers_for_risk(organisation).verdict == Verdict.MET
    assert evidence.answers_for_use(organisation).verdict == Verdict.UNMET
    Person.objects.filter(pk=risk_officer.pk).update(is_active=False)
    assert evidence.answers_for_risk(organisation).verdict == Verdict.UNMET
    Person.objects.filter(pk=risk_officer.pk).update(is_active=True)
    last = timezone.localdate() + 40 * DAY
    Mandate.objects.update(valid_to=last)
    assert evidence.answers_for_risk(organisation).expires_on == last


def test_powers_and_requests(organisation: Scope, risk_officer: Person) -> None:
    assert evidence.powers_and_resources(organisation).verdict == Verdict.UNMET
    Mandate.objects.update(powers="停止を命じる", resources="職員2人")
    assert evidence.powers_and_resources(organisation).verdict == Verdict.MET
    ResourceRequest.objects.create(
        municipality=organisation.municipality,
        what="予算",
        asked_on=timezone.localdate() - 200 * DAY,
        asked_by=risk_officer,
    )
    assert evidence.powers_and_resources(organisation).verdict == Verdict.PARTLY


def test_governing_accounts_need_a_second_factor(organisation: Scope, staff: Person) -> None:
    from kijun.governance.accounts.security import Authenticator

    assert evidence.second_factors(organisation).verdict == Verdict.PARTLY
    grant = RoleGrant.objects.create(
        municipality=staff.municipality,
        person=staff,
        role=Role.ADMINISTRATOR,
        valid_from=datetime.date(2024, 4, 1),
    )
    assert evidence.second_factors(organisation).verdict == Verdict.UNMET
    grant.delete()
    Authenticator.objects.create(user=staff, type="totp", data={})
    assert evidence.second_factors(organisation).verdict == Verdict.MET


def test_roles_left_behind(organisation: Scope, staff: Person) -> None:
    assert evidence.stale_grants(organisation).verdict == Verdict.MET
    Person.objects.filter(pk=staff.pk).update(is_active=False)
    proof = evidence.stale_grants(organisation)
    assert (proof.verdict, proof.figures["left"]) == (Verdict.UNMET, 1)


def test_a_trail_that_was_changed(organisation: Scope, staff: Person) -> None:
    record(organisation.municipality.chain, staff, "x.done", staff)
    assert evidence.trail_holds(organisation).verdict == Verdict.MET
    with connection.cursor() as cursor:
        for name in _triggers(cursor):
            cursor.execute(f"DROP TRIGGER {name}")
    Entry.objects.update(actor_label="別人")
    assert evidence.trail_holds(organisation).verdict == Verdict.UNMET


def _triggers(cursor: Any) -> list[str]:
    """The triggers that forbid changes; there are none where tests run without migrations."""
    if connection.vendor != "sqlite":
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else events wait and the table cannot change
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        return []
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'")
    return [row[0] for row in cursor.fetchall()]


def test_findings_past_their_date(town: Municipality, organisation: Scope, care: Department) -> None:
    finding = make_finding(town, department=care)
    assert evidence.findings_are_worked_on(organisation).verdict == Verdict.MET
    Finding.objects.update(due_on=timezone.localdate() - DAY)
    assert evidence.findings_are_worked_on(organisation).verdict == Verdict.PARTLY
    Finding.objects.filter(pk=finding.pk).update(raised_at=timezone.now() - 200 * DAY)
    assert evidence.findings_are_worked_on(organisation).verdict == Verdict.UNMET


def test_lapses_are_found_in_time(
    town: Municipality, organisation: Scope, it_staff: Person, sensor: object
) -> None:
    def verdict() -> Proof:
        return evidence.lapses_are_found(organisation)

    today = timezone.localdate()
    make_item(it_staff, control="P6.1.4", effective_on=today - 99 * DAY, expires_on=today)
    Item.objects.update(expires_on=today - 9 * DAY)
    assert verdict().verdict == Verdict.UNMET  # nobody told of it
    collect(town)
    assert verdict().verdict == Verdict.MET
    assert verdict().figures["raised"] == 1
    Finding.objects.update(lapsed_at=timezone.now() - 5 * DAY)
    assert verdict().verdict == Verdict.PARTLY
