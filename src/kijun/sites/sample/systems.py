"""The sample's AI systems, from the guided form to their verification and datasets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kijun.governance.accounts.models import Person
from kijun.governance.inventory import actions
from kijun.governance.inventory.models import AISystem
from kijun.governance.inventory.steps import STEPS
from kijun.sites.sample.content import ago, ahead
from kijun.sites.sample.town import Town


def register(town: Town, wanted: dict[str, Any]) -> AISystem:
    """Fill the guided form step by step, as IT staff do, and register the system as 構想, then 企画."""
    actor = town.first("it_staff")
    data = dict(wanted["data"])
    data["provider_department"] = town.departments[data["provider_department"]]
    data["user_departments"] = [town.departments[code] for code in data["user_departments"]]
    data["owner"] = town.person(data["owner"])
    data.setdefault("learns", False)
    data.setdefault("abroad", False)
    if data["training"] == "off_confirmed":
        # P5.1.2 asks for it anew every half year
        data.setdefault("training_checked_on", ago(min(wanted["started_days_ago"] + 10, 90)))
    system = actions.start_system(actor, town.municipality)
    for step in STEPS:
        values = {name: data[name] for name in step.fields if name in data}
        system = actions.save_step(actor, system, step.number, values, None)
    system = actions.register_system(actor, system)
    actions.change_stage(actor, system, "plan", on=ago(wanted["started_days_ago"] + 60))
    return system


def datasets(town: Town, system: AISystem, wanted: dict[str, Any]) -> None:
    actor = town.first("it_staff")
    for one in wanted.get("datasets", []):
        checked = one["checked_days_ago"]
        actions.save_dataset(
            actor,
            town.municipality,
            None,
            {
                "name": one["name"],
                "systems": [system],
                "use": one["use"],
                "owner_department": town.departments[one["department"]],
                "owner": town.person(one["owner"]),
                "collected_from": ago(1500),
                "collected_to": ago(checked + 30),
                "collected_where": one["where"],
                "collected_why": one["why"],
                "data_kinds": one["kinds"],
                "records": one["records"],
                "region": one["region"],
                "representation_checked_on": ago(checked) if "bias" in one else None,
                "representation_note": one.get("bias", ""),
                "accuracy_checked_on": ago(checked),
                "accuracy_note": "無作為に選んだ100件を元の記録と照らした（見本）。",
                "review_on": ahead(365 - checked),
            },
        )


def run_pilot(town: Town, system: AISystem, wanted: dict[str, Any], actor: Person) -> None:
    """実証: from the plan stage on, with its result where there is one."""
    started = wanted["started_days_ago"]
    actions.change_stage(actor, system, "pilot", on=ago(started))
    result = wanted.get("pilot")
    if result:
        actions.record_pilot(
            actor,
            system,
            started_on=ago(started),
            ended_on=ago(started - 90),
            department=system.user_departments.first(),
            result=result["result"],
            effect_measure=result["measure"],
            effect_before=Decimal(result["before"]),
            effect_after=Decimal(result["after"]),
            effect_unit=result["unit"],
            go_on=True,
        )


def verify(system: AISystem, wanted: dict[str, Any], actor: Person) -> None:
    """P3.1.8: suitable, tested, integrated."""
    actions.verify_system(
        actor,
        system,
        suitable=True,
        tested=True,
        integrated=True,
        verified_on=ago(max(wanted["started_days_ago"] - 100, 0)),
        **wanted["verification"],
    )
