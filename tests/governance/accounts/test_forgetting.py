"""What is past its time is forgotten every night."""

from __future__ import annotations

import datetime

from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from kijun.governance.accounts import actions
from kijun.governance.accounts.jobs import forget_expired
from kijun.governance.accounts.models import EntryLink, Person
from kijun.web.models import StagedImport
from tests.governance.accounts.test_sign_in import sign_in


def test_forget_expired(staff: Person, administrator: Person) -> None:
    long_ago = timezone.now() - datetime.timedelta(days=8)
    for old in (True, False):
        actions.make_recovery_link(administrator, staff if old else administrator)
        staged = StagedImport.objects.create(
            kind="x", municipality_id=staff.municipality_id, made_by_id=staff.pk
        )
        sign_in(Client(), "131016", f"999{old:d}", "wrong")
        sign_in(Client(), "131016", "0004")
        if old:
            EntryLink.objects.update(expires_at=long_ago)
            StagedImport.objects.update(made_at=long_ago)
            AccessAttempt.objects.update(attempt_time=long_ago)
            Session.objects.update(expire_date=long_ago)
    assert forget_expired() == 2
    assert EntryLink.objects.get().person == administrator
    assert StagedImport.objects.get() == staged
    assert AccessAttempt.objects.get().username == "131016-9990"
    assert Session.objects.count() == 1
    assert forget_expired() == 0
