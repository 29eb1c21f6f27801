"""The town, its departments, its people and who answers for what."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from kijun.governance.accounts import actions as accounts
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals.actions import ensure_default_route
from kijun.governance.audit.refs import Ref
from kijun.governance.organisation import actions as organisation
from kijun.governance.organisation.models import Department, Municipality
from kijun.sites.sample.content import ago, content

ACTOR = Ref("console", "", "見本の読み込み kijun sample")
BOUND = {"staff", "approver"}
"""Roles that hold for the person's department; the others hold for the whole town."""


@dataclass
class Town:
    """What the later parts of the sample build upon."""

    municipality: Municipality
    departments: dict[str, Department] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    """{staff number: password}, made at this moment, shown once and kept nowhere."""

    def person(self, number: str) -> Person:
        return self.people[number]

    def first(self, role: str) -> Person:
        """The first person of the list who has ``role``."""
        number = next(p["number"] for p in content()["people"] if role in p["roles"])
        return self.people[number]


def password() -> str:
    """Sixteen letters in four groups that are easy to type and to tell apart."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def found() -> Town:
    """Make the town with everybody in it."""
    wanted = content()
    town = Town(organisation.found_municipality(ACTOR, is_sample=True, **wanted["town"]))
    for order, one in enumerate(wanted["departments"]):
        parent = town.departments.get(one.get("parent", ""))
        town.departments[one["code"]] = organisation.add_department(
            ACTOR,
            town.municipality,
            code=one["code"],
            name=one["name"],
            kana=one["kana"],
            name_en=one["name_en"],
            parent=parent,
            valid_from=ago(900),
            order=order,
        )
    for one in wanted["people"]:
        _person(town, one)
    ensure_default_route(town.municipality)
    return town


def _person(town: Town, one: dict[str, object]) -> None:
    number, department = str(one["number"]), town.departments[str(one["department"])]
    town.passwords[number] = password()
    person = accounts.add_person(
        ACTOR,
        town.municipality,
        staff_number=number,
        name=str(one["name"]),
        kana=str(one["kana"]),
        department=department,
        title=str(one["title"]),
        password=town.passwords[number],
    )
    for role in one["roles"]:  # type: ignore[attr-defined]  # a list in the YAML
        scope = department if role in BOUND else None
        accounts.grant_role(ACTOR, person, Role(role), department=scope, valid_from=ago(0))
    town.people[number] = person
