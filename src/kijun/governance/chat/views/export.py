"""A conversation leaves as a file, once its answers are confirmed where the purpose wants that."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from kijun.governance.chat import actions, exporting, history, queries
from kijun.governance.chat.views._page import own_or_404
from kijun.governance.interactions.views._shared import with_ledger
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.uploads import safe_name
from kijun.web.who_may import who_may


@who_may("chat.use")
@with_ledger
def export(request: StaffRequest, pk: uuid.UUID, form: str) -> HttpResponse:
    """Word, PDF, HTML, Markdown or JSON; 409 with what is still to be confirmed."""
    row = own_or_404(request, pk)
    if form not in exporting.FORMS:
        raise Http404
    said = history.read(request.user, queries.turns(row))
    if unconfirmed := exporting.unconfirmed(request.user, row, said):
        context = {"conversation": row, "unconfirmed": unconfirmed}
        return render(request, "chat/export_waits.html", context, status=409)
    content = actions.export(request.user, row, form, said)
    answer = HttpResponse(content, content_type=exporting.FORMS[form])
    name = safe_name(f"{row.shown_title}.{form}")
    answer.headers["content-disposition"] = content_disposition_header(True, name) or "attachment"
    return answer
