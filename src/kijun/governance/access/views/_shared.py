"""What the views of access share."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render

from kijun.governance.access.models import Purpose, Upstream
from kijun.governance.access.start import Steps, steps
from kijun.governance.access.upstream_forms import ConfirmForm, ReasonForm
from kijun.governance.audit.queries import history
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.forms import add_errors
from kijun.web.who_may import require


def sent(
    request: StaffRequest,
    form: Any,
    carry_out: Callable[[Any], HttpResponse],
    template: str,
    context: Mapping[str, Any],
) -> HttpResponse:
    """A form's page: shown, or sent and carried out; what is refused is told beside its field (422)."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return carry_out(form)
            except ValidationError as error:
                form.who_changed = who_changed
                add_errors(form, error)
    return render(request, template, {**context, "form": form}, status=status)


def who_changed(row: Any, since: datetime.datetime) -> list[tuple[str, datetime.datetime]]:
    """Whose changes of a thing came between opening a page and saving it, the newest first, each person once."""
    found: dict[str, datetime.datetime] = {}
    for entry in history(row):
        if entry.at >= since:
            found.setdefault(entry.actor_label, entry.at)
    return list(found.items())


def see(request: StaffRequest, seeing: str, permission: str, thing: Any) -> None:
    """404 for what the person may not see, as for what does not exist; 403 for what they see and may not do (``permission``)."""
    if not request.user.has_perm(seeing, thing):
        raise Http404
    require(request, permission, thing)


def start_of(request: StaffRequest) -> Steps:
    """The steps until the first call, for those who take them."""
    return steps(request.municipality) if request.user.has_perm("access.change") else []


def carried(request: StaffRequest) -> list[tuple[str, str]]:
    """What a form sent, to be sent once more from the page on which it is confirmed."""
    own = {"csrfmiddlewaretoken", "step"}
    return [(name, value) for name, values in request.POST.lists() if name not in own for value in values]


def switching(request: StaffRequest, thing: Purpose | Upstream) -> tuple[bool, Any]:
    """Whether it is switched on now, and the form for that: switching off asks for a reason."""
    on = not thing.enabled
    form_class = ConfirmForm if on else ReasonForm
    return on, form_class(request.POST or None, initial={"revision": thing.revision})
