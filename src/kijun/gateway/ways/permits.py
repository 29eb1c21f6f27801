"""Who may hand records in. A report is not the use it tells of: what was done in spite of a stop switch, or at a wrong hour, is the very
thing that has to be known, so it is kept, marked, and the sender told."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kijun.gateway.authentication import Caller
from kijun.gateway.authorisation import Permission, authorise
from kijun.gateway.errors import Refusal
from kijun.gateway.policy import Index

_KEPT_ALL_THE_SAME = frozenset(("stopped", "not_allowed_now"))


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave to hand in. ``stop`` is the refusal of a switch that is on."""

    permission: Permission
    stop: Refusal | None = None
    address: str = ""

    def unlawful(self, at: int) -> str:
        """Why the use at a time (ms) was against the policy, as a refusal's code; empty where it was not."""
        if self.stop is not None:
            return self.stop.code
        if not self.permission.purpose.hours:
            return ""
        index, caller = self.permission.index, self.permission.caller
        try:
            authorise(index, caller, self.address, at / 1000)
        except Refusal as refusal:
            return refusal.code if refusal.code in _KEPT_ALL_THE_SAME else ""
        return ""


def leave(index: Index, caller: Caller, address: str) -> Leave:
    """Leave for a caller at an address; raises a 403 `Refusal` for an expired grant, a purpose that is off, a wrong network."""
    try:
        return Leave(authorise(index, caller, address), None, address)
    except Refusal as refusal:
        if refusal.code not in _KEPT_ALL_THE_SAME:
            raise
        stop = refusal if refusal.code == "stopped" else None
    lenient = replace(index, snapshot=replace(index.snapshot, stops=()))
    purpose = index.purposes.get(caller.grant.purpose)
    if purpose is not None:
        lenient = replace(lenient, purposes={**index.purposes, purpose.id: replace(purpose, hours=())})
    found = authorise(lenient, caller, address)
    return Leave(replace(found, index=index, purpose=index.purposes[found.purpose.id]), stop, address)
