"""Carrying out a planned import of people: all of it, or nothing."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.accounts import numbers
from kijun.governance.accounts.actions._may import require_manager
from kijun.governance.accounts.actions.people import FIELDS, TAKEN, deactivate, reactivate, update_person
from kijun.governance.accounts.actions.postings import end_posting, post_person
from kijun.governance.accounts.actions.roles import end_grant, grant_role
from kijun.governance.accounts.models import Person, Posting, RoleGrant, username
from kijun.governance.accounts.names import kana_sort
from kijun.governance.accounts.sheets import existing
from kijun.governance.audit.actions import record, record_many
from kijun.governance.organisation.models import Department, Municipality
from kijun.governance.organisation.queries import open_departments
from kijun.web import imports


def _codes(text: str) -> list[str]:
    """The parts of a cell that a plan keeps joined."""
    return [part for part in text.split("、") if part]


class _Import:
    def __init__(self, actor: Person, municipality: Municipality) -> None:
        self.actor, self.municipality = actor, municipality
        self.today = timezone.localdate()
        self.yesterday = self.today - datetime.timedelta(days=1)
        self.departments: dict[str, Department] = {d.code: d for d in Department.objects.of(municipality)}
        self.open = set(open_departments(municipality).values_list("pk", flat=True))

    def person(self, item: imports.PlanItem) -> Person:
        return Person.objects.get(municipality=self.municipality, staff_number=item.key)

    def add_many(self, items: list[imports.PlanItem]) -> None:
        """New people with their posts and roles, in as many queries for two thousand as for two."""
        if not items:
            return
        people = [self._new(item) for item in items]
        Person.objects.bulk_create([person for person, _after in people], batch_size=500)
        posts: list[Posting] = []
        grants: list[RoleGrant] = []
        events: list[tuple[str, Person, dict[str, Any]]] = []
        for person, after in people:
            codes = [after["department"], *_codes(after.get("concurrent", ""))]
            for place, code in enumerate(codes):
                title = after.get("title", "") if place == 0 else ""
                posts.append(self._post(person, code, title, concurrent=place > 0))
            given = [self._grant(person, key) for key in _codes(after.get("roles", ""))]
            grants += given
            told: dict[str, Any] = {field: getattr(person, field) for field in FIELDS}
            told |= {"department": self.departments[codes[0]].name, "title": after.get("title", "")}
            if codes[1:]:
                told["concurrent"] = [self.departments[code].name for code in codes[1:]]
            if given:
                told["roles"] = [
                    {"role": one.role} | ({"department": one.department.name} if one.department else {})
                    for one in given
                ]
            events.append(("accounts.added", person, {"after": told}))
        Posting.objects.bulk_create(posts, batch_size=500)
        RoleGrant.objects.bulk_create(grants, batch_size=500)
        record_many(self.municipality.chain, self.actor, events)
        numbers.tell("people imported")

    def _new(self, item: imports.PlanItem) -> tuple[Person, dict[str, str]]:
        after = {change.column: str(change.after or "") for change in item.changes}
        kana = after.get("kana", "")
        person = Person(
            municipality=self.municipality,
            staff_number=item.key,
            username=username(self.municipality.code, item.key),
            name=after["name"].strip(),
            kana=kana,
            kana_sort=kana_sort(kana, after["name"]),
            email=after.get("email", ""),
            is_active=after.get("state") != "inactive",
        )
        person.set_unusable_password()
        return person, after

    def _department(self, code: str) -> Department:
        found = self.departments[code]
        if found.pk not in self.open:
            raise ValidationError(_("部署コード「%(code)s」の部署はありません。") % {"code": code})
        return found

    def _post(self, person: Person, code: str, title: str, *, concurrent: bool) -> Posting:
        return Posting(
            municipality=self.municipality, person=person, department=self._department(code),
            title=title, concurrent=concurrent, valid_from=self.today,
        )  # fmt: skip

    def _grant(self, person: Person, key: str) -> RoleGrant:
        role, _at, code = key.partition("@")
        return RoleGrant(
            municipality=self.municipality, person=person, role=role,
            department=self._department(code) if code else None, valid_from=self.today,
        )  # fmt: skip

    def give(self, item: imports.PlanItem) -> None:
        """What somebody who is here already is given: names, posts, roles."""
        after = {change.column: str(change.after or "") for change in item.changes}
        person = self.person(item)
        self._correct(person, after)
        if after.get("state") == "active" and not person.is_active:
            reactivate(self.actor, person)
        for code in self._given(person, after, "concurrent"):
            post_person(self.actor, person, self.departments[code], concurrent=True, valid_from=self.today)
        for key in self._given(person, after, "roles"):
            role, _at, code = key.partition("@")
            department = self.departments[code] if code else None
            grant_role(self.actor, person, role, department=department, valid_from=self.today)

    def _correct(self, person: Person, after: Mapping[str, str]) -> None:
        if after.keys() & {"name", "kana", "email"}:
            values = {field: after.get(field, getattr(person, field)) for field in ("name", "kana", "email")}
            update_person(self.actor, person, None, **values)
        if after.keys() & {"department", "title"}:
            main = next((post for post in person.postings_today() if not post.concurrent), None)
            code = after.get("department") or (main.department.code if main else "")
            title = after.get("title", main.title if main else "")
            if code:
                post_person(self.actor, person, self.departments[code], title=title, valid_from=self.today)

    def _held(self, person: Person, column: str) -> dict[str, Posting | RoleGrant]:
        if column == "concurrent":
            posts = (
                Posting.objects.on(self.today)
                .filter(person=person, concurrent=True)
                .select_related("department")
            )
            return {post.department.code: post for post in posts}
        grants = RoleGrant.objects.on(self.today).filter(person=person).select_related("department", "person")
        return {f"{g.role}@{g.department.code}" if g.department else g.role: g for g in grants}

    def _given(self, person: Person, after: Mapping[str, str], column: str) -> list[str]:
        if column not in after:
            return []
        held = self._held(person, column)
        return [key for key in _codes(after[column]) if key not in held]

    def end(self, item: imports.PlanItem) -> None:
        """What is taken away, after everything was given, so that a new administrator stands before the old goes."""
        after = {change.column: str(change.after or "") for change in item.changes}
        person = self.person(item)
        for column in ("concurrent", "roles"):
            if column not in after:
                continue
            wanted = set(_codes(after[column]))
            for key, row in self._held(person, column).items():
                if key in wanted:
                    continue
                if isinstance(row, Posting):
                    end_posting(self.actor, row, self.yesterday)
                else:
                    end_grant(self.actor, row, self.yesterday)
        if after.get("state") == "inactive" and person.is_active:
            deactivate(self.actor, person)


@transaction.atomic
def import_people(
    actor: Person, municipality: Municipality, made: imports.ImportPlan
) -> dict[imports.Action, int]:
    """Carry out a plan from today on; returns its counts. ValidationError names the row that stands in the way."""
    probe = Person(municipality=municipality)
    require_manager(actor, probe)
    if not made.ok:
        raise ValidationError(_("誤りのある行があります。ファイルを直して、もう一度選んでください。"))
    stale = imports.outdated(imports.ImportPlan(made.of("add", "change")), existing(municipality))
    if stale:
        raise ValidationError(
            _(
                "確認している間に、ほかの人が%(count)s人の内容を変更しました。ファイルをもう一度選んで、違いを確かめてください。"
            )
            % {"count": len(stale)}
        )
    work = _Import(actor, municipality)
    try:
        with transaction.atomic():
            work.add_many(made.of("add"))
    except IntegrityError as error:  # somebody took a number at the same moment
        raise ValidationError(TAKEN) from error
    for step in (work.give, work.end):
        for item in made.of("change"):
            try:
                step(item)
            except ValidationError as error:
                place = {"row": item.row_number, "message": " ".join(error.messages)}
                raise ValidationError(_("%(row)s行目：%(message)s") % place) from error
    record(
        municipality.chain,
        actor,
        "accounts.imported",
        municipality,
        {str(action): count for action, count in made.counts.items()},
    )
    return made.counts
