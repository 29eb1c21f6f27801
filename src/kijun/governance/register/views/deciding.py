"""Putting an entry forward, deciding not to publish, ending publication."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from kijun.governance.organisation.tenancy import StaffRequest
from kijun.governance.register import actions, queries
from kijun.governance.register.forms import NotPublicForm, SubmitForm, WithdrawForm
from kijun.governance.register.models import Entry
from kijun.governance.register.views._shared import find_entry, find_system, lacking, posted, steps
from kijun.web.forms import add_errors
from kijun.web.who_may import require, who_may


@who_may("register.edit")
def submit(request: StaffRequest, pk: int) -> HttpResponse:
    """The check page: what is missing, the preview, then 起案."""
    entry = find_entry(request, pk, to_edit=True)
    if entry.state == Entry.State.SUBMITTED:
        return redirect("register:entry", pk)
    form = SubmitForm(posted(request), initial={"revision": entry.revision})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.submit(
                request.user,
                entry,
                comment=data["comment"],
                document_number=data["document_number"],
                seen_revision=data["revision"],
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("公開の決裁に提出しました。承認されると、住民のページに載ります。"))
            return redirect("register:entry", pk)
    context = {
        "system": entry.system,
        "entry": entry,
        "form": form,
        "lacking": lacking(entry),
        "steps": steps(entry, "submit"),
    }
    return render(request, "register/submit.html", context, status=422 if form.errors else 200)


@who_may("register.edit")
def not_public(request: StaffRequest, pk: int) -> HttpResponse:
    """Put forward that this system is not published, with a reason."""
    system = find_system(request, pk)
    require(request, "register.edit", system)
    entry = Entry.objects.filter(system=system).first()
    initial = {"revision": entry.revision if entry else None}
    if entry:
        initial |= {"category": entry.not_public_category, "reason": entry.not_public_reason}
    form = NotPublicForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.submit_not_public(
                request.user,
                entry or actions.start_entry(request.user, system),
                category=data["category"],
                reason=data["reason"],
                next_review_on=data["next_review_on"],
                document_number=data["document_number"],
                seen_revision=data["revision"],
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("公開しないことの決裁に提出しました。"))
            return redirect("register:entry", pk)
    live = queries.current(system)
    context = {"system": system, "form": form, "live": live}
    return render(request, "register/withheld.html", context, status=422 if form.errors else 200)


@who_may("register.edit")
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """End publication at once, after a page that says what will happen."""
    entry = find_entry(request, pk, to_edit=True)
    form = WithdrawForm(posted(request), initial={"revision": entry.revision})
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw(
                request.user,
                entry,
                reason=form.cleaned_data["reason"],
                seen_revision=form.cleaned_data["revision"],
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("公開を終了しました。"))
            return redirect("register:entry", pk)
    locked = entry.state == Entry.State.SUBMITTED
    context = {"system": entry.system, "entry": entry, "form": form, "locked": locked}
    return render(request, "register/withdraw.html", context, status=422 if form.errors else 200)
