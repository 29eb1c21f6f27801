"""What an incident is about is not erased while it is open: a hold of the ledger on each interaction that is tied to it."""

from __future__ import annotations

import logging

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.acting import Actor
from kijun.governance.audit.refs import SYSTEM
from kijun.governance.incidents.models import OPEN, Incident, Tied
from kijun.governance.interactions.actions import hold_for_case, release_for_case

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


def release_tied(actor: Actor, incident: Incident) -> None:
    """The incident is over: the retention of its records goes on as it was."""
    why = _("インシデント対応が終わったため：%(code)s") % {"code": incident.code}
    for one in incident.tied.filter(released_at=None):
        if one.hold:
            try:
                release_for_case(incident.municipality, actor, one.hold, why)
            except ValidationError:  # released by hand, or the ledger is away: then the job tries again
                log.warning("the hold of a record of %s could not be released", incident.code)
                continue
        Tied.objects.filter(pk=one.pk).update(released_at=timezone.now())


def mend_holds() -> int:
    """Put the holds that could not be put when the incident was opened; gives how many were put."""
    rows = Incident.objects.filter(state__in=OPEN, tied__hold="", tied__released_at=None)
    put = 0
    for incident in rows.distinct().select_related("municipality"):
        before = incident.tied.filter(hold="").count()
        put += before - hold_tied(SYSTEM, incident)
    return put
