"""Two at once, for real: two connections to one database."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from kijun.governance.accounts.roles import Role
from kijun.governance.assessments import actions
from kijun.governance.assessments.models import Answer, AskedRole, Status
from kijun.governance.audit.models import Entry
from tests.conftest import make_department, make_person, make_town
from tests.governance.assessments.made import make_system, open_cycle
from tests.patience import outcome


@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_at_once_one_is_told() -> None:
    town = make_town("131016", "千代田区")
    office, care = make_department(town, "10", "デジタル推進課"), make_department(town, "20", "福祉部")
    chief = make_person(town, "1", "情報", office, Role.IT_STAFF)
    people = [make_person(town, str(n), f"職員{n}", care, Role.STAFF) for n in (2, 3)]
    make_system(town, 1, provider=office, users=(care,))
    cycle = open_cycle(chief, town)
    answer = cycle.assessments.exclude(system=None).get().answers.filter(role=AskedRole.USER)[0]
    start, outcomes = threading.Barrier(2), []

    def work(number: int) -> None:
        try:
            mine = Answer.objects.select_related("assessment").get(pk=answer.pk)
            start.wait(10)
            outcomes.append(
                outcome(
                    lambda: actions.answer(
                        people[number], mine, status=Status.NOT_DONE, reason=str(number), seen_revision=0
                    )
                )
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert sorted(outcomes) == ["done", "stale"]
    answer.refresh_from_db()
    assert answer.revision == 1
    assert Entry.objects.filter(action="assessments.answered").count() == 1
