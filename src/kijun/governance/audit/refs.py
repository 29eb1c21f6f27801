"""How the trail names a person or a thing: kind, id, label."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
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


_at_console: ContextVar[bool] = ContextVar("at_console", default=False)


@contextmanager
def at_console() -> Iterator[None]:
    """What is recorded meanwhile was done by a command on the machine, in the name of the person that the command gives."""
    token = _at_console.set(True)
    try:
        yield
    finally:
        _at_console.reset(token)


def is_at_console() -> bool:
    """A command acts in a person's name: nobody signed in."""
    return _at_console.get()


def actor_ref(actor: Model | Ref) -> Ref:
    """Who acts, as the trail names them; a command in a person's name is told from the person who signed in."""
    who = ref(actor)
    if who.id and is_at_console():
        return who._replace(label=f"{who.label[:180]}（{CONSOLE.label}）")
    return who


def ref(thing: Model | Ref) -> Ref:
    """A row as the trail names it, for example ``("inventory.aisystem", "12", "議事録作成支援")``."""
    if isinstance(thing, Ref):
        return thing
    return Ref(thing._meta.label_lower, str(thing.pk), str(thing)[:300])
