"""Who sees what, and which grants somebody should look at."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from kijun.governance.access import actions, queries
from kijun.governance.access.models import Grant, Purpose
from kijun.governance.accounts.models import Person, Posting
from kijun.governance.inventory.models import AISystem

NOW = timezone.now()
TODAY = timezone.localdate()


def ago(days: int) -> datetime.timedelta:
    return datetime.timedelta(days=days)


class TestWhoSeesWhat:
    def test_purposes_of_a_town(self, purpose: Purpose, outsider: Person) -> None:
        assert list(queries.purposes(purpose.municipality)) == [purpose]
        assert not queries.purposes(outsider.municipality).exists()

    def test_ones_own_grants(
        self, it_staff: Person, staff: Person, owner: Person, neighbour: Person, grant: Grant
    ) -> None:
        assert list(queries.grants_of(staff)) == [grant]
        assert not queries.grants_of(neighbour).exists()
        assert list(queries.visible_grants(staff)) == [grant]
        assert list(queries.visible_grants(owner)) == [grant]  # owns the system
        assert not queries.visible_grants(neighbour).exists()
        assert list(queries.visible_grants(it_staff)) == [grant]

    @pytest.mark.parametrize(
        "changes",
        [
            {"starts_on": TODAY + ago(1)},
            {"expires_on": TODAY - ago(1), "starts_on": TODAY - ago(9)},
            {"revoked_at": NOW},
        ],
    )
    def test_only_what_may_be_used_today(self, staff: Person, grant: Grant, changes: dict[str, Any]) -> None:
        Grant.objects.update(**changes)
        assert not queries.grants_of(staff).exists()

    def test_not_for_a_disabled_purpose_or_a_system_in_the_plan(
        self, it_staff: Person, staff: Person, grant: Grant, purpose: Purpose
    ) -> None:
        actions.switch_purpose(it_staff, purpose, False, why="見直し")
        assert not queries.grants_of(staff).exists()
        actions.switch_purpose(it_staff, purpose, True)
        AISystem.objects.update(stage="plan")
        assert not queries.grants_of(staff).exists()

    def test_purposes_of_a_person(
        self, staff: Person, owner: Person, neighbour: Person, grant: Grant, personal: Purpose
    ) -> None:
        assert list(queries.purposes_of(staff)) == [grant.purpose]
        assert set(queries.purposes_of(owner)) == {grant.purpose, personal}
        assert not queries.purposes_of(neighbour).exists()


class TestStops:
    def test_which_one_stands_in_the_way(
        self, it_staff: Person, staff: Person, owner: Person, grant: Grant
    ) -> None:
        town = it_staff.municipality
        actions.stop(it_staff, town, target=owner, why="別の人")
        assert queries.stop_for(grant, queries.stops_on(town)) is None
        for target in (staff, grant.purpose, grant.system, None):
            row = actions.stop(it_staff, town, target=target, why="理由")
            assert queries.stop_for(grant, queries.stops_on(town)) == row
            actions.lift_stop(it_staff, row, why="直した")
        assert queries.stop_for(grant, queries.stops_on(town)) is None

    def test_an_application_has_no_person_to_stop(
        self, it_staff: Person, owner: Person, application: actions.Made
    ) -> None:
        actions.stop(it_staff, it_staff.municipality, target=owner, why="別の人")
        on = queries.stops_on(it_staff.municipality)
        assert queries.stop_for(application.grant, on) is None


class TestStale:
    def test_a_fresh_grant_is_none(self, grant: Grant, application: actions.Made) -> None:
        assert queries.stale(grant.municipality) == {}

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"starts_on": TODAY - ago(100), "last_used_at": NOW - ago(91)}, ["unused"]),
            ({"starts_on": TODAY - ago(100), "last_used_at": NOW - ago(89)}, []),
            ({"starts_on": TODAY - ago(90)}, ["never_used"]),
            ({"starts_on": TODAY - ago(89)}, []),
            ({"expires_on": TODAY + ago(30)}, ["expiring"]),
            ({"expires_on": TODAY + ago(31)}, []),
            ({"starts_on": TODAY - ago(99), "expires_on": TODAY - ago(1)}, []),
            ({"revoked_at": NOW, "starts_on": TODAY - ago(99)}, []),
        ],
    )
    def test_why(self, grant: Grant, changes: dict[str, Any], why: list[str]) -> None:
        Grant.objects.update(**changes)
        found = queries.stale(grant.municipality)
        assert (found[grant.pk][1] if found else []) == why

    def test_an_application_whose_keeper_left(self, owner: Person, application: actions.Made) -> None:
        Person.objects.filter(pk=owner.pk).update(is_active=False)
        assert queries.stale(owner.municipality)[application.grant.pk][1] == ["no_keeper"]

    def test_a_person_without_a_post(self, staff: Person, grant: Grant) -> None:
        Posting.objects.filter(person=staff).update(valid_to=TODAY - ago(1))
        assert queries.stale(staff.municipality)[grant.pk][1] == ["no_keeper"]
