"""Writing down that a report was given to somebody (G.7, P8.2.4)."""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.reports.models import Issue


@transaction.atomic
def issue_report(
    actor: Person,
    *,
    audience: str,
    title: str,
    issued_on: datetime.date,
    requested_on: datetime.date | None = None,
    note: str = "",
    sha256: str = "",
) -> Issue:
    """Keep who was given which report when; ``sha256`` of the file that was handed over, if there was one."""
    if not actor.has_perm("reports.issue"):
        raise PermissionDenied
    if issued_on > timezone.localdate():
        raise ValidationError({"issued_on": _("報告した日が先の日付です。報告してから記録してください。")})
    if requested_on and requested_on > issued_on:
        raise ValidationError({"requested_on": _("求められた日が、報告した日より後になっています。")})
    made = Issue.objects.create(
        municipality=actor.municipality,
        audience=audience,
        title=title,
        requested_on=requested_on,
        issued_on=issued_on,
        note=note,
        sha256=sha256,
        by=actor,
    )
    record(
        actor.municipality.chain,
        actor,
        "reports.issued",
        made,
        {"audience": audience, "issued_on": issued_on.isoformat(), "sha256": sha256},
    )
    return made
