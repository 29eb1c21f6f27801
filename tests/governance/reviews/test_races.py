"""Two at once, for real: threads with connections of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from kijun.governance.accounts.models import Person
from kijun.governance.reviews import actions, answers
from kijun.governance.reviews.models import Label, Review
from kijun.web.versions import Stale
from tests.governance.reviews.conftest import decide
from tests.governance.reviews.made import confirmation
from tests.patience import patiently


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each gives or raises."""
    found: list[Any] = [None] * len(calls)
    gate = threading.Barrier(len(calls))

    def run(place: int, call: Callable[[], Any]) -> None:
        try:
            gate.wait()
            found[place] = patiently(call)
        except Exception as error:
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(calls)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return found


@pytest.mark.django_db(transaction=True)
def test_the_same_answer_twice_at_once(say: Any, staff: Person) -> None:
    told = say(staff)
    answer = answers.own(staff, told)
    assert answer is not None
    said = confirmation(answer)
    found = at_once(*[lambda: actions.confirm(staff, answer, said)] * 2)
    assert Review.objects.filter(superseded_at=None).count() == 1
    assert any(isinstance(one, Review) for one in found)
    assert all(isinstance(one, Review | Stale) for one in found), found


@pytest.mark.django_db(transaction=True)
def test_put_forward_twice_at_once(confirm: Any, staff: Person, approver: Person) -> None:
    review = confirm(staff, destination="outside")
    seen = [
        Review.objects.select_related("municipality", "purpose", "department").get(pk=review.pk)
        for _ in range(2)
    ]
    found = at_once(
        *[lambda one=one: actions.submit(staff, one, seen_revision=review.revision) for one in seen]
    )
    assert sum(not isinstance(one, Exception) for one in found) == 1
    assert all(not isinstance(one, Exception) or isinstance(one, ValidationError) for one in found), found


@pytest.mark.django_db(transaction=True)
def test_a_label_twice_at_once(submitted: Review, staff: Person, approver: Person) -> None:
    decide(submitted, approver)
    seen = [
        Review.objects.select_related("municipality", "approval__decided_by", "purpose").get(pk=submitted.pk)
        for _ in range(2)
    ]
    found = at_once(
        *[lambda one=one: actions.make_label(staff, one, kind="text", parts=["draft"]) for one in seen]
    )
    assert Label.objects.count() == 1
    assert any(isinstance(one, Label) for one in found)
    assert all(isinstance(one, Label) for one in found), found
