"""Signing in and out, and the page of the lock-out. The second factor is allauth's stage after the password."""

from __future__ import annotations

import math
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.internal.flows.logout import logout
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from kijun.governance.accounts import security
from kijun.governance.accounts.forms import SignInForm
from kijun.governance.accounts.models import Person, username
from kijun.governance.organisation.models import Municipality
from kijun.web.who_may import everyone

TOWN_COOKIE = "kijun_town"
YEAR = 365 * 24 * 3600


def next_address(request: HttpRequest) -> str:
    """Where the person wanted to go, if that is a page of this host; empty otherwise."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if wanted and get_adapter().is_safe_url(wanted) else ""


def _town(request: HttpRequest, towns: list[Municipality]) -> Municipality:
    """The town that the form starts with: asked for, else remembered, else the first real one."""
    by_code = {town.code: town for town in towns}
    for code in (request.GET.get("town", ""), request.COOKIES.get(TOWN_COOKIE, "")):
        if code in by_code:
            return by_code[code]
    return towns[0]


@everyone
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Municipality, 職員番号 and password; then the second factor of who has one."""
    wanted = next_address(request)
    if request.user.is_authenticated:
        return redirect(wanted or settings.LOGIN_REDIRECT_URL)
    towns = list(Municipality.objects.order_by("is_sample", "kana", "code"))
    if not towns:
        return redirect("set_up")
    hidden = sum(not town.is_sample for town in towns) == 1 or len(towns) == 1
    town = _town(request, towns)
    form = SignInForm(request.POST or None, hide_municipality=hidden, initial={"municipality": town.code})
    if request.method == "POST" and form.is_valid():
        answer = _try(request, form, wanted)
        if answer is not None:
            return answer
    if hidden and form.is_bound:
        town = next((one for one in towns if one.code == request.POST.get("municipality")), town)
    context = {
        "form": form,
        "next": wanted,
        "town": town if hidden else None,
        "others": [one for one in towns if one != town] if hidden else [],
        "only_sample": all(one.is_sample for one in towns),
    }
    return render(request, "accounts/sign_in.html", context, status=422 if form.is_bound else 200)


def _try(request: HttpRequest, form: SignInForm, wanted: str) -> HttpResponse | None:
    town: Municipality = form.cleaned_data["municipality"]
    credentials = {"username": username(town.code, form.cleaned_data["staff_number"])}
    person = authenticate(request, password=form.cleaned_data["password"], **credentials)
    if person is None:
        form.add_error(
            None, _("団体、職員番号、パスワードのどれかが違います。確かめて、もう一度入力してください。")
        )
        return None
    login = Login(user=person, redirect_url=wanted or None)
    response: HttpResponse = perform_password_login(request, credentials, login)
    response.set_cookie(
        TOWN_COOKIE,
        town.code,
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


@everyone
@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, or leave a sign-in that stands before its second factor."""
    logout(request, show_message=False)
    return redirect("accounts:sign_in")


def locked_out(
    request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None
) -> HttpResponse:
    """axes calls this instead of the page that was asked for. It says the same for numbers that nobody has."""
    name = str((credentials or {}).get("username") or "")
    until = security.locked_until(Person(username=name)) or timezone.now() + security.COOL_OFF
    seconds = max(1, math.ceil((until - timezone.now()).total_seconds()))
    context = {"until": until, "minutes": math.ceil(seconds / 60), "limit": settings.AXES_FAILURE_LIMIT}
    answer = render(request, "accounts/locked_out.html", context, status=429)
    answer["Retry-After"] = str(seconds)
    return answer
