"""Holds: an interaction under dispute is not erased while one is on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kijun.governance.access.plain import check_names
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.audit.refs import Ref
from kijun.governance.interactions import ledger
from kijun.governance.interactions.looks import THING
from kijun.governance.organisation.models import Municipality
from kijun.ledger.model import LedgerError

if TYPE_CHECKING:
    from kijun.ledger.holding import Hold


def _reason(text: str) -> str:
    text = text.strip()
    if not text:
        raise ValidationError({"reason": [_("理由を入力してください。")]})
    check_names({"reason": text}, lines=True)
    return text[:300]


NO_HOLD = "no_hold"
"""The code of a refusal: there is no such hold, or it was released already."""


def _allow(person: Person) -> None:
    if not person.has_perm("interactions.hold"):
        raise PermissionDenied


def refused(error: LedgerError) -> ValidationError:
    """The ledger's words on a page, in its language."""
    from kijun.ledger.holding import NoHold

    def words() -> str:
        return error.en if (get_language() or "ja").startswith("en") else error.ja

    # Chosen when it is shown: a command tells both.
    return ValidationError(lazy(words, str)(), code=NO_HOLD if isinstance(error, NoHold) else "ledger")


@transaction.atomic
def put_hold(person: Person, interaction: str, reason: str) -> Hold:
    """Keep an interaction of the person's municipality from being erased; ValidationError where there is none.

    The same person's hold for the same reason is put once: while it is on, it is given back.
    """
    from kijun.ledger.holding import holds_of

    _allow(person)
    town, why = person.municipality, _reason(reason)
    Municipality.objects.select_for_update().get(pk=town.pk)  # the button may be pressed twice
    try:
        with ledger.reading() as book:
            there = holds_of(book, town.code, interaction)
    except LedgerError as error:
        raise refused(error) from error
    for one in there:
        if one.released_at is None and (one.by, one.why) == (_by(person), why):
            return one
    return hold_for_case(town, person, interaction, why)


def hold_for_case(municipality: Municipality, actor: Person | Ref, interaction: str, reason: str) -> Hold:
    """As `put_hold`, for a case of an upper app (an incident), whose action has seen to it that ``actor`` may open the case."""
    from kijun.ledger.holding import hold

    why = _reason(reason)
    try:
        with ledger.reading() as book, ledger.appending() as to:
            made = hold(
                book,
                to.append,
                municipality=municipality.code,
                interaction=interaction,
                why=why,
                by=_by(actor),
            )
    except LedgerError as error:
        raise refused(error) from error
    detail = {"reason": why, "hold": made.id}
    thing = Ref(THING, interaction, interaction[:12])
    record(municipality.chain, actor, "interactions.held", thing, detail)
    return made


def release_hold(person: Person, id: str, reason: str) -> str:
    """Take a hold off; gives its interaction. ValidationError where there is none, or it was released."""
    _allow(person)
    return release_for_case(person.municipality, person, id, reason)


def release_for_case(municipality: Municipality, actor: Person | Ref, id: str, reason: str) -> str:
    """As `release_hold`, when the case of an upper app that put it is over."""
    from kijun.ledger.holding import holds_of, release

    why, code = _reason(reason), municipality.code
    try:
        with ledger.reading() as book, ledger.appending() as to:
            release(book, to.append, municipality=code, id=id, why=why, by=_by(actor))
            interaction = next((one.interaction for one in holds_of(book, code) if one.id == id), "")
    except LedgerError as error:
        raise refused(error) from error
    thing = Ref(THING, interaction, interaction[:12])
    record(municipality.chain, actor, "interactions.released", thing, {"reason": why, "hold": id})
    return interaction


def _by(actor: Person | Ref) -> str:
    """A person's key; empty for a job."""
    return str(actor.pk) if isinstance(actor, Person) else ""
