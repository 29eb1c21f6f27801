"""The way from an empty installation to the first answered call, for those who go it."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.access import queries
from kijun.governance.inventory.models import IN_USE, AISystem
from kijun.governance.organisation.models import Municipality

Steps = Sequence[tuple[StrOrPromise, str, str]]
"""(label, url, ``done``, ``current`` or ``todo``), as the page kit's stepper takes them."""


def steps(town: Municipality) -> Steps:
    """What is to be done until somebody can use AI through the gateway; empty once all of it is done."""
    systems = AISystem.objects.of(town).filter(registered_at__isnull=False, stage__in=IN_USE)
    wanted = (
        (_("接続先を登録する"), "access:add_upstream", queries.upstreams(town)),
        (_("AIシステムを「実証」に進める"), "inventory:systems", systems),
        (_("モデルを登録する"), "access:add_model", queries.models(town)),
        (_("利用目的を登録する"), "access:add_purpose", queries.purposes(town)),
        (_("利用権を与える"), "access:add_grant", queries.grants(town)),
    )
    done = [rows.exists() for _label, _name, rows in wanted]
    if all(done):
        return []
    return [
        (label, reverse(name), "done" if is_done else "todo")
        for (label, name, _rows), is_done in zip(wanted, done, strict=True)
    ]
