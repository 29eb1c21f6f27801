"""Who may use AI for what: giving, changing and taking grants."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NotRequired, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kijun.governance.access import queries
from kijun.governance.access.actions.common import allow_in, check_fields, reason, same_town
from kijun.governance.access.actions.keys import add_key, end_keys
from kijun.governance.access.models import Grant, Purpose
from kijun.governance.access.plain import check_names
from kijun.governance.access.publishing import publish
from kijun.governance.accounts.acting import Actor, allow, person_of
from kijun.governance.accounts.models import Person, Posting
from kijun.governance.audit.actions import changes, record
from kijun.governance.audit.refs import SYSTEM
from kijun.governance.inventory.models import AISystem, Stage
from kijun.governance.organisation.models import Municipality

LIMITS: Final = ("requests", "tokens", "per_minute")
LONGEST_APPLICATION: Final = datetime.timedelta(days=396)
"""13 months: an application's grant is looked at once a year."""
LONGEST_PERSON: Final = datetime.timedelta(days=3 * 366)
"""A person's, who moves every few years anyway."""


@dataclass(frozen=True, slots=True)
class Made:
    """A grant, and its key where one was made: shown now, and never again."""

    grant: Grant
    key: str = ""


class Terms(TypedDict):
    """What a grant is given for; a person, or an application with its ``responsible``. Limits are None where there are none."""

    system: AISystem
    purpose: Purpose
    expires_on: datetime.date
    starts_on: NotRequired[datetime.date | None]
    person: NotRequired[Person | None]
    application: NotRequired[str]
    responsible: NotRequired[Person | None]
    requests: NotRequired[int | None]
    tokens: NotRequired[int | None]
    per_minute: NotRequired[int | None]


def propose_grant(actor: Actor, municipality: Municipality, **terms: Unpack[Terms]) -> Grant:
    """The grant as it would be made, not saved: for the page on which it is confirmed. Raises ValidationError by field."""
    allow_in(actor, "access.change", municipality)
    named = ("system", "purpose", "person", "responsible")
    same_town(municipality.pk, {name: terms.get(name) for name in named})
    person, responsible = terms.get("person"), terms.get("responsible")
    keeper = person or responsible
    row = Grant(
        municipality=municipality,
        person=person,
        application=terms.get("application", "").strip(),
        responsible=None if person is not None else responsible,
        system=terms["system"],
        purpose=terms["purpose"],
        department=keeper.department if keeper is not None else None,
        starts_on=terms.get("starts_on") or timezone.localdate(),
        expires_on=terms["expires_on"],
        requests=terms.get("requests"),
        tokens=terms.get("tokens"),
        per_minute=terms.get("per_minute"),
        made_by=person_of(actor),
    )
    _check_subject(row)
    _check(row)
    return row


@transaction.atomic
def create_grant(
    actor: Actor, municipality: Municipality, *, with_key: bool = True, **terms: Unpack[Terms]
) -> Made:
    """Let one person, or one application, use a system for a purpose. Raises ValidationError by field.

    An application always has a key and a responsible person; a person needs one only where they use AI from outside of Kijun's pages.
    """
    row = propose_grant(actor, municipality, **terms)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise ValidationError(_twice(row)) from error
    key = add_key(actor, row) if with_key or not row.person_id else ""
    record(municipality.chain, actor, "access.grant_made", row, {"after": _told(row)})
    publish(f"grant {row.pk} made")
    return Made(row, key)


def _told(row: Grant) -> dict[str, Any]:
    names = ("person", "application", "responsible", "system", "purpose", "starts_on", "expires_on", *LIMITS)
    return {name: getattr(row, name) for name in names if getattr(row, name) not in (None, "")}


def _twice(row: Grant) -> Any:
    field = "person" if row.person_id else "application"
    return {field: [_("同じAIシステムと利用目的の利用権が、すでにあります。そちらを変更してください。")]}


def _check_subject(row: Grant) -> None:
    if bool(row.person_id) == bool(row.application):
        raise ValidationError(
            {"application": [_("職員かアプリケーションの、どちらか一方を指定してください。")]}
        )
    keeper, field = (row.person, "person") if row.person_id else (row.responsible, "responsible")
    if keeper is None:
        raise ValidationError({"responsible": [_("キーの管理者を選んでください。")]})
    if not keeper.is_active or not keeper.postings_today():
        raise ValidationError({field: [_("今、在籍している職員から選んでください。")]})
    same = Grant.objects.of(row.municipality).filter(
        revoked_at=None,
        system=row.system,
        purpose=row.purpose,
        person=row.person,
        application=row.application,
    )
    if same.exclude(pk=row.pk).exists():
        raise ValidationError(_twice(row))


