"""What was learnt, written without a name, and who has read it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.acting import allow
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.incidents.actions import _shared as shared
from kijun.governance.incidents.models import LONG, Event, Incident, Lesson, Reading, State
from kijun.web.given import said
from kijun.web.versions import claim


@transaction.atomic
def save_lesson(
    actor: Person,
    incident: Incident,
    *,
    title: str,
    happened: str,
    learnt: str,
    do: str,
    nobody_named: bool = False,
    seen_revision: int | None = None,
) -> Lesson:
    """Write a lesson, or write it anew. What is published stays published only with the tick that it names nobody."""
    allow(actor, "incidents.lead", incident)
    if incident.state == State.WITHDRAWN:
        raise shared.refuse(_("取り下げたインシデントです。"), "state")
    values = {
        "title": said(title, "title", 120),
        "happened": said(happened, "happened", LONG),
        "learnt": said(learnt, "learnt", LONG),
        "do": said(do, "do", LONG),
    }
    row = Lesson.objects.filter(incident=incident).first()
    if row is None:
        row = Lesson(municipality=incident.municipality, incident=incident, written_by=actor)
    elif row.is_published and not nobody_named:
        raise ValidationError(
            {"nobody_named": [_("公開している教訓です。個人が分かる情報がないことを確かめてください。")]}
        )
    else:
        claim(row, seen_revision)
    for name, value in values.items():
        setattr(row, name, value)
    row.nobody_named_by = actor if nobody_named else None
    row.save()
    record(incident.municipality.chain, actor, "incidents.lesson_saved", row)
    return row


@transaction.atomic
def publish_lesson(actor: Person, lesson: Lesson, seen_revision: int | None = None) -> Lesson:
    """All staff can read it."""
    incident = lesson.incident
    allow(actor, "incidents.lead", incident)
    if lesson.is_published:
        raise shared.refuse(_("もう公開されています。"), "state")
    if lesson.nobody_named_by_id is None:
        raise shared.refuse(_("個人が分かる情報がないことを確かめてから公開します。"), "named")
    claim(lesson, seen_revision)
    lesson.published_at, lesson.published_by = timezone.now(), actor
    lesson.save(update_fields=["published_at", "published_by"])
    shared.note(incident, actor, Event.Kind.TOLD, _("教訓を職員に公開した"))
    record(incident.municipality.chain, actor, "incidents.lesson_published", lesson)
    return lesson


@transaction.atomic
def unpublish_lesson(actor: Person, lesson: Lesson, seen_revision: int | None = None) -> Lesson:
    """Taken back at once, for it tells too much, or something wrong. Who has read it stays known."""
    allow(actor, "incidents.lead", lesson.incident)
    if not lesson.is_published:
        raise shared.refuse(_("公開されていません。"), "state")
    claim(lesson, seen_revision)
    lesson.published_at = lesson.published_by = None
    lesson.save(update_fields=["published_at", "published_by"])
    record(lesson.municipality.chain, actor, "incidents.lesson_unpublished", lesson)
    return lesson


def read_lesson(actor: Person, lesson: Lesson) -> bool:
    """The person has read it: it waits on their home page no longer. True the first time."""
    if not lesson.is_published or lesson.municipality_id != actor.municipality_id:
        return False
    _row, new = Reading.objects.get_or_create(municipality=lesson.municipality, lesson=lesson, person=actor)
    return bool(new)
