"""A conversation leaves as a file, once its answers are confirmed where the purpose wants that."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.chat import exporting
from kijun.governance.chat.history import Shown
from kijun.governance.chat.models import Conversation


@transaction.atomic
def export(person: Person, row: Conversation, form: str, said: Sequence[Shown]) -> bytes:
    """The file's bytes, recorded as taken out. ``form`` is one of `exporting.FORMS`."""
    if not person.has_perm("chat.use", row):
        raise PermissionDenied
    if exporting.unconfirmed(person, row, said):
        raise ValidationError(
            _("確認の済んでいない回答があるため、書き出せません。対話の画面で確認してください。"),
            code="unconfirmed",
        )
    record(row.municipality.chain, person, "chat.exported", row, {"form": form, "turns": len(said)})
    return exporting.as_file(form, row, said)
