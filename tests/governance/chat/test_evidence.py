"""What chatting proves."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from kijun.governance.access import actions as access
from kijun.governance.access.models import Grant
from kijun.governance.accounts.models import Person
from kijun.governance.chat import actions, evidence
from kijun.governance.chat.actions.attachments import Provenance
from kijun.governance.chat.actions.conversations import Said
from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Scope
from kijun.governance.organisation.models import Municipality
from kijun.ledger.model import new_id
from tests.governance.access.made import purpose_values

TOLD = Said("条例の原文", datetime.date(2026, 4, 1))


@pytest.fixture
def checked(staff: Person, owner: Person, it_staff: Person, grant_to: Any) -> Grant:
    """A grant for a purpose whose answers are checked."""
    values = purpose_values(owner, name="審査の補助", review="normal")
    return grant_to(staff, access.save_purpose(it_staff, it_staff.municipality, None, values))  # type: ignore[no-any-return]


def test_sources_of_input(checked: Grant, grant: Grant, staff: Person, town: Municipality) -> None:
    scope = Scope.organisation(town)
    actions.record_turn(staff, grant, None, new_id(), Said())
    assert evidence.input_is_sourced(scope) is None, "a light purpose asks nothing"
    actions.record_turn(staff, checked, None, new_id(), Said())
    found = evidence.input_is_sourced(scope)
    assert found is not None
    assert found.verdict == Verdict.UNMET
    actions.record_turn(staff, checked, None, new_id(), TOLD)
    found = evidence.input_is_sourced(Scope(town, ScopeKind.SYSTEM, checked.system_id))
    assert found is not None
    assert (found.verdict, found.figures["told"]) == (Verdict.PARTLY, 1)
    assert found.figures["departments"] == {str(staff.department.pk): {"all": 2, "told": 1}}  # type: ignore[union-attr]
    assert evidence.input_is_sourced(Scope(town, ScopeKind.SYSTEM, checked.system_id + 1)) is None


def test_files(grant: Grant, staff: Person, town: Municipality) -> None:
    scope = Scope.organisation(town)
    row = actions.attach(staff, grant, None, "a.txt", b"abc", Provenance("a", "b", "c"))
    assert evidence.files_have_provenance(scope) is None, "it was not sent yet"
    actions.record_turn(staff, grant, None, new_id(), Said(attachments=(row.pk,)))
    found = evidence.files_have_provenance(scope)
    assert found is not None
    assert (found.verdict, found.figures["files"]) == (Verdict.MET, 1)


def test_the_notice(grant: Grant, staff: Person, it_staff: Person, town: Municipality) -> None:
    scope = Scope.organisation(town)
    assert evidence.rules_stand_beside_the_input(scope) is None
    actions.record_turn(staff, grant, None, new_id(), Said())
    found = evidence.rules_stand_beside_the_input(scope)
    assert found is not None
    assert found.verdict == Verdict.PARTLY
    actions.save_notice(it_staff, {"text": "決まり", "text_en": "", "url": ""})
    found = evidence.rules_stand_beside_the_input(scope)
    assert found is not None
    assert found.verdict == Verdict.MET
