"""Facts about accounts."""

from __future__ import annotations

import datetime

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.utils import timezone

from kijun.governance.accounts import actions, queries
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.organisation.models import Municipality

TODAY = timezone.localdate()
DAY = datetime.timedelta(days=1)


def test_without_second_factor(
    town: Municipality, staff: Person, neighbour: Person, outsider: Person, administrator: Person
) -> None:
    TOTP.activate(staff, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(neighbour)
    actions.deactivate(administrator, neighbour)
    assert list(queries.people_without_second_factor(town)) == [administrator]
    actions.reactivate(administrator, neighbour)
    assert neighbour in queries.people_without_second_factor(town)


def test_grants_of_inactive_people(town: Municipality, staff: Person, administrator: Person) -> None:
    assert not queries.grants_of_inactive_people(town)
    actions.deactivate(administrator, staff)
    assert [grant.person for grant in queries.grants_of_inactive_people(town)] == [staff]


def test_grants_that_ran_out(town: Municipality, staff: Person, administrator: Person) -> None:
    grant = staff.grants.get()
    grant.valid_to = TODAY - DAY
    grant.save()
    assert list(queries.grants_that_ran_out(town)) == [grant]
    assert list(queries.people_without_role(town)) == [staff]
    actions.grant_role(administrator, staff, Role.STAFF, valid_from=TODAY)
    assert not queries.grants_that_ran_out(town)


def test_grants_of_closed_departments(town: Municipality, staff: Person) -> None:
    assert not queries.grants_of_closed_departments(town)
    department = staff.grants.get().department
    assert department
    department.closed_on = TODAY
    department.save()
    assert [grant.person for grant in queries.grants_of_closed_departments(town)] == [staff]


def test_people_with(town: Municipality, staff: Person, owner: Person, outsider: Person) -> None:
    assert list(queries.people_with(town, Role.STAFF)) == [staff, owner]
    assert not queries.people_with(town, Role.STAFF, day=datetime.date(2020, 1, 1))
