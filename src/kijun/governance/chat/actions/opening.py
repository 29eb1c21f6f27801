"""Opening a source that the AI's service gave with an answer."""

from __future__ import annotations

from kijun.governance.accounts.models import Person
from kijun.governance.chat.models import OpenedGiven


def open_given(person: Person, interaction: str, number: int) -> None:
    """Note that a source of one's own answer was opened; the first time counts."""
    OpenedGiven.objects.get_or_create(
        person=person,
        interaction=interaction,
        number=number,
        defaults={"municipality": person.municipality},
    )
