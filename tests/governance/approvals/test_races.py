"""Two at once, for real: two connections to one database."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals import actions
from kijun.governance.approvals.models import Step
from kijun.governance.audit.models import Entry
from tests.conftest import make_department, make_person, make_town
from tests.governance.approvals.conftest import KIND
from tests.patience import outcome


@pytest.mark.django_db(transaction=True)
def test_two_approvers_at_once(told: list[object]) -> None:
    town = make_town("131016", "千代田区")
    care = make_department(town, "21", "介護保険課")
    staff = make_person(town, "1", "職員", care, Role.STAFF)
    people = [make_person(town, str(n), f"上長{n}", care, Role.APPROVER) for n in (2, 3)]
    make_person(town, "4", "市長", care, Role.EXECUTIVE)
    approval = actions.submit(staff, KIND, care, title="件名")
    step = approval.steps.get(order=1)
    gate, outcomes = threading.Barrier(2), []

    def decide(person: Person) -> None:
        mine = Step.objects.select_related("approval").get(pk=step.pk)
        gate.wait()
        outcomes.append(outcome(lambda: actions.approve(person, mine)))
        connection.close()

    threads = [threading.Thread(target=decide, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome == "done" for outcome in outcomes) == [False, True]
    assert any("「承認」としています" in outcome for outcome in outcomes)
    assert Entry.objects.filter(action="approvals.step_approved").count() == 1
