"""Who may hand records in. A report is not the use it tells of: what was done in spite of a stop switch, or at a wrong hour, is the very
thing that has to be known, so it is kept, marked, and the sender told. What counts is when it was done, not when it is told: use of before
a stop was use of what was allowed, and use under a stop stays that after the stop is lifted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from kijun.gateway.authentication import Caller
from kijun.gateway.authorisation import Permission, authorise, stopped
from kijun.gateway.errors import Refusal
from kijun.gateway.policy import Index, stop_for

_STOPPED, _NOT_NOW = "stopped", "not_allowed_now"


@dataclass(slots=True)
class Leave:
    """Leave to hand in. ``stop`` is the refusal of a switch that is on, once use under it was told of."""

    permission: Permission
    address: str = ""
    stop: Refusal | None = field(default=None, init=False)

    def unlawful(self, at: int) -> str:
        """Why the use at a time (ms) was against the policy, as a refusal's code; empty where it was not."""
        index, caller = self.permission.index, self.permission.caller
        grant = caller.grant
        known = (*index.snapshot.stops, *index.snapshot.lifted)
        then = tuple(one for one in known if one.since <= at and (one.until is None or at < one.until))
        stop = stop_for(then, grant.municipality, grant.system, grant.purpose, caller.person)
        if stop is not None:
            if stop.until is None:
                self.stop = stopped(stop)
            return _STOPPED
        if not self.permission.purpose.hours:
            return ""
        try:
            authorise(_without_stops(index), caller, self.address, at / 1000)
        except Refusal as refusal:
            return refusal.code if refusal.code == _NOT_NOW else ""
        return ""


def leave(index: Index, caller: Caller, address: str) -> Leave:
    """Leave for a caller at an address; raises a 403 `Refusal` for an expired grant, a purpose that is off, a wrong network."""
    lenient = _without_stops(index)
    purpose = index.purposes.get(caller.grant.purpose)
    if purpose is not None and purpose.hours:
        lenient = replace(lenient, purposes={**index.purposes, purpose.id: replace(purpose, hours=())})
    found = authorise(lenient, caller, address)
    return Leave(replace(found, index=index, purpose=index.purposes[found.purpose.id]), address)


def _without_stops(index: Index) -> Index:
    return replace(index, snapshot=replace(index.snapshot, stops=())) if index.snapshot.stops else index
