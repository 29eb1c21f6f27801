"""What went wrong in the sample town: one incident that is settled with its lesson, one that is open; a playbook, a plan, a drill."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db.models import F
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.incidents import actions
from kijun.governance.incidents.models import Event, Incident, Lesson, Notice, Playbook, Step
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Municipality
from kijun.sites.sample import records
from kijun.sites.sample.content import content as town_content


@functools.cache
def content() -> dict[str, Any]:
    """What ``incidents.yaml`` says."""
    import yaml

    text = Path(__file__).with_name("incidents.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def tell(town: Municipality) -> None:
    """Once the records stand in the ledger; twice does nothing twice."""
    if Incident.objects.filter(municipality=town).exists():
        return
    _prepare(town)
    _settle(town, content()["settled"])
    _begin(town, content()["open"])


def _person(town: Municipality, number: str) -> Person:
    return Person.objects.get(municipality=town, staff_number=number)


def _system(town: Municipality, key: str) -> AISystem:
    name = next(one["data"]["name"] for one in town_content()["systems"] if one["key"] == key)
    rows = AISystem.objects.select_related("municipality", "owner")
    found: AISystem = rows.get(municipality=town, name=name)
    return found


def _anew(row: Incident) -> Incident:
    rows = Incident.objects.select_related("municipality", "system__owner", "report", "playbook")
    found: Incident = rows.get(pk=row.pk)
    return found


def _prepare(town: Municipality) -> None:
    wanted = content()["playbook"]
    writer, head = _person(town, wanted["drafted_by"]), _person(town, wanted["adopted_by"])
    version = actions.draft_playbook(writer, wanted["why"])
    version = actions.save_playbook(writer, version, wanted["parts"])
    for number, step in enumerate(wanted["steps"], 1):
        actions.save_step(writer, version, None, {"order": number * 10, **step})
    version = actions.adopt_playbook(head, actions.propose_playbook(writer, version))
    ago = datetime.timedelta(days=wanted["days_ago"])
    Playbook.objects.filter(pk=version.pk).update(
        adopted_at=F("adopted_at") - ago, made_at=F("made_at") - ago
    )
    plan = dict(content()["plan"])
    system, by = _system(town, plan.pop("system")), _person(town, plan.pop("by"))
    actions.save_plan(by, system, plan)
    drill = dict(content()["drill"])
    values = drill | {
        "system": _system(town, drill["system"]),
        "held_on": timezone.localdate() - datetime.timedelta(days=drill["days_ago"]),
    }
    actions.record_drill(_person(town, drill["by"]), values)
    version.refresh_from_db()
    actions.review_playbook(writer, version)


def _settle(town: Municipality, wanted: Mapping[str, Any]) -> None:
    """All of it is done in the order in which it would be, and then put back in time."""
    reporter, system = _person(town, wanted["who"]), _system(town, wanted["system"])
    leader = system.owner
    if leader is None:
        return
    now = timezone.now()
    noticed = now - datetime.timedelta(hours=wanted["began_hours"])
    row = actions.open_incident(
        reporter,
        actions.Told(
            **{
                name: wanted[name]
                for name in ("title", "what", "harms", "severity", "affected", "affected_count")
            },
            residents="yes",
            noticed_at=noticed,
            began_at=noticed - datetime.timedelta(minutes=30),
            system=system,
            interaction=records.interaction(town, wanted["record"]),
        ),
    )
    for one in wanted["measures"]:
        at = noticed + datetime.timedelta(minutes=one["minutes"])
        actions.measure(leader, _anew(row), one["text"], at)
    actions.decide_course(leader, _anew(row), wanted["course"], wanted["course_why"])
    actions.contain(leader, _anew(row), wanted["contained"])
    for step in row.steps.select_related("incident__municipality", "incident__system__owner"):
        actions.finish_step(leader, step)
    for notice in row.notices.select_related("incident__municipality", "incident__system__owner"):
        actions.finish_notice(leader, notice, note=wanted["told"])
    actions.explain(leader, _anew(row), cause=wanted["cause"], redress=wanted["redress"])
    _prevent(town, leader, row, wanted["prevention"])
    lesson = actions.save_lesson(leader, _anew(row), **wanted["lesson"], nobody_named=True)
    actions.publish_lesson(leader, lesson)
    actions.close(leader, _anew(row), wanted["closing"])
    for number in wanted["readers"]:
        actions.read_lesson(_person(town, number), lesson)
    _put_back(row, wanted, noticed)


def _prevent(town: Municipality, leader: Person, row: Incident, wanted: Mapping[str, str]) -> None:
    who, today = _person(town, wanted["who"]), timezone.localdate()
    made = actions.add_prevention(leader, _anew(row), what=wanted["what"], person=who, due_on=today)
    actions.finish_prevention(who, made, result=wanted["result"], on=today)


def _put_back(row: Incident, wanted: Mapping[str, Any], noticed: datetime.datetime) -> None:
    """So many days ago; reported so many minutes after it was noticed."""
    reported = noticed + datetime.timedelta(minutes=wanted["report_minutes"])
    Incident.objects.filter(pk=row.pk).update(reported_at=reported, opened_at=reported)
    ago = datetime.timedelta(days=wanted["days_ago"])
    moments: dict[Any, tuple[str, ...]] = {
        Incident: (
            "noticed_at", "began_at", "reported_at", "opened_at", "first_action_at", "course_at", "contained_at",
            "closed_at",
        ),
        Step: ("due_at", "done_at"),
        Notice: ("due_at", "done_at"),
        Lesson: ("published_at",),
        Event: ("at", "recorded_at"),
    }  # fmt: skip
    for model, names in moments.items():
        of = {"pk": row.pk} if model is Incident else {"incident": row}
        # The timeline's own manager changes nothing; this is how the past of the sample comes about.
        model._base_manager.filter(**of).update(**{name: F(name) - ago for name in names})
    Event._base_manager.filter(incident=row, kind=Event.Kind.REPORTED).update(at=reported - ago)


def _begin(town: Municipality, wanted: Mapping[str, Any]) -> None:
    reporter, system = _person(town, wanted["who"]), _system(town, wanted["system"])
    row = actions.open_incident(
        reporter,
        actions.Told(
            **{
                name: wanted[name] for name in ("title", "what", "harms", "severity", "residents", "affected")
            },
            noticed_at=timezone.now() - datetime.timedelta(hours=wanted["hours"]),
            system=system,
            interaction=records.interaction(town, wanted["record"]),
        ),
    )
    if system.owner is not None:
        actions.measure(system.owner, _anew(row), wanted["measure"])
        actions.decide_course(system.owner, _anew(row), wanted["course"], wanted["course_why"])
