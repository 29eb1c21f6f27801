"""Short names hold nothing that cannot be seen."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from kijun.governance.access import actions
from kijun.governance.access.models import Purpose
from kijun.governance.access.plain import wrong_name
from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import AISystem


@pytest.mark.parametrize(
    "name", ["", "Open WebUI（総務課）", "葛\U000e0100城市", "𠮷野家 №1", "か\u3099", "全角　空白"]
)
def test_it_works(name: str) -> None:
    assert wrong_name(name) is None


@pytest.mark.parametrize(
    "char", ["\u202e", "\u200b", "\ufeff", "\u2066", "\x00", "\t", "\u2028", "\u3164", "\U000e0041"]
)
def test_what_cannot_be_seen_is_named(char: str) -> None:
    found = wrong_name(f"総務{char}課")
    assert found is not None
    assert f"U+{ord(char):04X}" in found.messages[0]


def test_of_an_application_and_a_purpose(
    it_staff: Person, system: AISystem, purpose: Purpose, owner: Person
) -> None:
    told: Any = {
        "system": system,
        "purpose": purpose,
        "responsible": owner,
        "expires_on": timezone.localdate(),
    }
    with pytest.raises(ValidationError) as refused:
        actions.create_grant(it_staff, it_staff.municipality, application="受付\u202e付受", **told)
    assert set(refused.value.message_dict) == {"application"}
    with pytest.raises(ValidationError) as refused:
        actions.save_purpose(it_staff, it_staff.municipality, purpose, {"name": "要\u200b約"})
    assert set(refused.value.message_dict) == {"name"}


def test_reasons_have_lines_and_nothing_hidden() -> None:
    assert wrong_name("一行\n二行", lines=True) is None
    assert wrong_name("一行\u202e二行", lines=True) is not None
