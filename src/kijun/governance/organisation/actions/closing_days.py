"""Closing days of the town hall beside weekends, public holidays and the turn of the year."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kijun.governance.audit.actions import record, record_many
from kijun.governance.organisation.actions._may import Actor, check
from kijun.governance.organisation.models import ClosingDay, Municipality


def add_closing_day(actor: Actor, municipality: Municipality, *, day: datetime.date, name: str) -> ClosingDay:
    """One more day; ValidationError on ``day`` when it is there already."""
    if ClosingDay.objects.of(municipality).filter(day=day).exists():
        raise ValidationError({"day": _("この日はすでに登録されています。")})
    return add_closing_days(actor, municipality, [(day, name)])[0]


@transaction.atomic
def add_closing_days(
    actor: Actor, municipality: Municipality, days: Sequence[tuple[datetime.date, str]]
) -> list[ClosingDay]:
    """Add those days that are not there yet; gives what was added."""
    check(actor, municipality)
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    known = set(ClosingDay.objects.of(municipality).values_list("day", flat=True))
    fresh = {day: name.strip() for day, name in days if day not in known}
    made = ClosingDay.objects.bulk_create(
        [ClosingDay(municipality=municipality, day=day, name=name[:60]) for day, name in fresh.items()]
    )
    record_many(
        municipality.chain, actor, [("organisation.closing_day_added", one, {"day": one.day}) for one in made]
    )
    return made


@transaction.atomic
def remove_closing_day(actor: Actor, closing_day: ClosingDay) -> None:
    """Take a day away; deadlines are counted anew where they are asked for."""
    check(actor, closing_day)
    record(closing_day.municipality.chain, actor, "organisation.closing_day_removed", closing_day)
    closing_day.delete()
