"""Who answers for AI in the sample town: the body and its meetings, the mandates, the plans that name AI."""

from __future__ import annotations

import datetime

from kijun.governance.mandates import actions
from kijun.sites.sample.content import ago, content, first_day
from kijun.sites.sample.town import Town

SINCE = 600


def establish(town: Town) -> None:
    """G.1 to G.4 of the guideline, as an executive enters them."""
    actor, wanted = town.first("executive"), content()
    body = actions.save_body(
        actor,
        town.municipality,
        None,
        seen_revision=None,
        name=wanted["body"]["name"],
        purpose=wanted["body"]["purpose"],
        rules=wanted["body"]["rules"],
        valid_from=ago(SINCE),
    )
    members = []
    for one in wanted["body"]["members"]:
        person = town.person(one["number"]) if "number" in one else None
        fields = {
            "person": person,
            "name": one.get("name", ""),
            "side": one["side"],
            "chair": one.get("chair", False),
        }
        members.append(actions.save_member(actor, body, None, valid_from=ago(SINCE), **fields))
    for one in wanted["body"]["meetings"]:
        actions.save_meeting(
            actor,
            body,
            None,
            seen_revision=None,
            attendees=members,
            held_on=ago(one["days_ago"]),
            title=one["title"],
            decisions=one["decisions"],
        )
    for one in wanted["mandates"]:
        actions.save_mandate(
            actor,
            town.municipality,
            None,
            seen_revision=None,
            duty=one["duty"],
            person=town.person(one["number"]),
            scope=one["scope"],
            powers=one["powers"],
            resources=one["resources"],
            decided_by=one["decided_by"],
            valid_from=first_day(),
        )
    for one in wanted["plans"]:
        actions.save_plan(
            actor,
            town.municipality,
            None,
            seen_revision=None,
            name=one["name"],
            kind=one["kind"],
            starts_on=_day(one["from"]),
            ends_on=_day(one["to"]),
            passage=one["passage"],
        )


def _day(value: datetime.date | str) -> datetime.date:
    return value if isinstance(value, datetime.date) else datetime.date.fromisoformat(value)
