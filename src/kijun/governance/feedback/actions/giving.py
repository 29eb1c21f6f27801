"""A click on an answer, and a doubt that becomes a report."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.acting import allow
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.audit.refs import Ref
from kijun.governance.feedback import queries
from kijun.governance.feedback.actions._shared import FIRST_REPLY, due
from kijun.governance.feedback.answers import About
from kijun.governance.feedback.models import LINE, LONG, OF_ANSWERS, Doubt, Opinion, Report, joined
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.numbering import next_number
from kijun.web.given import at_most

NOBODY = Ref("feedback.nobody", "", "名前を出さない報告 anonymous")
"""Who reports without a name, as the trail has it."""


@transaction.atomic
def give(actor: Person, about: About, verdict: str) -> Opinion:
    """Useful or not; the last click counts. Opinions are counted, not kept in the trail."""
    allow(actor, "feedback.give", None)
    if verdict not in Opinion.Verdict.values:
        raise ValidationError({"verdict": [_("「役に立った」か「役に立たなかった」を選んでください。")]})
    if not about.own:
        raise ValidationError(_("評価できるのは、自分が受け取った回答だけです。"), code="not_own")
    columns = about.rows
    id = columns.pop("interaction")
    made, _new = Opinion.objects.update_or_create(
        municipality=actor.municipality,
        interaction=id,
        person=actor,
        defaults={**columns, "verdict": verdict, "at": timezone.now()},
    )
    return made


def report(
    actor: Person,
    about: About,
    kinds: Iterable[str],
    text: str = "",
    *,
    people: str = "",
    anonymous: bool = False,
) -> Report:
    """A doubt for who answers for the system. While nobody has taken it up, more said of the same answer joins the same report."""
    chosen = _chosen(about, kinds)
    text = about.hidden(at_most(text, "text", LONG if not about.interaction else LINE))
    people = about.hidden(at_most(people, "people", LINE))
    _check(about, chosen, text)
    allow(actor, "feedback.give", None)
    try:
        with transaction.atomic():
            known = queries.received(actor, about.interaction)
            if known is not None and (joint := _more(actor, known, chosen, text, people)):
                return joint
            return _made(actor, about, chosen, text, people, anonymous)
    except IntegrityError:  # pressed twice at once
        known = queries.received(actor, about.interaction)
        with transaction.atomic():
            joint = None if known is None else _more(actor, known, chosen, text, people)
        if joint is None:
            raise
        return joint


def _chosen(about: About, kinds: Iterable[str]) -> list[str]:
    wanted = set(kinds)
    possible = set(OF_ANSWERS if about.interaction else Doubt)
    if not wanted or wanted - possible:
        raise ValidationError({"kinds": [_("気になる点を選んでください。")]})
    return [one for one in Doubt.values if one in wanted]


def _check(about: About, chosen: list[str], text: str) -> None:
    if not about.interaction and not text:
        raise ValidationError({"text": [_("何が起きているかを入力してください。")]})
    if not about.interaction and about.system is None:
        raise ValidationError(_("どのAIシステムについてかを選んでください。"), code="no_system")


def _made(actor: Person, about: About, kinds: list[str], text: str, people: str, anonymous: bool) -> Report:
    town = actor.municipality
    nameless = anonymous and not about.interaction
    made: Report = Report.objects.create(
        municipality=town,
        number=next_number(Report, town),
        **about.rows | ({} if about.interaction else {"department": None if nameless else actor.department}),
        reporter=actor,
        anonymous=nameless,
        kinds=joined(kinds),
        text=text,
        people=people,
        handler=handler_of(about.system),
        due_on=due(town, FIRST_REPLY),
    )
    detail = {"kinds": kinds, "interaction": about.interaction, "system": str(about.system or "")}
    record(town.chain, NOBODY if nameless else actor, "feedback.reported", made, detail)
    return made


def _more(actor: Person, known: Report, kinds: list[str], text: str, people: str) -> Report | None:
    """None where it was taken up meanwhile."""
    known.claim(None)
    known.refresh_from_db()
    if known.state != Report.State.RECEIVED:
        return None
    both = joined([*known.kind_list, *kinds])
    added = "\n".join(one for one in (known.text, text) if one) if text not in known.text else known.text
    if (both, added) == (known.kinds, known.text) and not people:
        return known
    known.kinds, known.text = both, added[:LONG]
    known.people = people or known.people
    known.save(update_fields=["kinds", "text", "people"])
    record(known.municipality.chain, actor, "feedback.report_added", known, {"kinds": kinds})
    return known


def handler_of(system: AISystem | None) -> Person | None:
    """The accountable owner, where somebody holds the post; None leaves it to IT staff."""
    owner = None if system is None else system.owner
    return owner if owner is not None and owner.is_active else None
