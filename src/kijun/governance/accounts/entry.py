"""One-time links: the token is shown once and never kept, only its SHA-256 is."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts.models import EntryLink, Person

LIFETIME = timedelta(hours=24)
Purpose = Literal["setup", "recovery"]


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that looks like a digit, for tokens are also typed from paper."""
_LOOK_ALIKE = str.maketrans("OIL", "011")


def new_token() -> str:
    """120 random bits as six groups of four, for example ``7K2M-Q9XA-…``."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(24))
    return "-".join(letters[place : place + 4] for place in range(0, 24, 4))


def digest(token: str) -> str:
    """SHA-256 of a token as 64 hexadecimal characters; case, width, blanks and hyphens of what was typed do not count."""
    plain = unicodedata.normalize("NFKC", token[:400]).upper().translate(_LOOK_ALIKE)
    return hashlib.sha256("".join(filter(str.isalnum, plain)).encode()).hexdigest()


@transaction.atomic
def make(purpose: Purpose, person: Person | None = None) -> str:
    """A new token (:func:`new_token`), valid for 24 hours; links of the same purpose and person made before are void."""
    EntryLink.objects.filter(purpose=purpose, person=person, used_at=None).delete()
    token = new_token()
    EntryLink.objects.create(
        digest=digest(token), purpose=purpose, person=person, expires_at=timezone.now() + LIFETIME
    )
    return token


def find(purpose: Purpose, token_digest: str) -> EntryLink | None:
    """The link that is still good; None when it is unknown, used, too old, or its person was deactivated."""
    return (
        EntryLink.objects.select_related("person", "person__municipality")
        .filter(digest=token_digest, purpose=purpose, used_at=None, expires_at__gt=timezone.now())
        .exclude(person__is_active=False)
        .first()
    )


def use(link: EntryLink) -> bool:
    """Use the link up; False when somebody was first. Call it inside the transaction of what it allows."""
    now = timezone.now()
    return bool(EntryLink.objects.filter(pk=link.pk, used_at=None, expires_at__gt=now).update(used_at=now))


def set_up_path(token: str) -> str:
    return f"{reverse('set_up')}?code={token}"


def recovery_path(token: str) -> str:
    return f"{reverse('accounts:recover')}?code={token}"


def address(base: str = "") -> str:
    """Where Kijun answers, without a slash at the end, for links that are printed on the console; ``base`` overrules."""
    return (base or settings.KIJUN_ADDRESS).rstrip("/")
