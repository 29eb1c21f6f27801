"""Two at once, for real: two connections to one database."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from kijun.governance.access.models import Stop
from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.incidents import actions, readiness
from kijun.governance.incidents.models import Incident, Notice, Playbook, Prevention, Step
from tests.governance.incidents.conftest import anew, contained
from tests.patience import outcome, patiently

TOMORROW = timezone.localdate() + datetime.timedelta(days=1)


def at_once(*acts: Callable[[], Callable[[], object]]) -> list[str]:
    """What became of each. Each reads its rows, waits for the others to have read theirs, then acts."""
    start = threading.Barrier(len(acts))
    told = [""] * len(acts)

    def go(number: int) -> None:
        try:
            act = patiently(acts[number])
            start.wait(20)
            told[number] = outcome(act)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(number,)) for number in range(len(acts))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return told


def closing(person: Person, row: Incident) -> Callable[[], Callable[[], object]]:
    def read() -> Callable[[], object]:
        mine = anew(row)
        return lambda: actions.close(person, mine, "訂正を終えた")

    return read


@pytest.mark.django_db(transaction=True)
def test_two_close_at_once(incident: Any, owner: Person, executive: Person) -> None:
    row = contained(owner, incident())
    told = at_once(closing(owner, row), closing(executive, row))
    assert sorted(told) == ["done", "stale"]
    assert anew(row).state == "closed"
    assert Entry.objects.filter(action="incidents.closed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_stops_the_ai_while_another_closes(incident: Any, owner: Person, executive: Person) -> None:
    """Whoever comes second is told: what was stopped is not closed unseen, what was closed is not stopped."""
    row = contained(owner, incident())

    def stopping() -> Callable[[], object]:
        mine = anew(row)
        return lambda: actions.stop_ai(owner, mine, mine.system, "まだ誤る")

    told = at_once(closing(executive, row), stopping)
    assert sorted(told) == ["done", "stale"]
    closed = told[0] == "done"
    assert (anew(row).state == "closed") is closed
    assert Stop.objects.exists() is not closed
    assert Entry.objects.filter(action="incidents.stopped").exists() is not closed


@pytest.mark.django_db(transaction=True)
def test_the_same_step_is_ticked_twice(
    playbook: Playbook, incident: Any, owner: Person, it_staff: Person
) -> None:
    row = incident()
    pk = Step.objects.filter(incident=row)[0].pk

    def ticking(person: Person) -> Callable[[], Callable[[], object]]:
        def read() -> Callable[[], object]:
            mine = Step.objects.select_related("incident__system").get(pk=pk)
            return lambda: actions.finish_step(person, mine, note=person.name)

        return read

    told = at_once(ticking(owner), ticking(it_staff))
    assert sorted(told) == ["done", "stale"]
    winner = owner if told[0] == "done" else it_staff
    assert Step.objects.get(pk=pk).done_by == winner
    assert Entry.objects.filter(action="incidents.step_done").count() == 1
    assert anew(row).state == "handling"


@pytest.mark.django_db(transaction=True)
def test_two_steps_of_one_incident_at_once(
    playbook: Playbook, incident: Any, owner: Person, it_staff: Person
) -> None:
    """Both are done, and the first action is the earlier of the two."""
    row = incident(harms=["leak"])
    first, second = (one.pk for one in Step.objects.filter(incident=row)[:2])

    def ticking(person: Person, pk: int) -> Callable[[], Callable[[], object]]:
        def read() -> Callable[[], object]:
            mine = Step.objects.select_related("incident__system").get(pk=pk)
            return lambda: actions.finish_step(person, mine, note="した")

        return read

    assert at_once(ticking(owner, first), ticking(it_staff, second)) == ["done", "done"]
    done = [one.done_at for one in Step.objects.filter(pk__in=(first, second))]
    assert anew(row).first_action_at == min(one for one in done if one is not None)


ADDED: dict[str, Callable[[Person, Incident], object]] = {
    "prevention": lambda person, row: actions.add_prevention(
        person, row, what="版を確かめる", person=person, due_on=TOMORROW
    ),
    "notice": lambda person, row: actions.save_notice(person, row, None, whom="vendor"),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ADDED)
def test_nothing_is_added_while_it_is_closed(
    incident: Any, owner: Person, executive: Person, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Who closes has looked at what is left; what comes between the look and the end was left open for good."""
    row = contained(owner, incident())
    looked, added, left = threading.Event(), threading.Event(), readiness.left

    def look(one: Incident) -> list[Any]:
        found = left(one)
        looked.set()
        added.wait(2)  # what may not come between waits for the end itself
        return found

    monkeypatch.setattr(readiness, "left", look)

    def adding() -> Callable[[], object]:
        mine = anew(row)

        def add() -> None:
            looked.wait(20)
            ADDED[what](owner, mine)
            added.set()

        return add

    assert at_once(closing(executive, row), adding) == ["done", "このインシデントは終わっています。"]
    assert anew(row).state == "closed"
    assert not Prevention.objects.exists()
    assert not Notice.objects.filter(done_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_what_was_added_first_keeps_it_open(incident: Any, owner: Person, executive: Person) -> None:
    row = contained(owner, incident())
    mine = anew(row)
    actions.add_prevention(owner, anew(row), what="版を確かめる", person=owner, due_on=TOMORROW)
    with pytest.raises(ValidationError, match="再発防止が1件"):
        actions.close(executive, mine, "訂正を終えた")
    assert anew(row).state == "contained"


def test_a_step_ticked_on_an_old_page_does_not_open_what_was_taken_back(
    playbook: Playbook, incident: Any, staff: Person, owner: Person
) -> None:
    row = incident()
    step = Step.objects.select_related("incident__system").filter(incident=row)[0]
    assert step.incident.state == "received"
    actions.withdraw(staff, anew(row), "勘違いだった")
    with pytest.raises(ValidationError, match="終わっています"):
        actions.finish_step(owner, step, note="した")
    assert anew(row).state == "withdrawn"


def test_a_step_ticked_on_an_old_page_does_not_take_back_that_it_is_contained(
    playbook: Playbook, incident: Any, owner: Person
) -> None:
    row = incident()
    step = Step.objects.select_related("incident__system").filter(incident=row)[0]
    actions.measure(owner, anew(row), "画面を閉じた")
    actions.decide_course(owner, anew(row), "check", "人が確かめる")
    actions.contain(owner, anew(row), "同じ案内はない")
    actions.finish_step(owner, step, note="した")
    assert anew(row).state == "contained"
