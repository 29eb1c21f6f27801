"""Limits on what people without an account may try from one address: counted in the database, for every web process together.

An address is kept as a keyed digest only, and no longer than a window lasts (the nightly job `forget`).
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import ipaddress
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from kijun.gateway.sealing import derived
from kijun.web.models import Tries

LONGEST = datetime.timedelta(days=1)
"""Windows are no longer than this: what is older counts nowhere."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` tries of a ``kind`` within ``seconds`` from the first of them."""

    kind: str
    most: int
    seconds: int

    def is_reached(self, request: HttpRequest) -> bool:
        """Whether this address has tried often enough."""
        rows = Tries.objects.filter(kind=self.kind, who=who(request), since__gt=self._since())
        return rows.filter(count__gte=self.most).exists()

    def count(self, request: HttpRequest) -> None:
        """One try more. Many at once are all counted."""
        key = {"kind": self.kind, "who": who(request)}
        for _time in range(2):
            if Tries.objects.filter(**key, since__gt=self._since()).update(count=F("count") + 1):
                return
            try:
                with transaction.atomic():
                    Tries.objects.filter(**key, since__lte=self._since()).delete()
                    Tries.objects.create(**key, since=timezone.now(), count=1)
            except IntegrityError:  # another process began to count meanwhile
                continue
            return

    def _since(self) -> datetime.datetime:
        return timezone.now() - datetime.timedelta(seconds=self.seconds)


def who(request: HttpRequest) -> str:
    """The address as a keyed digest; of IPv6 the network of one household, for its addresses are free to choose."""
    text = str(request.META.get("REMOTE_ADDR", ""))
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        address = None
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        text = str(mapped) if mapped else str(ipaddress.ip_network((address, 64), strict=False))
    key = derived(settings.SECRET_KEY, "tries of addresses")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def forget(now: datetime.datetime | None = None) -> int:
    """What counts nowhere any more; gives how many rows went."""
    gone, _by_model = Tries.objects.filter(since__lt=(now or timezone.now()) - LONGEST).delete()
    return gone
