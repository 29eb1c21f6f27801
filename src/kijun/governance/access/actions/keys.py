"""Keys: made, replaced with a time in which both work, taken; and when they were last used."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.access import keys
from kijun.governance.access.models import Grant, GrantKey
from kijun.governance.access.publishing import publish
from kijun.governance.accounts.acting import Actor, allow, person_of
from kijun.governance.audit.actions import record

LONGEST_GRACE: Final = 7
"""Days for which the old key may go on working after a rotation."""


def add_key(actor: Actor, grant: Grant) -> str:
    """A new key of the grant, in the clear: the caller shows it once. Runs in the caller's transaction."""
    key = keys.new_key()
    GrantKey.objects.create(
        municipality=grant.municipality,
        grant=grant,
        digest=keys.digest(key),
        prefix=keys.prefix(key),
        made_by=person_of(actor),
    )
    return key


def end_keys(grants: Iterable[Grant], now: datetime.datetime) -> None:
    """No key of these grants works from now on."""
    GrantKey.objects.filter(grant__in=list(grants), revoked_at=None).update(revoked_at=now)


@transaction.atomic
def rotate_key(actor: Actor, grant: Grant, *, grace_days: int = 0, seen_revision: int | None = None) -> str:
    """A new key; the one before works ``grace_days`` (0–7) longer, any older one no more. Also makes a first key."""
    allow(actor, "access.hold_key", grant)
    if grant.revoked_at is not None:
        raise ValidationError(_("この利用権は、すでに取り消されています。"))
    if grant.expires_on < timezone.localdate():
        raise ValidationError(_("この利用権は、期限が切れています。先に期限を延ばしてください。"))
    if not 0 <= grace_days <= LONGEST_GRACE:
        raise ValidationError({"grace_days": [_("0日から7日までの間で選んでください。")]})
    grant.claim(seen_revision)
    now = timezone.now()
    working = [key for key in grant.keys.order_by("-pk") if key.works(now)]
    kept = working[:1] if grace_days else []
    for old in kept:
        old.works_until = now + datetime.timedelta(days=grace_days)
        old.save(update_fields=["works_until"])
    grant.keys.filter(revoked_at=None).exclude(pk__in=[one.pk for one in kept]).update(revoked_at=now)
    key = add_key(actor, grant)
    detail = {
        "prefix": keys.prefix(key),
        "before": {"prefix": [one.prefix for one in working]},
        "days": grace_days,
    }
    record(grant.municipality.chain, actor, "access.key_rotated", grant, detail)
    publish(f"key of grant {grant.pk} rotated")
    return key


@transaction.atomic
def revoke_key(actor: Actor, key: GrantKey, seen_revision: int | None = None) -> None:
    """This key works no longer; the grant stays."""
    allow(actor, "access.hold_key", key.grant)
    if key.revoked_at is not None:
        raise ValidationError(_("このキーは、すでに取り消されています。"))
    key.grant.claim(seen_revision)
    key.revoked_at = timezone.now()
    key.save(update_fields=["revoked_at"])
    record(key.municipality.chain, actor, "access.key_revoked", key.grant, {"prefix": key.prefix})
    publish(f"key of grant {key.grant_id} revoked")


def mark_used(grant_id: int | str, at: datetime.datetime, digest: str = "") -> bool:
    """A grant was used at a moment, as the ledger tells; True where that is news. Idempotent, earlier times change nothing.

    ``digest`` is the SHA-256 of the key, where it is known. Called by a job; not told in the trail, for nobody changed anything.
    """
    later = Q(last_used_at=None) | Q(last_used_at__lt=at)
    found = Grant.objects.filter(later, pk=grant_id).update(last_used_at=at)
    if digest:
        GrantKey.objects.filter(later, grant_id=int(grant_id), digest=digest).update(last_used_at=at)
    return bool(found)
