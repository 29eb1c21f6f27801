"""How the trail names a person or a thing: kind, id, label."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Model


class Ref(NamedTuple):
    kind: str
    id: str
    label: str


SYSTEM = Ref("system", "", "Kijun")
"""The actor of a job."""

CONSOLE = Ref("console", "", "操作卓 console")
"""The actor of a command on the machine itself."""


def ref(thing: Model | Ref) -> Ref:
    """A row as the trail names it, for example ``("inventory.aisystem", "12", "議事録作成支援")``."""
    if isinstance(thing, Ref):
        return thing
    return Ref(thing._meta.label_lower, str(thing.pk), str(thing)[:300])
