"""An answer as it is reviewed: with the values that its own placeholders stand for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kijun.governance.accounts.models import Person
from kijun.governance.reviews import answers
from kijun.ledger.model import new_id
from tests.governance.interactions.made import exchange


def test_values_of_entries_that_are_numbered_apart_are_not_mixed_up(record: Any, staff: Person) -> None:
    call = new_id()
    answered = exchange(staff, "山田太郎様への返事を書いてください。", "⟦氏名1⟧様、ご連絡します。")
    asked = exchange(staff, "鈴木花子様への返事も書いてください。")
    for said in (answered, asked):
        record([replace(one, interaction=call) for one in said])
    answer = answers.answer_of(staff.municipality, call, masked=True)
    assert answer is not None
    assert answer.shown == "山田太郎様、ご連絡します。"
