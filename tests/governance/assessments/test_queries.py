"""Reading: results, trend, and a number of queries that does not grow with the town."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kijun.governance.accounts.models import Person
from kijun.governance.assessments import links, queries
from kijun.governance.assessments.models import Answer, AskedRole, Assessment, Cycle, Status
from kijun.governance.assessments.tallies import Results, Tally, from_summary, statuses_in, summary_of
from kijun.governance.evidence.models import ScopeKind
from kijun.governance.organisation.models import Department, Municipality
from tests.governance.assessments.made import make_system, open_cycle


def test_tallies() -> None:
    tally = Tally({"done": 3, "partly": 1, "not_applicable": 1, "": 1})
    assert (tally.total, tally.answered, tally.left, tally.gaps, tally.applicable) == (6, 5, 1, 1, 5)
    assert (tally.judged, tally.rate) == (4, 75.0)  # what is still open is not yet undone
    assert (tally.percent, tally.complete) == (83, False)
    assert Tally({"not_applicable": 2}).rate is None
    assert Tally().percent == 100
    results = Results()
    for principle, role, status in [
        ("10", "user", "done"),
        ("2", "provider", ""),
        ("G", "organisation", "partly"),
    ]:
        results.add(principle, role, status)
    assert results.principles == ["G", "2", "10"]
    assert results.roles == ["organisation", "provider", "user"]
    assert results.cell("9", "user").total == 0


def test_a_summary_keeps_every_control() -> None:
    summary = summary_of(
        {"id": id, "principle": principle, "role": "provider", "status": status}
        for id, principle, status in [("P1.1.1", "1", "done"), ("P1.1.2", "1", "done"), ("P2.1.1", "2", "")]
    )
    assert summary == {"1": {"provider": {"done": ["P1.1.1", "P1.1.2"]}}, "2": {"provider": {"": ["P2.1.1"]}}}
    assert from_summary(summary).principle("1").done == 2
    assert set(statuses_in(summary)) == {
        ("P1.1.1", "1", "provider", "done"),
        ("P1.1.2", "1", "provider", "done"),
        ("P2.1.1", "2", "provider", ""),
    }
    assert from_summary(None).total.total == 0


def test_results_of_an_open_one_are_its_answers(assessment: Assessment, user_answer: Answer) -> None:
    Answer.objects.filter(pk=user_answer.pk).update(status=Status.DONE)
    results = queries.results(assessment)
    assert results.total.total == assessment.answers.count()
    assert results.cell(user_answer.principle, AskedRole.USER).done == 1


def test_the_course_and_the_last_approved(
    town: Municipality, assessment: Assessment, it_staff: Person, settle: Callable[..., Assessment]
) -> None:
    pk = assessment.scope_id
    assert queries.latest_approved(town, ScopeKind.SYSTEM, pk) is None
    settle(assessment, gaps=10)
    following = open_cycle(it_staff, town, "次の年").assessments.get(system=assessment.system)
    assert queries.latest_approved(town, ScopeKind.SYSTEM, pk) == assessment
    assert queries.current(town, ScopeKind.SYSTEM, pk) == following
    settle(following)
    course = queries.course([following], queries.given_answers([following]), ScopeKind.SYSTEM)
    assert [one.cycle for one in course.points] == ["2026年度 自己点検", "次の年"]
    assert course.points[0].tally.gaps == 10
    assert course.points[1].tally.rate == 100.0
    assert queries.latest_approved_of_all(town) == {(ScopeKind.SYSTEM, pk): following}
    assert (
        queries.course([assessment], queries.given_answers([assessment]), ScopeKind.SYSTEM).comparison is None
    )  # nothing came before the first
    assert queries.course([], {}).points == []


def test_an_open_cycle_is_compared_by_what_it_has_answered(
    town: Municipality, assessment: Assessment, it_staff: Person, settle: Callable[..., Assessment]
) -> None:
    settle(assessment, gaps=10)
    total = assessment.answers.count()
    following = open_cycle(it_staff, town, "次の年").assessments.get(system=assessment.system)
    first = following.answers.order_by("pk")[:4]
    Answer.objects.filter(pk__in=[one.pk for one in first]).update(status=Status.DONE)

    comparison = queries.course([following], queries.given_answers([following]), ScopeKind.SYSTEM).comparison

    assert comparison is not None
    assert (comparison.total.common, comparison.left) == (4, total - 4)
    assert (comparison.total.before, comparison.total.now, comparison.total.points) == (0.0, 100.0, 100.0)


def test_the_town_s_course_takes_every_scope_and_asks_the_database_a_fixed_number_of_times(
    town: Municipality,
    assessment: Assessment,
    whole: Assessment,
    it_staff: Person,
    settle: Callable[..., Assessment],
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    settle(assessment, gaps=3)
    settle(whole, gaps=2)
    for number in range(2, 12):
        make_system(town, number)
    later = open_cycle(it_staff, town, "次の年")
    rows = list(queries.assessments(town).filter(cycle=later))

    with django_assert_max_num_queries(2):
        course = queries.course(rows, queries.given_answers(rows))

    assert course.points[0].tally.gaps == 5
    assert course.earlier == assessment.cycle.name
    assert course.comparison is not None
    assert course.comparison.added == sum(one.answers.count() for one in rows) - course.points[0].tally.total


def test_who_sees_what(
    town: Municipality,
    assessment: Assessment,
    whole: Assessment,
    staff: Person,
    neighbour: Person,
    executive: Person,
    auditor: Person,
    owner: Person,
    outsider: Person,
) -> None:
    for person in (executive, auditor, staff, owner):
        assert set(queries.visible_assessments(person)) == {assessment, whole}
    for person in (neighbour, outsider):
        assert set(queries.visible_assessments(person)) == set()


PAGES = ["/staff/assessments/", "/staff/assessments/cycles/{cycle}/", "/staff/assessments/new/"]


@pytest.mark.parametrize("path", PAGES)
def test_lists_ask_as_much_for_thirty_systems_as_for_three(
    client_of: Callable[[Person], Client],
    town: Municipality,
    it_staff: Person,
    it_department: Department,
    care: Department,
    path: str,
) -> None:
    counts = []
    for number in (3, 30):
        start = 100 * number
        for one in range(number):
            make_system(town, start + one, provider=it_department, users=(care,), owner=it_staff)
        cycle = open_cycle(it_staff, town, f"{number}件")
        client = client_of(it_staff)
        address = path.format(cycle=cycle.pk)
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[1] < 45


def test_the_home_page_and_an_assessment_ask_little(
    town: Municipality,
    client_of: Callable[[Person], Client],
    it_staff: Person,
    it_department: Department,
    care: Department,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(10):
        make_system(town, number, provider=it_department, users=(care,), tier="high")
    cycle: Cycle = open_cycle(it_staff, town)
    it_staff.grants_today(), it_staff.postings_today()
    with django_assert_max_num_queries(3):
        assert len(list(links.tasks(it_staff))) == 12
    assessment = cycle.assessments.exclude(system=None)[0]
    client = client_of(it_staff)
    base = f"/staff/assessments/{assessment.pk}/"
    for path in (
        base,
        base + "principles/1/",
        base + "principles/1/?show=mine",
        base + "results/",
        base + "work/",
    ):
        with django_assert_max_num_queries(40):
            assert client.get(path).status_code == 200
