"""People come, change their names, and leave."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts import departures, numbers, security
from kijun.governance.accounts.actions._may import (
    Actor,
    check_department,
    keep_an_administrator,
    require_manager,
)
from kijun.governance.accounts.models import Person, Posting, username
from kijun.governance.accounts.names import check_number, kana_sort
from kijun.governance.audit.actions import changes, record
from kijun.governance.organisation.models import Department, Municipality
from kijun.web.kana import is_kana, normalise_kana

TAKEN = _("この職員番号は、ほかの職員に使われています。")
FIELDS = ("staff_number", "name", "kana", "email")


def _values(person: Person) -> dict[str, str]:
    return {field: getattr(person, field) for field in FIELDS}


def _free_number(municipality: Municipality, text: str, person: Person | None = None) -> str:
    try:
        number = check_number(text)
    except ValidationError as error:
        raise ValidationError({"staff_number": error}) from error
    taken = Person.objects.filter(municipality=municipality, staff_number=number)
    if person is not None:
        taken = taken.exclude(pk=person.pk)
    if taken.exists():
        raise ValidationError({"staff_number": TAKEN})
    return number


def _save(person: Person, *fields: str) -> None:
    try:
        with transaction.atomic():
            person.save(update_fields=fields or None)
    except IntegrityError as error:  # somebody took the number at the same moment
        raise ValidationError({"staff_number": TAKEN}) from error


def _checked_kana(text: str) -> str:
    kana = normalise_kana(text) if text.strip() else ""
    if kana and not is_kana(kana):
        raise ValidationError({"kana": _("カタカナで入力してください。例：ヤマダ　ハナコ")})
    return kana


@transaction.atomic
def add_person(
    actor: Actor,
    municipality: Municipality,
    *,
    staff_number: str,
    name: str,
    kana: str,
    department: Department,
    title: str = "",
    email: str = "",
    password: str | None = None,
) -> Person:
    """A new member of staff with a main post in ``department`` from today.

    Without ``password`` the person comes in by a recovery link. Roles are granted separately.
    """
    if department.municipality_id != municipality.pk:
        raise PermissionDenied
    require_manager(actor, department)
    check_department(department, timezone.localdate())
    number = _free_number(municipality, staff_number)
    kana = _checked_kana(kana)
    person = Person(
        municipality=municipality,
        staff_number=number,
        username=username(municipality.code, number),
        name=name.strip(),
        kana=kana,
        kana_sort=kana_sort(kana, name),
        email=email,
    )
    if password is None:
        person.set_unusable_password()
    else:
        person.set_password(password)
        person.password_changed_at = timezone.now()
    _save(person)
    Posting.objects.create(
        municipality=municipality,
        person=person,
        department=department,
        title=title,
        valid_from=timezone.localdate(),
    )
    record(
        municipality.chain,
        actor,
        "accounts.added",
        person,
        {"after": _values(person) | {"department": department.name, "title": title}},
    )
    numbers.tell(f"person {person.pk} added")
    return person


@transaction.atomic
def update_person(
    actor: Actor,
    person: Person,
    seen_revision: int | None,
    *,
    name: str,
    kana: str,
    email: str,
    staff_number: str | None = None,
) -> Person:
    """Correct a person's name, reading, mail address or number; signing in then needs the new number."""
    require_manager(actor, person)
    person.claim(seen_revision)
    before = _values(Person.objects.get(pk=person.pk))
    if staff_number is not None:
        person.staff_number = _free_number(person.municipality, staff_number, person)
        person.username = username(person.municipality.code, person.staff_number)
    person.name, person.kana, person.email = name.strip(), _checked_kana(kana), email
    person.kana_sort = kana_sort(person.kana, person.name)
    _save(person, *FIELDS, "username", "kana_sort")
    found = changes(before, _values(person))
    if found["after"]:
        record(person.municipality.chain, actor, "accounts.changed", person, found)
    if "staff_number" in found["after"]:
        numbers.tell(f"person {person.pk} has another number")
    return person


@transaction.atomic
def deactivate(actor: Actor, person: Person, *, reason: str = "") -> None:
    """The person can no longer sign in and all sessions end; nothing that they did is removed."""
    require_manager(actor, person)
    keep_an_administrator(person.municipality, without=person)
    if not Person.objects.filter(pk=person.pk, is_active=True).update(is_active=False):
        return
    person.is_active = False
    security.end_all_sessions(person)
    record(person.municipality.chain, actor, "accounts.deactivated", person, {"reason": reason})
    departures.tell([person])


@transaction.atomic
def reactivate(actor: Actor, person: Person) -> None:
    """The person may sign in again, with the roles that still hold."""
    require_manager(actor, person)
    if not Person.objects.filter(pk=person.pk, is_active=False).update(is_active=True):
        return
    person.is_active = True
    record(person.municipality.chain, actor, "accounts.reactivated", person)


def set_language(person: Person, language: str) -> None:
    """The language in which this person reads Kijun; their own matter, so the trail does not tell of it."""
    if language not in {code for code, _name in settings.LANGUAGES}:
        raise ValidationError({"language": _("一覧にある言語を選んでください。")})
    Person.objects.filter(pk=person.pk).update(language=language)
    person.language = language
