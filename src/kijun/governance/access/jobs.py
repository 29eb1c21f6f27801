"""What runs by itself for access: grants of people who moved end, and the policy is handed to the gateway again."""

from __future__ import annotations

from django.db import transaction

from kijun.governance.access import actions
from kijun.governance.access.publishing import publish_now
from kijun.governance.accounts.models import Person


def keep_current() -> int:
    """End the grants of people whose post ended by its date, then publish what a day changes by itself, or what could not be written.

    Gives the version in force. Idempotent: ends nothing twice, and writes nothing that the gateway has already.
    """
    with transaction.atomic():
        actions.end_of_departed(Person.objects.filter(ai_grants__revoked_at=None).distinct())
    return publish_now("by the hour")
