"""Who answers: a successor, the owner, or IT staff; and the look at what was said, recorded before it is shown."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.acting import allow
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import changes, record
from kijun.governance.audit.refs import SYSTEM, Ref
from kijun.governance.feedback.actions.giving import handler_of
from kijun.governance.feedback.models import Report
from kijun.governance.interactions.looks import look
from kijun.governance.interactions.searching import Interaction, interaction
from kijun.web.versions import claim

OPEN = (Report.State.RECEIVED, Report.State.ACKNOWLEDGED, Report.State.ANSWERED)


def open_of(people: Iterable[Person]) -> QuerySet[Report]:
    """Reports that wait for these people."""
    rows: QuerySet[Report] = Report.objects.filter(handler__in=list(people), state__in=OPEN)
    return rows.select_related("municipality", "system__owner", "handler")


@transaction.atomic
def set_handler(
    actor: Person, report: Report, person: Person | None, seen_revision: int | None = None
) -> Report:
    """Somebody else answers."""
    allow(actor, "feedback.answer", report)
    if person is not None and (person.municipality_id != report.municipality_id or not person.is_active):
        raise ValidationError({"handler": [_("有効な職員から選んでください。")]})
    return _set(actor, report, person, seen_revision)


def hand_over(actor: Person, report: Report, old: Person, new: Person) -> None:
    """To the successor of a person who moves; accounts checked that ``actor`` may."""
    if report.handler_id == old.pk:
        _set(actor, report, new, None)


def end_of_departed(people: Iterable[Person]) -> int:
    """People left: what waited for them goes to the system's owner, or to IT staff."""
    gone = [one.pk for one in Person.objects.filter(pk__in=[one.pk for one in people], is_active=False)]
    rows = list(open_of(Person.objects.filter(pk__in=gone)))
    for one in rows:
        _set(SYSTEM, one, handler_of(one.system), None)
    return len(rows)


@transaction.atomic
def _set(actor: Person | Ref, report: Report, person: Person | None, seen_revision: int | None) -> Report:
    before = report.handler
    claim(report, seen_revision)
    report.handler = person
    report.save(update_fields=["handler"])
    detail = changes({"handler": before}, {"handler": person})
    record(report.municipality.chain, actor, "feedback.handler_set", report, detail)
    return report


def open_interaction(actor: Person, report: Report) -> Interaction | None:
    """What was asked and answered, for who answers the report; None where nothing is there. Raises `LedgerError`.

    The look is recorded first, with the report as its reason. A person's own needs none.
    """
    allow(actor, "feedback.read", report)
    if not report.interaction:
        return None
    one = interaction(report.municipality.code, report.interaction)
    if one is not None and any(entry.person != str(actor.pk) for entry in one.entries):
        allow(actor, "feedback.open", report)
        why = _("回答への報告のため：%(code)s") % {"code": report.code}
        look(actor, "opened", why, one.entries, interaction=one.id)
    return one
