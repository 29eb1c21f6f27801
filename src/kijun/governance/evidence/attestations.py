"""How each control can be answered: by collectors, by an attestation form made from the catalogue, by files and links.

The form's check items are the control's ``done_when``. A control whose capability has no collector yet is answered by
attestation until it has one, whatever the catalogue lists: a control that nothing can answer is a failing test.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language

from kijun.catalog import Evidence
from kijun.governance.evidence import controls, proofs
from kijun.governance.evidence.controls import Book
from kijun.governance.evidence.models import Item


@dataclass(frozen=True, slots=True)
class Answerable:
    """Names of collectors, and which kinds of evidence people may add by hand."""

    collectors: tuple[str, ...]
    attestation: bool
    file: bool
    link: bool
    stand_in: bool
    """The attestation stands in for a collector that does not exist yet."""

    @property
    def kinds(self) -> tuple[Item.Kind, ...]:
        """The kinds that people may add."""
        by_hand = (
            (Item.Kind.ATTESTATION, self.attestation),
            (Item.Kind.FILE, self.file),
            (Item.Kind.LINK, self.link),
        )
        return tuple(kind for kind, may in by_hand if may)


def answerable(control_id: str, book: Book | None = None) -> Answerable:
    """How a control can be answered; ``book`` knows own controls. Files and links can always be added beside: they explain."""
    names = tuple(one.name for one in proofs.collectors(control_id))
    found = (book or controls.of(None)).control(control_id)
    if found is None:
        return Answerable(names, attestation=True, file=True, link=True, stand_in=False)
    by_hand = {Evidence.ATTESTATION, Evidence.FILE, Evidence.LINK} & set(found.evidence)
    stand_in = not names and not by_hand
    attestation = bool(found.done_when) and (Evidence.ATTESTATION in by_hand or not names)
    return Answerable(names, attestation=attestation, file=True, link=True, stand_in=stand_in)


def check_items(control_id: str, book: Book | None = None) -> list[str]:
    """What is ticked in the attestation of a control, in the reader's language."""
    found = (book or controls.of(None)).control(control_id)
    if found is None:
        return []
    return [text.get(get_language() or "ja") for text in found.done_when]
