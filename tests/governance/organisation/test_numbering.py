"""Running numbers: each municipality its own, from one."""

from __future__ import annotations

import pytest

from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Municipality
from kijun.governance.organisation.numbering import next_number


@pytest.mark.django_db
def test_it_works(it_staff: Person, other_town: Municipality) -> None:
    town = it_staff.municipality
    assert next_number(AISystem, town) == 1
    AISystem.objects.create(municipality=town, number=7, name="庁内アシスタント")
    assert next_number(AISystem, town) == 8
    assert next_number(AISystem, other_town) == 1
