"""Where a person works. Mass moves on a day are transfers (人事異動); these are single corrections."""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts import departures
from kijun.governance.accounts.actions._may import Actor, check_department, lock, require_manager
from kijun.governance.accounts.models import Person, Posting
from kijun.governance.audit.actions import record
from kijun.governance.organisation.models import Department

DAY = datetime.timedelta(days=1)


@transaction.atomic
def post_person(
    actor: Actor,
    person: Person,
    department: Department,
    *,
    title: str = "",
    concurrent: bool = False,
    valid_from: datetime.date,
) -> Posting:
    """A new post. A main post ends the main post before it on the day before; 兼務 stands beside it."""
    require_manager(actor, person)
    if department.municipality_id != person.municipality_id:
        raise PermissionDenied
    check_department(department, valid_from)
    lock(person)
    open_posts = Posting.objects.filter(person=person, concurrent=concurrent).filter(
        Q(valid_to=None) | Q(valid_to__gte=valid_from)
    )
    if concurrent:
        open_posts = open_posts.filter(department=department)
        if open_posts.exists():
            raise ValidationError({"department": _("この部署の兼務は、すでにあります。")})
    else:
        if open_posts.filter(valid_from__gt=valid_from).exists():
            raise ValidationError(
                {"valid_from": _("この日より後に始まる所属があります。先にそれを終えてください。")}
            )
        open_posts.filter(valid_from=valid_from).delete()
        open_posts.update(valid_to=valid_from - DAY)
    posting = Posting.objects.create(
        municipality=person.municipality,
        person=person,
        department=department,
        title=title,
        concurrent=concurrent,
        valid_from=valid_from,
    )
    person.forget_cached()
    record(
        person.municipality.chain,
        actor,
        "accounts.posted",
        person,
        {
            "department": department.name,
            "code": department.code,
            "title": title,
            "concurrent": concurrent,
            "valid_from": valid_from.isoformat(),
        },
    )
    departures.tell([person])
    return posting


@transaction.atomic
def end_posting(actor: Actor, posting: Posting, last_day: datetime.date) -> None:
    """The post is held until ``last_day``, which may be the day before it begins: then it never was."""
    person = posting.person
    require_manager(actor, person)
    if posting.valid_to is not None and posting.valid_to < last_day:
        raise ValidationError({"last_day": _("この所属は、もっと早い日に終わっています。")})
    if last_day < posting.valid_from:
        posting.delete()
    else:
        posting.valid_to = last_day
        posting.save(update_fields=["valid_to"])
    person.forget_cached()
    record(
        person.municipality.chain,
        actor,
        "accounts.posting_ended",
        person,
        {"department": posting.department.name, "last_day": last_day.isoformat()},
    )
    departures.tell([person])