def _check(row: Grant) -> None:
    check_fields(row, ("application", *LIMITS))
    check_names({"application": row.application})
    wrong: dict[str, list[Any]] = {
        name: [_("2,147,483,647以下の数にしてください。")]
        for name in ("requests", "per_minute")
        if (getattr(row, name) or 0) >= 2**31
    }
    if row.system.is_draft or row.system.stage in {Stage.IDEA, Stage.RETIRED}:
        wrong["system"] = [_("企画より先に進み、廃止していないAIシステムを選んでください。")]
    if not row.purpose.enabled:
        wrong["purpose"] = [_("この利用目的は、今は使えません。")]
    longest = LONGEST_PERSON if row.person_id else LONGEST_APPLICATION
    if row.expires_on < row.starts_on:
        wrong["expires_on"] = [_("終わる日は、始まる日以降にしてください。")]
    elif row.expires_on < timezone.localdate():
        wrong["expires_on"] = [_("終わる日は、今日以降にしてください。")]
    elif row.expires_on > max(row.starts_on, timezone.localdate()) + longest:
        wrong["expires_on"] = [
            _("終わる日は、始まる日から3年以内にしてください。")
            if row.person_id
            else _("アプリケーションの利用権は、始まる日から13か月以内にしてください。")
        ]
    if wrong:
        raise ValidationError(wrong)
    if why_not := queries.why_not_personal(row.system, row.purpose):
        raise ValidationError({"purpose": [why_not]})


@transaction.atomic
def change_grant(actor: Actor, grant: Grant, data: dict[str, Any], seen_revision: int | None = None) -> Grant:
    """Other days or limits, another responsible person. ``data``: starts_on, expires_on, responsible and `LIMITS`."""
    allow(actor, "access.change", grant)
    _not_revoked(grant)
    names = ("starts_on", "expires_on", "responsible", *LIMITS)
    values = {name: data[name] for name in names if name in data}
    if grant.person_id and values.pop("responsible", None) is not None:
        raise ValidationError({"responsible": [_("職員の利用権では、本人がキーを管理します。")]})
    same_town(grant.municipality_id, values)
    before = {name: getattr(grant, name) for name in values}
    grant.claim(seen_revision)
    for name, value in values.items():
        setattr(grant, name, value)
    if not grant.person_id and "responsible" in values:
        _check_subject(grant)
        grant.department = grant.responsible.department if grant.responsible else None
    _check(grant)
    grant.save()
    detail = changes(before, values)
    if detail["after"]:
        record(grant.municipality.chain, actor, "access.grant_changed", grant, detail)
    publish(f"grant {grant.pk} changed")
    return grant


@transaction.atomic
def revoke_grant(actor: Actor, grant: Grant, *, why: str, seen_revision: int | None = None) -> Grant:
    """The grant ends now, with all its keys. The person may give back their own."""
    allow(actor, "access.hold_key", grant)
    _not_revoked(grant)
    why = reason(why)
    grant.claim(seen_revision)
    _end(actor, [grant], why)
    return grant


def _not_revoked(grant: Grant) -> None:
    if grant.revoked_at is not None:
        raise ValidationError(_("この利用権は、すでに取り消されています。"))


def _end(actor: Actor, grants: Sequence[Grant], why: str) -> None:
    now = timezone.now()
    for grant in grants:
        grant.revoked_at, grant.revoked_why = now, why
        grant.save(update_fields=["revoked_at", "revoked_why"])
        record(grant.municipality.chain, actor, "access.grant_revoked", grant, {"reason": why})
    end_keys(grants, now)
    if grants:
        publish("grants revoked")


def end_of_departed(people: Iterable[Person]) -> int:
    """People left, or work elsewhere now: their own grants end, in the transaction in which they do.

    A grant holds for the department in which it was given; who goes on with AI elsewhere is given another. Grants of applications
    stay until their day and are told as having nobody.
    """
    people = list(people)
    today = timezone.localdate()
    rows = list(
        Grant.objects.filter(person__in=people, revoked_at=None).select_related(
            "person__municipality", "department", "municipality", "purpose"
        )
    )
    posts: dict[int, list[str]] = {}
    postings = Posting.objects.on(today).filter(person__in=people)
    for pk, path in postings.values_list("person", "department__path"):
        posts.setdefault(pk, []).append(path)
    active = {one.pk for one in Person.objects.filter(pk__in=[one.pk for one in people], is_active=True)}
    ended = [
        grant
        for grant in rows
        if grant.person_id not in active or not _still_there(grant, posts.get(grant.person_id, []))
    ]
    _end(SYSTEM, ended, gettext("異動・退職のため"))
    return len(ended)


def _still_there(grant: Grant, paths: Iterable[str]) -> bool:
    if grant.department is None:
        return bool(list(paths))
    return any(path.startswith(grant.department.path) for path in paths)


def end_of_retired(system: AISystem) -> int:
    """A system is used no longer: every grant for it ends."""
    rows = list(
        Grant.objects.filter(system=system, revoked_at=None).select_related(
            "municipality", "purpose", "person"
        )
    )
    _end(SYSTEM, rows, gettext("AIシステムの廃止のため"))
    return len(rows)


@transaction.atomic
def hand_over_grant(actor: Person, grant: Grant, old: Person, new: Person) -> None:
    """Another person answers for an application; accounts checked that ``actor`` may."""
    if grant.responsible_id != old.pk:
        return
    same_town(grant.municipality_id, {"responsible": new})
    grant.claim(None)
    grant.responsible = new
    grant.save(update_fields=["responsible"])
    detail = changes({"responsible": old}, {"responsible": new})
    record(grant.municipality.chain, actor, "access.responsible_set", grant, detail)
    publish(f"grant {grant.pk} handed over")
