"""人事異動: who takes over what, staging, taking effect, taking back."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kijun.governance.accounts import transfers as acting
from kijun.governance.accounts.models import Transfer
from kijun.governance.accounts.transfer_forms import CancelForm, ConfirmForm, HandoversForm
from kijun.governance.accounts.views._shared import first_message
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.forms import add_errors
from kijun.web.who_may import who_may


def _open_transfer(request: StaffRequest, pk: int) -> Transfer:
    found: Transfer = get_mine(request, Transfer.objects.select_related("municipality"), pk=pk)
    return found


@who_may("accounts.manage_people")
def handovers(request: StaffRequest, pk: int) -> HttpResponse:
    """Everything that hangs on the people who move, with who takes it over."""
    found = _open_transfer(request, pk)
    review = acting.review(found)
    data = request.POST if request.method == "POST" else None
    form = HandoversForm(data, review=review, transfer=found)
    if request.method == "POST" and form.is_valid():
        try:
            acting.choose_handovers(request.user, found, form.choices())
        except ValidationError as error:
            add_errors(form, error)
        else:
            left = len(acting.review(found).unsettled)
            if left:
                messages.warning(
                    request, _("保存しました。まだ%(count)s件が決まっていません。") % {"count": left}
                )
            else:
                messages.success(request, _("保存しました。引継ぎはすべて決まりました。"))
            return redirect("accounts:transfer", pk)
    context = {"form": form, "transfer": found, "people": form.people, "review": review}
    return render(request, "accounts/transfer_handovers.html", context, status=422 if form.is_bound else 200)


@who_may("accounts.manage_people")
def stage(request: StaffRequest, pk: int) -> HttpResponse:
    """Look at the whole, then let it wait for its day."""
    return _confirm(request, pk, at_once=False)


@who_may("accounts.manage_people")
def apply(request: StaffRequest, pk: int) -> HttpResponse:
    """Let it take effect at once; only on its day or after."""
    return _confirm(request, pk, at_once=True)


def _confirm(request: StaffRequest, pk: int, *, at_once: bool) -> HttpResponse:
    found = _open_transfer(request, pk)
    review = acting.review(found)
    form = ConfirmForm(request.POST or None, open_count=review.open, initial={"revision": found.revision})
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data.get("leftover_reason", "")
        try:
            if at_once:
                acting.apply_transfer(request.user, found, leftover_reason=reason)
                messages.success(request, _("発効しました。所属と役割が切り替わりました。"))
            else:
                acting.stage_transfer(
                    request.user, found, leftover_reason=reason, seen_revision=form.cleaned_data["revision"]
                )
                messages.success(request, _("予約しました。発令日になると自動で切り替わります。"))
        except ValidationError as error:
            add_errors(form, error)
        else:
            return redirect("accounts:transfer", pk)
    context = {
        "form": form,
        "transfer": found,
        "review": review,
        "at_once": at_once,
        "is_due": found.effective_on <= timezone.localdate(),
        "title": _("今すぐ発効する") if at_once else _("内容を確かめて予約する"),
        "button": _("発効する") if at_once else _("予約する"),
    }
    return render(request, "accounts/transfer_confirm.html", context, status=422 if form.is_bound else 200)


@require_POST
@who_may("accounts.manage_people")
def reopen(request: StaffRequest, pk: int) -> HttpResponse:
    """Back to a draft."""
    found = _open_transfer(request, pk)
    try:
        acting.reopen_transfer(request.user, found)
    except ValidationError as error:
        messages.error(request, first_message(error))
    else:
        messages.success(request, _("予約を外しました。内容を直せます。"))
    return redirect("accounts:transfer", pk)


@who_may("accounts.manage_people")
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """Take the transfer back as a whole."""
    found = _open_transfer(request, pk)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            acting.cancel_transfer(request.user, found, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("取り消しました。所属も役割も変わっていません。"))
            return redirect("accounts:transfer", pk)
    context = {"form": form, "transfer": found}
    return render(request, "accounts/transfer_cancel.html", context, status=422 if form.is_bound else 200)
