"""A conversation leaves as a file, once its answers are confirmed where the purpose wants that."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import render

from kijun.governance.access.models import Purpose
from kijun.governance.audit.actions import record
from kijun.governance.chat import beside, exporting, history, queries
from kijun.governance.chat.views._page import own_or_404
from kijun.governance.interactions.views._shared import with_ledger
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.uploads import safe_name
from kijun.web.who_may import who_may

CONFIRMED = frozenset({"confirmed", "approved"})
APPROVED = frozenset({"approved"})


@who_may("chat.use")
@with_ledger
def export(request: StaffRequest, pk: uuid.UUID, form: str) -> HttpResponse:
    """Markdown, HTML or JSON; 409 with what is still to be confirmed."""
    row = own_or_404(request, pk)
    if form not in exporting.FORMS:
        raise Http404
    said = history.read(request.user, queries.turns(row))
    if row.grant.purpose.review != Purpose.Review.LIGHT or row.grant.purpose.public_power:
        enough = APPROVED if _wants_approval(row.grant.purpose) else CONFIRMED
        states = beside.states(request.user, [one.turn.interaction for one in said if one.answer])
        unconfirmed = [
            one
            for one in said
            if one.answer and getattr(states.get(one.turn.interaction), "key", "") not in enough
        ]
        if unconfirmed:
            context = {"conversation": row, "unconfirmed": unconfirmed, "reviews": beside.has_reviews()}
            return render(request, "chat/export_waits.html", context, status=409)
    detail = {"form": form, "turns": len(said)}
    record(request.municipality.chain, request.user, "chat.exported", row, detail)
    answer = HttpResponse(exporting.as_file(form, row, said), content_type=exporting.FORMS[form])
    name = safe_name(f"{row.shown_title}.{form}")
    answer.headers["content-disposition"] = _attachment(name)
    return answer


def _wants_approval(purpose: Purpose) -> bool:
    """A person's own confirmation is not enough: a strict purpose, or one that touches public power."""
    return purpose.review == Purpose.Review.STRICT or purpose.public_power


def _attachment(name: str) -> str:
    from django.utils.http import content_disposition_header

    return content_disposition_header(True, name) or "attachment"
