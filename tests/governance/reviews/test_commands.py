"""``kijun reviews …``: facts of what people decided, and labels, in a person's name."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.interactions import ledger
from kijun.governance.reviews import actions
from kijun.governance.reviews.models import Label, Review
from kijun.ledger.model import Kind, Query
from tests.governance.commanding import printed, refused, told

STAFF = ("--as", "0004")


@pytest.fixture
def label(approved: Review, staff: Person) -> Label:
    return actions.make_label(staff, approved, kind="text", parts=["draft"])


def test_it_works(capsys: Any, confirm: Any, staff: Person) -> None:
    row = confirm(staff, title="広報の案", text="直した文章です。")
    [one] = told(capsys, "reviews", "list", *STAFF)
    assert (one["id"], one["person"], one["decision"], one["state"]) == (row.pk, "0004", "edit", "confirmed")
    whole = told(capsys, "reviews", "show", str(row.pk), *STAFF)
    assert {check["answer"] for check in whole["checks"]} == {"yes"}
    assert whole["stays_because"] == ""
    assert "直した文章" not in str(whole), "texts are read on the pages, where looks are recorded"
    assert "広報の案" in printed(capsys, "reviews", "list", *STAFF)
    with ledger.reading() as book:
        assert not book.search(Query(municipality=staff.municipality.code, kinds=(Kind.LOOK,))).records


def test_filters(capsys: Any, confirm: Any, staff: Person) -> None:
    confirm(staff)
    confirm(staff, use=False, reason="古い。")
    assert len(told(capsys, "reviews", "list", *STAFF)) == 2
    assert len(told(capsys, "reviews", "list", *STAFF, "--decision", "reject")) == 1
    assert len(told(capsys, "reviews", "list", *STAFF, "--system", "AI-001")) == 2
    tomorrow = (timezone.localdate() + datetime.timedelta(days=1)).isoformat()
    assert told(capsys, "reviews", "list", *STAFF, "--since", tomorrow) == []
    assert len(told(capsys, "reviews", "list", *STAFF, "--until", tomorrow)) == 2


def test_others_are_seen_as_far_as_the_role_reaches(
    capsys: Any, confirm: Any, staff: Person, auditor: Person, neighbour: Person
) -> None:
    row = confirm(staff)
    assert [one["id"] for one in told(capsys, "reviews", "list", "--as", "0007", "--others")] == [row.pk]
    assert told(capsys, "reviews", "list", "--as", "0008") == []
    code, words = refused(capsys, "reviews", "list", "--as", "0008", "--others")
    assert code == 1
    assert "docs/reviews.md" in words
    assert refused(capsys, "reviews", "show", str(row.pk), "--as", "0008")[0] == 2
    assert refused(capsys, "reviews", "show", "x", *STAFF)[0] == 2


def test_another_town_is_not_there(capsys: Any, confirm: Any, staff: Person, outsider: Person) -> None:
    row = confirm(staff)
    code = outsider.municipality.code
    assert told(capsys, "reviews", "list", "--as", "0002", "--others", "--municipality", code) == []
    assert refused(capsys, "reviews", "show", str(row.pk), "--as", "0002", "--municipality", code)[0] == 2


def test_whoever_left_does_nothing(capsys: Any, confirm: Any, staff: Person) -> None:
    confirm(staff)
    Person.objects.filter(pk=staff.pk).update(is_active=False)
    assert refused(capsys, "reviews", "list", *STAFF)[0] == 1


def test_a_label_is_listed_and_withdrawn(capsys: Any, label: Label, staff: Person) -> None:
    [one] = told(capsys, "reviews", "labels", *STAFF)
    assert one["code"] == str(label)
    assert refused(capsys, "reviews", "withdraw-label", str(label), *STAFF, "--reason", " ")[0] == 2
    typed = str(label).lower().replace("-", " ")
    gone = told(capsys, "reviews", "withdraw-label", typed, *STAFF, "--reason", "誤記があった")
    assert gone["withdrawn_why"] == "誤記があった"
    assert told(capsys, "reviews", "labels", *STAFF) == []
    assert len(told(capsys, "reviews", "labels", *STAFF, "--all")) == 1
    entry = Entry.objects.get(action="reviews.label_withdrawn")
    assert "操作卓" in entry.actor_label, "the trail tells it from the person's own doing"
    code, words = refused(capsys, "reviews", "withdraw-label", str(label), *STAFF, "--reason", "もう一度")
    assert code == 1
    assert "already" in words


def test_labels_of_others(capsys: Any, label: Label, neighbour: Person) -> None:
    assert told(capsys, "reviews", "labels", "--as", "0008") == []
    assert refused(capsys, "reviews", "withdraw-label", str(label), "--as", "0008", "--reason", "x")[0] == 2
    assert refused(capsys, "reviews", "withdraw-label", "nonsense", "--as", "0008", "--reason", "x")[0] == 2


def test_it_is_wrongly_called(capsys: Any) -> None:
    assert refused(capsys, "reviews")[0] == 2
