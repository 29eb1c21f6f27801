"""Carrying out a planned import of people: all of it, or nothing."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.accounts.actions._may import require_manager
from kijun.governance.accounts.actions.people import add_person, deactivate, reactivate, update_person
from kijun.governance.accounts.actions.postings import end_posting, post_person
from kijun.governance.accounts.actions.roles import end_grant, grant_role
from kijun.governance.accounts.models import Person, Posting, RoleGrant
from kijun.governance.accounts.sheets import existing
from kijun.governance.audit.actions import record
from kijun.governance.organisation.models import Department, Municipality
from kijun.web import imports


class _Import:
    def __init__(self, actor: Person, municipality: Municipality) -> None:
        self.actor, self.municipality = actor, municipality
        self.today = timezone.localdate()
        self.yesterday = self.today - datetime.timedelta(days=1)
        self.departments: dict[str, Department] = {d.code: d for d in Department.objects.of(municipality)}

    def person(self, item: imports.PlanItem) -> Person:
        return Person.objects.get(municipality=self.municipality, staff_number=item.key)

    def add(self, item: imports.PlanItem) -> None:
        """New people, and what is given: names, posts, roles."""
        after = {change.column: str(change.after or "") for change in item.changes}
        if item.action == "add":
            add_person(
                self.actor,
                self.municipality,
                staff_number=item.key,
                name=after["name"],
                kana=after.get("kana", ""),
                department=self.departments[after["department"]],
                title=after.get("title", ""),
                email=after.get("email", ""),
            )
        person = self.person(item)
        if item.action == "change":
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
        return [key for key in after[column].split("、") if key and key not in held]

    def end(self, item: imports.PlanItem) -> None:
        """What is taken away, after everything was given, so that a new administrator stands before the old goes."""
        after = {change.column: str(change.after or "") for change in item.changes}
        person = self.person(item)
        for column in ("concurrent", "roles"):
            if column not in after:
                continue
            wanted = set(after[column].split("、"))
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
    for step in (work.add, work.end):
        for item in made.of("add", "change"):
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
