import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.reports import actions
from kijun.governance.reports.models import Issue


def test_a_report_that_was_given_is_kept(it_staff: Person) -> None:
    today = timezone.localdate()

    made = actions.issue_report(
        it_staff, audience="assembly", title="令和8年度の報告", requested_on=today, issued_on=today
    )

    assert made.municipality == it_staff.municipality
    assert Entry.objects.filter(action="reports.issued", thing_id=str(made.pk)).exists()


def test_it_cannot_be_given_tomorrow(it_staff: Person) -> None:
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)

    with pytest.raises(ValidationError) as error:
        actions.issue_report(it_staff, audience="assembly", title="x", issued_on=tomorrow)
    assert "issued_on" in error.value.message_dict
    assert not Issue.objects.exists()


def test_it_is_asked_for_before_it_is_given(it_staff: Person) -> None:
    today = timezone.localdate()

    with pytest.raises(ValidationError) as error:
        actions.issue_report(
            it_staff,
            audience="other",
            title="x",
            requested_on=today,
            issued_on=today - datetime.timedelta(days=1),
        )
    assert "requested_on" in error.value.message_dict


def test_an_auditor_changes_nothing(auditor: Person) -> None:
    with pytest.raises(PermissionDenied):
        actions.issue_report(auditor, audience="assembly", title="x", issued_on=timezone.localdate())
