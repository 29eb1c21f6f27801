"""Who may use AI in the sample town: an upstream that answers by itself, a model, purposes, grants."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from kijun.governance.access import actions, handling
from kijun.governance.access.models import Purpose
from kijun.governance.inventory.models import AISystem
from kijun.sites.sample.content import ago, ahead
from kijun.sites.sample.town import Town

SINCE = 65
"""Days ago since when the sample's grants hold: longer than its records reach back."""


@functools.cache
def wanted() -> dict[str, Any]:
    """What ``access.yaml`` says."""
    import yaml

    found: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("access.yaml").read_text(encoding="utf-8")
    )
    return found


def open_up(town: Town, systems: dict[str, AISystem]) -> None:
    """As IT staff set it up: the service and the check that it does not train, the model, what for, and for whom."""
    actor, content = town.first("it_staff"), wanted()
    rows = AISystem.objects.select_related("municipality", "owner")
    used = {key: rows.get(pk=systems[key].pk) for key in {one["system"] for one in content["models"]}}
    service = content["upstream"]
    upstream = actions.save_upstream(
        actor, town.municipality, None, {"name": service["name"], "kind": service["kind"]}
    )
    upstream = actions.record_opt_out(
        actor, upstream, on=ago(service["checked_days_ago"]), proof=service["proof"]
    )
    for one in content["models"]:
        routes = [actions.Way(upstream, one["name"])]
        actions.save_model(
            actor, town.municipality, None, name=one["name"], system=used[one["system"]], routes=routes
        )
    actions.save_town_rules(actor, town.municipality, contact=content["contact"], inspection={})
    purposes = {one["key"]: _purpose(town, one) for one in content["purposes"]}
    for one in content["grants"]:
        _grant(town, used[one["system"]], purposes[one["purpose"]], one)


def _purpose(town: Town, one: dict[str, Any]) -> Purpose:
    data = {name: value for name, value in one.items() if name not in {"key", "owner", "input", "output"}}
    for direction in (handling.INPUT, handling.OUTPUT):
        made = handling.default(direction)
        made["groups"].update(one.get(direction, {}))
        data[f"{direction}_handling"] = made
    data["owner"] = town.person(one["owner"])
    return actions.save_purpose(town.first("it_staff"), town.municipality, None, data)


def _grant(town: Town, system: AISystem, purpose: Purpose, one: dict[str, Any]) -> None:
    """Nobody is told the keys of the sample's applications: `kijun access grant create --sample` makes new ones."""
    person = town.person(one["person"]) if "person" in one else None
    actions.create_grant(
        town.first("it_staff"),
        town.municipality,
        system=system,
        purpose=purpose,
        person=person,
        application=one.get("application", ""),
        responsible=town.person(one["responsible"]) if "responsible" in one else None,
        starts_on=ago(SINCE),
        expires_on=ahead(one["days"]),
        requests=one.get("requests"),
        tokens=one.get("tokens"),
        per_minute=one.get("per_minute"),
        with_key="application" in one,
    )
