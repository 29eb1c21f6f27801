"""What is being written, kept for the person alone: sealed, one text a place. Not in the trail: it is saved every few seconds."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from kijun.gateway.sealing import seal
from kijun.governance.accounts.models import Person
from kijun.governance.chat.models import Draft

LONGEST = 100_000


@transaction.atomic
def save_draft(person: Person, slot: str, text: str) -> None:
    """Keep a text; an empty one drops it."""
    if not text.strip():
        drop_draft(person, slot)
        return
    sealed = seal(settings.SECRET_KEY, text[:LONGEST])
    Draft.objects.update_or_create(
        person=person, slot=slot, defaults={"text": sealed, "municipality": person.municipality}
    )


def drop_draft(person: Person, slot: str) -> None:
    """It was sent or thrown away."""
    Draft.objects.filter(person=person, slot=slot).delete()
