"""What an incident is about is not erased while it is open: a hold of the ledger on each interaction that is tied to it."""

from __future__ import annotations

import logging

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.acting import Actor, allow
from kijun.governance.accounts.models import Person
from kijun.governance.audit.refs import SYSTEM
from kijun.governance.incidents.models import OPEN, Incident, Tied
from kijun.governance.interactions.actions import NO_HOLD, hold_for_case, release_for_case
from kijun.governance.interactions.looks import look
from kijun.governance.interactions.searching import Interaction, interaction

log = logging.getLogger("kijun.incidents")


def hold_tied(actor: Actor, incident: Incident) -> int:
    """Put the holds that are missing; gives how many are still missing. A ledger that cannot be reached refuses no report: the job tries again."""
    missing = 0
    for one in incident.tied.filter(hold="", released_at=None):
        try:
            why = _("インシデント対応のため：%(code)s") % {"code": incident.code}
            made = hold_for_case(incident.municipality, actor, one.interaction, why)
        except ValidationError:
            log.warning("a record of %s could not be put on hold yet", incident.code)
            missing += 1
            continue
        Tied.objects.filter(pk=one.pk).update(hold=made.id)
    return missing


def keep_tied(incident: Incident) -> None:
    """The incident is over, and its records stay on hold all the same."""
    incident.tied.update(kept=True)


def release_tied(actor: Actor, incident: Incident) -> int:
    """The incident is over: the retention of its records goes on as it was. Gives how many holds were let go; with the ledger away the job tries again."""
    why = _("インシデント対応が終わったため：%(code)s") % {"code": incident.code}
    released = 0
    for one in incident.tied.filter(released_at=None, kept=False):
        if one.hold:
            try:
                release_for_case(incident.municipality, actor, one.hold, why)
                released += 1
            except ValidationError as error:
                if error.code != NO_HOLD:  # one that somebody released by hand is over as well
                    log.warning("the hold of a record of %s could not be released yet", incident.code)
                    continue
        Tied.objects.filter(pk=one.pk).update(released_at=timezone.now())
    return released


def mend_holds() -> int:
    """Put and release the holds for which the ledger was away when an incident was opened or ended; gives how many were mended."""
    rows = Incident.objects.select_related("municipality").distinct()
    mended = 0
    for incident in rows.filter(state__in=OPEN, tied__hold="", tied__released_at=None):
        before = incident.tied.filter(hold="").count()
        mended += before - hold_tied(SYSTEM, incident)
    for incident in rows.exclude(state__in=OPEN).filter(tied__released_at=None, tied__kept=False):
        mended += release_tied(SYSTEM, incident)
    return mended


def open_interaction(actor: Person, incident: Incident, tied: Tied) -> Interaction | None:
    """What was asked and answered, for who follows the incident; None where nothing is there any more. Raises `LedgerError`.

    The look is recorded first, with the incident as its reason. A person's own needs none.
    """
    allow(actor, "incidents.follow", incident)
    one = interaction(incident.municipality.code, tied.interaction)
    if one is not None and any(entry.person != str(actor.pk) for entry in one.entries):
        why = _("インシデント対応のため：%(code)s") % {"code": incident.code}
        look(actor, "opened", why, one.entries, interaction=one.id)
    return one
