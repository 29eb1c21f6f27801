"""Holds: an interaction under dispute is not erased while one is on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.audit.refs import Ref
from kijun.governance.interactions import ledger
from kijun.governance.interactions.looks import THING
from kijun.ledger.model import LedgerError

if TYPE_CHECKING:
    from kijun.ledger.holding import Hold


def _reason(text: str) -> str:
    text = text.strip()
    if not text:
        raise ValidationError({"reason": [_("理由を入力してください。")]})
    return text[:300]


def _allow(person: Person) -> None:
    if not person.has_perm("interactions.hold"):
        raise PermissionDenied


def refused(error: LedgerError) -> ValidationError:
    """The ledger's words on a page, in its language."""
    english = (get_language() or "ja").startswith("en")
    return ValidationError(error.en if english else error.ja)


def put_hold(person: Person, interaction: str, reason: str) -> Hold:
    """Keep an interaction of the person's municipality from being erased; ValidationError where there is none."""
    from kijun.ledger.holding import hold

    _allow(person)
    why = _reason(reason)
    try:
        with ledger.reading() as book, ledger.appending() as to:
            made = hold(
                book,
                to.append,
                municipality=person.municipality.code,
                interaction=interaction,
                why=why,
                by=str(person.pk),
            )
    except LedgerError as error:
        raise refused(error) from error
    detail = {"reason": why, "hold": made.id}
    thing = Ref(THING, interaction, interaction[:12])
    record(person.municipality.chain, person, "interactions.held", thing, detail)
    return made


def release_hold(person: Person, id: str, reason: str) -> str:
    """Take a hold off; gives its interaction. ValidationError where there is none, or it was released."""
    from kijun.ledger.holding import holds_of, release

    _allow(person)
    why, code = _reason(reason), person.municipality.code
    try:
        with ledger.reading() as book, ledger.appending() as to:
            release(book, to.append, municipality=code, id=id, why=why, by=str(person.pk))
            interaction = next((one.interaction for one in holds_of(book, code) if one.id == id), "")
    except LedgerError as error:
        raise refused(error) from error
    thing = Ref(THING, interaction, interaction[:12])
    record(person.municipality.chain, person, "interactions.released", thing, {"reason": why, "hold": id})
    return interaction
