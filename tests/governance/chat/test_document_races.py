"""Two at once, for real: threads with connections of their own."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from kijun.governance.accounts.models import Person
from kijun.governance.approvals import actions as approvals
from kijun.governance.approvals.models import Approval
from kijun.governance.chat.documents import actions, indexing
from kijun.governance.chat.documents.models import Collection, Document, DocumentVersion, Opened
from kijun.governance.organisation.models import Department
from tests.governance.chat.test_documents import upload
from tests.governance.reviews.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "_ask", lambda key: None)


@pytest.fixture
def collection(it_staff: Person, staff: Person, care: Department) -> Collection:
    values = {"name": "介護の手引", "department": care, "owner": staff, "is_open": True}
    return actions.save_collection(it_staff, None, values)


def gave(found: list[Any], kind: type) -> int:
    return sum(isinstance(one, kind) for one in found)


def test_two_register_the_same_document(staff: Person, collection: Collection) -> None:
    found = at_once(lambda: upload(staff, collection), lambda: upload(staff, collection))
    assert (gave(found, DocumentVersion), gave(found, ValidationError)) == (1, 1), found
    assert Document.objects.count() == 1


def test_two_register_a_version(staff: Person, collection: Collection) -> None:
    first = upload(staff, collection)
    again = [lambda: upload(staff, collection, document=first.document) for _ in range(2)]
    found = at_once(*again)
    assert gave(found, DocumentVersion) == 2, found
    assert sorted(DocumentVersion.objects.values_list("number", flat=True)) == [1, 2, 3]


def test_two_put_it_forward(staff: Person, approver: Person, collection: Collection) -> None:
    version = upload(staff, collection)
    found = at_once(lambda: actions.submit(staff, version), lambda: actions.submit(staff, version))
    assert (gave(found, Approval), gave(found, ValidationError)) == (1, 1), found


def test_two_decide(staff: Person, approver: Person, collection: Collection) -> None:
    version = upload(staff, collection)
    step = actions.submit(staff, version).steps.get()
    found = at_once(
        lambda: approvals.approve(approver, step),
        lambda: approvals.return_(approver, step, comment="古い"),
    )
    assert (gave(found, Approval), gave(found, ValidationError)) == (1, 1), found
    version.refresh_from_db()
    served = Document.objects.get().current_id is not None
    assert (version.state == "current") == served


def test_two_open_a_source(staff: Person, collection: Collection) -> None:
    version = upload(staff, collection)
    at_once(*[lambda: actions.opened(staff, "answer", version, 1) for _ in range(3)])
    assert Opened.objects.count() == 1
