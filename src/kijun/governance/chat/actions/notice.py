"""What the municipality says beside every input."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.chat.models import Notice


@transaction.atomic
def save_notice(person: Person, values: dict[str, Any], seen_revision: int | None = None) -> Notice:
    """IT staff write it; the trail keeps what it said."""
    if not person.has_perm("chat.notice"):
        raise PermissionDenied
    made, _new = Notice.objects.get_or_create(municipality=person.municipality)
    row: Notice = Notice.objects.select_for_update().get(pk=made.pk)
    row.claim(seen_revision)
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    row.clean_fields()
    row.save(update_fields=list(values))
    changes = {name: [before[name], value] for name, value in values.items() if before[name] != value}
    record(row.municipality.chain, person, "chat.notice_saved", row, {"changes": changes})
    return row
