"""Coming back in by a one-time link, and the page on which an administrator makes one."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from kijun.governance.accounts import actions, entry
from kijun.governance.accounts.forms import NewPasswordForm, RecoveryCodeForm
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.views._shared import first_message
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.who_may import everyone, require, who_may

SESSION_KEY = "recovery"
"""Holds the digest of the token, never the token."""


@everyone
@never_cache
@sensitive_post_parameters()
def recover(request: HttpRequest) -> HttpResponse:
    """A new password for who holds the link. The token leaves the address bar at once."""
    if "code" in request.GET:
        request.session[SESSION_KEY] = entry.digest(request.GET["code"])
        return redirect("accounts:recover")
    if request.method == "POST" and "paste" in request.POST:
        return _paste(request)
    kept = request.session.get(SESSION_KEY, "")
    link = entry.find("recovery", kept)
    if link is None or link.person is None:
        request.session.pop(SESSION_KEY, None)
        return _closed(request, RecoveryCodeForm(), refused=bool(kept))
    form = NewPasswordForm(request.POST or None, person=link.person)
    if request.method == "POST" and form.is_valid():
        try:
            actions.recover(link, form.cleaned_data["new_password"])
        except ValidationError:
            return _closed(request, RecoveryCodeForm(), refused=True)
        request.session.pop(SESSION_KEY, None)
        messages.success(request, _("新しいパスワードを設定しました。サインインしてください。"))
        return redirect("accounts:sign_in")
    context = {"form": form, "person": link.person, "expires_at": link.expires_at}
    return render(request, "accounts/recover.html", context, status=422 if form.is_bound else 200)


def _paste(request: HttpRequest) -> HttpResponse:
    form = RecoveryCodeForm(request.POST)
    if not form.is_valid():
        return _closed(request, form, refused=False)
    request.session[SESSION_KEY] = entry.digest(form.cleaned_data["code"])
    return redirect("accounts:recover")


def _closed(request: HttpRequest, form: RecoveryCodeForm, *, refused: bool) -> HttpResponse:
    """Nothing but a field for the code; 410 when a code was given and is no longer good."""
    status = 410 if refused else 422 if form.is_bound else 200
    return render(request, "accounts/recover_closed.html", {"form": form, "refused": refused}, status=status)


@who_may("accounts.manage_people")
def make_link(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask first, then show the link once, to be copied or printed for hand-over."""
    person = get_mine(request, Person, pk=pk)
    require(request, "accounts.manage_people", person)
    if request.method != "POST":
        return render(request, "accounts/recovery_link_confirm.html", {"person": person})
    try:
        token = actions.make_recovery_link(request.user, person)
    except ValidationError as error:
        messages.error(request, first_message(error))
        return redirect("accounts:person", pk=person.pk)
    context = {
        "person": person,
        "link": request.build_absolute_uri(entry.recovery_path(token)),
        "page": request.build_absolute_uri(reverse("accounts:recover")),
        "code": token,
        "expires_at": timezone.now() + entry.LIFETIME,
    }
    return render(request, "accounts/recovery_link.html", context)
