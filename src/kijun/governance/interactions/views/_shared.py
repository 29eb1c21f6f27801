"""What the views of records share: why somebody looks, and pages for a ledger that cannot be read."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any, Concatenate, Final, ParamSpec, cast

from django.http import Http404, HttpResponse
from django.shortcuts import render

from kijun.governance.interactions import wording
from kijun.governance.interactions.reach import Reach
from kijun.governance.interactions.searching import Interaction, openable
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.ledger.model import LedgerError

P = ParamSpec("P")
REASON: Final = "interactions.reason"
IDLE: Final = 3600
"""Seconds without a look after which the reason is asked anew."""


def reason_of(request: StaffRequest) -> str:
    """Why this person looks at others' records; empty where it was not said, or too long ago."""
    kept = request.session.get(REASON)
    if not isinstance(kept, dict) or kept.get("person") != request.user.pk:
        return ""
    if time.time() - float(kept.get("at", 0)) > IDLE:
        return ""
    request.session[REASON] = {**kept, "at": int(time.time())}
    return str(kept.get("why", ""))


def keep_reason(request: StaffRequest, why: str) -> None:
    """For the looks that follow."""
    request.session[REASON] = {"why": why, "at": int(time.time()), "person": request.user.pk}


View = Callable[Concatenate[Any, P], HttpResponse]


def with_ledger(view: View[P]) -> View[P]:
    """A ledger that cannot be read, or cannot record that somebody looks: nothing is shown, and it is said why (503)."""

    @functools.wraps(view)
    def guarded(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except LedgerError as error:
            words = error.en if wording.english() else error.ja
            return render(request, "interactions/unavailable.html", {"words": words}, status=503)

    return cast("View[P]", guarded)


def found(request: StaffRequest, id: str, *, masked: bool = False) -> tuple[Interaction, Reach]:
    """An interaction that the person may open; else 404, whether it is another's, another town's or nobody's."""
    opened = openable(request.user, id, masked=masked)
    if opened is None:
        raise Http404
    return opened


def is_own(one: Interaction, reach: Reach) -> bool:
    """Every entry is the person's own."""
    return all(reach.is_own(entry) for entry in one.entries)


def number(value: Any) -> int | None:
    """A place in the ledger out of an address; None for anything else."""
    text = str(value or "")
    return int(text) if text.isdecimal() and len(text) < 19 else None
