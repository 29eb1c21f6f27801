"""What is settled before anything happens: the playbook and its versions, a system's own part, drills."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.acting import allow
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.incidents import checklist
from kijun.governance.incidents.actions import _shared as shared
from kijun.governance.incidents.models import (
    LINE,
    LONG,
    Drill,
    Playbook,
    PlaybookStep,
    Severity,
    SystemPlan,
    Whom,
    joined,
    named,
)
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.numbering import next_number
from kijun.web.given import at_most, past, said
from kijun.web.versions import claim

PARTS = ("stop", "order", "correction", "night", "contacts")
S = Playbook.State


@transaction.atomic
def draft_playbook(actor: Person, why: str) -> Playbook:
    """A new version, begun with what the one in force says."""
    allow(actor, "incidents.draft", None)
    why = said(why, "why", LINE)
    town = actor.municipality
    number = next_number(Playbook, town)
    if Playbook.objects.of(town).filter(state__in=(S.DRAFT, S.PROPOSED)).exists():
        raise shared.refuse(_("作りかけの版があります。その版を直してください。"), "draft")
    before = checklist.playbook(town)
    values = {} if before is None else {name: getattr(before, name) for name in PARTS}
    made: Playbook = Playbook.objects.create(
        municipality=town, number=number, why=why, made_by=actor, **values
    )
    for step in () if before is None else before.steps.all():
        step.pk, step.playbook = None, made
        step.save(force_insert=True)
    record(town.chain, actor, "incidents.playbook_drafted", made)
    return made


def _draft(actor: Person, version: Playbook) -> None:
    allow(actor, "incidents.draft", version)
    if version.state != S.DRAFT:
        raise shared.refuse(_("下書きの版だけが直せます。"), "state")


@transaction.atomic
def save_playbook(
    actor: Person, version: Playbook, values: dict[str, str], seen_revision: int | None = None
) -> Playbook:
    """The parts of a draft."""
    _draft(actor, version)
    new = {name: at_most(values.get(name, ""), name, LONG) for name in PARTS}
    why = said(values.get("why", version.why), "why", LINE)
    claim(version, seen_revision)
    for name, value in new.items():
        setattr(version, name, value)
    version.why = why
    version.save(update_fields=[*PARTS, "why"])
    record(version.municipality.chain, actor, "incidents.playbook_changed", version)
    return version


@transaction.atomic
def save_step(
    actor: Person, version: Playbook, step: PlaybookStep | None, values: dict[str, Any]
) -> PlaybookStep:
    """A step of a draft; its place is its number."""
    _draft(actor, version)
    row = step or PlaybookStep(municipality=version.municipality, playbook=version)
    row.text = said(values["text"], "text", LINE)
    row.who = at_most(values.get("who", ""), "who", 120)
    row.whom = shared.chosen(values["whom"], Whom, "whom") if values.get("whom") else ""
    row.harms = joined(list(values.get("harms") or []))
    row.severity = shared.chosen(values.get("severity") or Severity.MINOR, Severity, "severity")
    row.hours = values.get("hours")
    if row.hours is not None and not 0 < row.hours <= 24 * 365:
        raise ValidationError({"hours": [_("1から8,760までの数にしてください。")]})
    row.order = min(int(values.get("order") or 0), 9999)
    version.claim(None)
    row.save()
    record(version.municipality.chain, actor, "incidents.playbook_step_saved", version, {"step": row.text})
    return row


@transaction.atomic
def remove_step(actor: Person, step: PlaybookStep) -> None:
    """Out of a draft."""
    _draft(actor, step.playbook)
    step.playbook.claim(None)
    record(
        step.municipality.chain, actor, "incidents.playbook_step_removed", step.playbook, {"step": step.text}
    )
    step.delete()


@transaction.atomic
def propose_playbook(actor: Person, version: Playbook, seen_revision: int | None = None) -> Playbook:
    """Before the executives. What the guideline asks for has to be written (P1.3.5)."""
    _draft(actor, version)
    if version.missing:
        names = [str(named(Playbook, one)) for one in version.missing]
        raise ValidationError(
            {
                one: [ValidationError(_("「%(name)s」を書いてください。"), params={"name": name})]
                for one, name in zip(version.missing, names, strict=True)
            }
        )
    if not version.steps.exists():
        raise shared.refuse(_("手順を1つ以上書いてください。"), "steps")
    claim(version, seen_revision)
    version.state = S.PROPOSED
    version.save(update_fields=["state"])
    record(version.municipality.chain, actor, "incidents.playbook_proposed", version)
    return version


@transaction.atomic
def return_playbook(actor: Person, version: Playbook, seen_revision: int | None = None) -> Playbook:
    """Back to being written: by an executive, or by IT staff who have something to add."""
    if not actor.has_perm("incidents.draft", version):
        allow(actor, "incidents.adopt", version)
    if version.state != S.PROPOSED:
        raise shared.refuse(_("承認待ちの版ではありません。"), "state")
    claim(version, seen_revision)
    version.state = S.DRAFT
    version.save(update_fields=["state"])
    record(version.municipality.chain, actor, "incidents.playbook_returned", version)
    return version


@transaction.atomic
def adopt_playbook(actor: Person, version: Playbook, seen_revision: int | None = None) -> Playbook:
    """In force from now on, for incidents that are opened from now on."""
    allow(actor, "incidents.adopt", version)
    if version.state != S.PROPOSED:
        raise shared.refuse(_("承認待ちの版ではありません。"), "state")
    if version.made_by_id == actor.pk:
        raise shared.refuse(_("自分が作った版は、自分では承認できません。"), "own")
    claim(version, seen_revision)
    Playbook.objects.of(version.municipality).filter(state=S.ADOPTED).update(state=S.FORMER)
    version.state, version.adopted_by, version.adopted_at = S.ADOPTED, actor, timezone.now()
    version.save(update_fields=["state", "adopted_by", "adopted_at"])
    record(version.municipality.chain, actor, "incidents.playbook_adopted", version)
    return version


@transaction.atomic
def review_playbook(actor: Person, version: Playbook, seen_revision: int | None = None) -> Playbook:
    """Looked at again after a drill or an incident: nothing has to change."""
    allow(actor, "incidents.draft", version)
    if version.state != S.ADOPTED:
        raise shared.refuse(_("使用中の版ではありません。"), "state")
    claim(version, seen_revision)
    version.reviewed_on, version.reviewed_by = timezone.localdate(), actor
    version.save(update_fields=["reviewed_on", "reviewed_by"])
    record(version.municipality.chain, actor, "incidents.playbook_reviewed", version)
    return version


def save_plan(
    actor: Person, system: AISystem, values: dict[str, str], seen_revision: int | None = None
) -> SystemPlan:
    """A system's own part: foreseen harm, who stops it, work by hand, finding and helping those affected."""
    allow(actor, "incidents.plan", system)
    names = ("foreseen", "stop", "by_hand", "find")
    new = {name: said(values.get(name, ""), name, LONG) for name in names}
    new["redress"] = at_most(values.get("redress", ""), "redress", LONG)
    try:
        with transaction.atomic():
            row = SystemPlan.objects.filter(system=system).first()
            if row is None:
                row = SystemPlan(municipality=system.municipality, system=system)
            else:
                claim(row, seen_revision)
            for name, value in new.items():
                setattr(row, name, value)
            row.changed_by, row.changed_at = actor, timezone.now()
            row.save()
            record(system.municipality.chain, actor, "incidents.plan_saved", row)
    except IntegrityError as error:  # two at once wrote the first one
        raise shared.refuse(_("同時に別の人が登録しました。ページを開き直してください。"), "twice") from error
    return row


