"""What the actions share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model as Row
from django.utils.translation import gettext_lazy as _

from kijun.governance.access.models import Purpose, Upstream
from kijun.governance.access.plain import check_names
from kijun.governance.access.publishing import publish
from kijun.governance.accounts.acting import Actor, allow
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.organisation.models import Municipality

SECRET = "●●●"  # noqa: S105  what the trail shows in place of a key


def allow_in(actor: Actor, permission: str, municipality: Municipality) -> None:
    """As :func:`allow`, for something new of a municipality: the person's own."""
    if isinstance(actor, Person) and actor.municipality_id != municipality.pk:
        raise PermissionDenied
    allow(actor, permission, None)


def same_town(municipality_id: int, values: dict[str, Any]) -> None:
    """Refuse things and people of another municipality, however they came in."""
    for name, value in values.items():
        for one in value if isinstance(value, list | tuple) else [value]:
            if isinstance(one, Row) and getattr(one, "municipality_id", municipality_id) != municipality_id:
                raise ValidationError({name: [_("この自治体のものから選んでください。")]})


def check_fields(row: Row, names: Iterable[str]) -> None:
    """The models' own validation of these fields; ValidationError by field."""
    wanted = set(names)
    row.clean_fields(exclude=[one.name for one in row._meta.fields if one.name not in wanted])


def reason(text: str, field: str = "reason") -> str:
    """A reason that was given; ValidationError where it is empty or too long."""
    text = text.strip()
    if not text:
        raise ValidationError({field: [_("理由を入力してください。")]})
    if len(text) > 300:
        raise ValidationError({field: [_("理由は300文字以内で入力してください。")]})
    check_names({field: text}, lines=True)
    return text


@transaction.atomic
def switch(actor: Actor, row: Purpose | Upstream, enabled: bool, seen_revision: int | None, why: str) -> None:
    """Use something no longer, for a reason, or again; what hangs on it stays as it is."""
    allow(actor, "access.change", row)
    if row.enabled == enabled:
        return
    why = why.strip() if enabled else reason(why)
    row.claim(seen_revision)
    row.enabled = enabled
    row.save(update_fields=["enabled"])
    kind = row._meta.model_name
    record(
        row.municipality.chain,
        actor,
        f"access.{kind}_{'enabled' if enabled else 'disabled'}",
        row,
        {"reason": why},
    )
    publish(f"{kind} {row.pk} switched")
