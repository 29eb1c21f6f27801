"""G.7 and P8.2.4: what was published and reported, from the record of what was given out."""

from __future__ import annotations

import datetime
import re

import pytest
from django.utils import timezone, translation

from kijun.governance.accounts.models import Person
from kijun.governance.evidence.models import Verdict
from kijun.governance.evidence.proofs import Proof, Scope, collectors
from kijun.governance.organisation.calendar import due_date
from kijun.governance.organisation.models import Municipality
from kijun.governance.reports import evidence
from kijun.governance.reports.models import Issue

Audience = Issue.Audience
DAY = datetime.timedelta(days=1)


def given(by: Person, audience: str, days_ago: int, asked_days_ago: int | None = None) -> Issue:
    today = timezone.localdate()
    asked = None if asked_days_ago is None else today - datetime.timedelta(days=asked_days_ago)
    return Issue.objects.create(
        municipality=by.municipality,
        audience=audience,
        title="報告",
        issued_on=today - datetime.timedelta(days=days_ago),
        requested_on=asked,
        by=by,
    )


def must(proof: Proof | None) -> Proof:
    assert proof is not None
    return proof


def published(town: Municipality) -> Proof:
    return must(evidence.published_and_reported(Scope.organisation(town)))


def test_what_is_told_reads_in_both_languages(it_staff: Person) -> None:
    given(it_staff, Audience.RESIDENTS, 10, asked_days_ago=12)
    told = published(it_staff.municipality)
    asked = must(evidence.ready_to_report(Scope.organisation(it_staff.municipality)))

    assert str(told.value) == f"1年以内：住民 {timezone.localdate() - 10 * DAY:%Y/%m/%d}、関係府省 –"
    with translation.override("en"):
        assert str(told.value).startswith("Within a year: residents ")
        assert not re.search("[ぁ-ん一-龥/]", f"{told.value} {asked.value}")


def test_every_control_has_its_collector() -> None:
    for control in ("G.7", "P8.2.4"):
        assert any(one.name.startswith("reports.") for one in collectors(control)), control


def test_both_were_told(it_staff: Person) -> None:
    given(it_staff, Audience.RESIDENTS, 10)
    given(it_staff, Audience.MINISTRY, 100)

    proof = published(it_staff.municipality)

    assert proof.verdict == Verdict.MET
    assert proof.expires_on == timezone.localdate() + datetime.timedelta(days=265)


@pytest.mark.parametrize(
    ("given_out", "verdict"),
    [
        ([], Verdict.UNMET),
        ([(Audience.RESIDENTS, 10)], Verdict.PARTLY),
        ([(Audience.MINISTRY, 10), (Audience.RESIDENTS, 366)], Verdict.PARTLY),
        ([(Audience.ASSEMBLY, 1), (Audience.OTHER, 1)], Verdict.UNMET),
        ([(Audience.MINISTRY, 364), (Audience.RESIDENTS, 364)], Verdict.MET),
        ([(Audience.MINISTRY, 365), (Audience.RESIDENTS, 365)], Verdict.UNMET),
    ],
)
def test_verdicts(it_staff: Person, given_out: list[tuple[str, int]], verdict: str) -> None:
    for audience, days in given_out:
        given(it_staff, audience, days)
    assert published(it_staff.municipality).verdict == verdict


def test_it_lapses_when_it_is_no_longer_counted(it_staff: Person) -> None:
    """The last day on which the evidence holds is a day on which it still counts."""
    given(it_staff, Audience.RESIDENTS, 364)
    given(it_staff, Audience.MINISTRY, 364)
    proof = published(it_staff.municipality)
    assert proof.verdict == Verdict.MET
    assert proof.expires_on is not None
    assert proof.expires_on >= timezone.localdate()


def test_another_town_does_not_count(it_staff: Person, outsider: Person) -> None:
    given(outsider, Audience.RESIDENTS, 1)
    given(outsider, Audience.MINISTRY, 1)
    assert published(it_staff.municipality).verdict == Verdict.UNMET


def test_nobody_asked(it_staff: Person) -> None:
    given(it_staff, Audience.MINISTRY, 1)
    assert evidence.ready_to_report(Scope.organisation(it_staff.municipality)) is None


def test_answered_in_time(it_staff: Person) -> None:
    given(it_staff, Audience.MINISTRY, 1, asked_days_ago=8)
    proof = must(evidence.ready_to_report(Scope.organisation(it_staff.municipality)))
    assert proof.verdict == Verdict.MET
    with translation.override("ja"):
        assert "1件" in str(proof.value)
        assert "中央値7日" in str(proof.value)


def test_answered_late_counts_opening_days(it_staff: Person) -> None:
    made = given(it_staff, Audience.ASSEMBLY, 0, asked_days_ago=60)
    assert made.requested_on is not None
    last = due_date(it_staff.municipality, evidence.ANSWER_DAYS, made.requested_on)
    scope = Scope.organisation(it_staff.municipality)

    Issue.objects.update(issued_on=last)
    assert must(evidence.ready_to_report(scope)).verdict == Verdict.MET
    Issue.objects.update(issued_on=last + datetime.timedelta(days=1))
    assert must(evidence.ready_to_report(scope)).verdict == Verdict.PARTLY