@transaction.atomic
def record_drill(actor: Person, values: dict[str, Any]) -> Drill:
    """A drill that was held."""
    allow(actor, "incidents.drill", None)
    town = actor.municipality
    held = past(values.get("held_on"), "held_on")
    system = values.get("system")
    if system is not None and system.municipality_id != town.pk:
        raise ValidationError({"system": [_("選んでください。")]})
    following = values.get("next_on")
    if following is not None and following <= held:
        raise ValidationError({"next_on": [_("訓練の日より後の日付を入力してください。")]})
    minutes = values.get("minutes")
    if minutes is None:
        raise ValidationError({"minutes": [_("最初の措置までの時間を入力してください。")]})
    made: Drill = Drill.objects.create(
        municipality=town,
        number=next_number(Drill, town),
        held_on=held,
        scenario=said(values["scenario"], "scenario", LONG),
        harms=shared.harms(list(values["harms"])),
        system=system,
        playbook=checklist.playbook(town),
        people=said(values["people"], "people", LINE),
        minutes=minutes,
        stop_minutes=values.get("stop_minutes"),
        found_alike=bool(values.get("found_alike")),
        learnt=said(values["learnt"], "learnt", LONG),
        next_on=following,
        made_by=actor,
    )
    record(town.chain, actor, "incidents.drill_recorded", made, {"held_on": held.isoformat()})
    return made
