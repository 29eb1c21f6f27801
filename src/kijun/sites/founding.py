"""Founding a municipality: the town, its first department, its first administrator, its default approval route."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.accounts import actions, entry
from kijun.governance.accounts.models import EntryLink
from kijun.governance.accounts.roles import Role
from kijun.governance.audit.refs import CONSOLE
from kijun.governance.organisation.models import Municipality


@dataclass(frozen=True, slots=True)
class Start:
    """What the first-run page asks for; the password is already checked."""

    code: str
    name: str
    kana: str
    department: str
    department_code: str
    staff_number: str
    person_name: str
    person_kana: str
    password: str


@transaction.atomic
def found(link: EntryLink, start: Start) -> Municipality:
    """Use the set-up link up and make everything that a first sign-in needs, or nothing at all.

    The actor is the console: who holds the link got it from there.
    """
    if link.purpose != "setup" or not entry.use(link):
        raise ValidationError(_("この初期設定コードは使えなくなりました。新しいリンクを作ってください。"))
    organisation = import_module("kijun.governance.organisation.actions")
    town: Municipality = organisation.found_municipality(
        CONSOLE, code=start.code, name=start.name, kana=start.kana
    )
    today = timezone.localdate()
    department = organisation.add_department(
        CONSOLE, town, code=start.department_code, name=start.department, kana="", valid_from=today
    )
    person = actions.add_person(
        CONSOLE,
        town,
        staff_number=start.staff_number,
        name=start.person_name,
        kana=start.person_kana,
        department=department,
        password=start.password,
    )
    actions.grant_role(CONSOLE, person, Role.ADMINISTRATOR, valid_from=today)
    import_module("kijun.governance.approvals.actions").ensure_default_route(town)
    return town
