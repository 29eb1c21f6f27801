"""自分の設定: who I am, what I may do, how I sign in, where I am signed in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, update_session_auth_hash
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from kijun.governance.accounts import actions, security
from kijun.governance.accounts.forms import ChangePasswordForm, LanguageForm
from kijun.governance.accounts.models import Person, RoleGrant
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.who_may import signed_in

_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    (r"iPhone|iPad", "iOS"),
    (r"Android", "Android"),
    (r"Windows", "Windows"),
    (r"Mac OS X", "macOS"),
    (r"CrOS", "ChromeOS"),
    (r"Linux", "Linux"),
)


def device(user_agent: str) -> str:
    """A browser's name as people know it: Chrome（Windows）; the raw name's beginning when it is none of these."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for pattern, name in _SYSTEMS if re.search(pattern, user_agent)), "")
    if browser and system:
        return _("%(browser)s（%(system)s）") % {"browser": browser, "system": system}
    return browser or system or user_agent[:40] or _("不明な機器")


@dataclass(frozen=True, slots=True)
class Session:
    """One place where the person is signed in."""

    pk: int
    device: str
    ip: str
    began: datetime
    last_seen: datetime
    is_current: bool


def sessions_of(person: Person, current_key: str | None) -> list[Session]:
    """Live sessions, the present one first, then the most recently used."""
    rows = UserSession.objects.purge_and_list(person)
    found = [
        Session(
            one.pk,
            device(one.user_agent),
            one.ip,
            one.created_at,
            one.last_seen_at,
            one.session_key == current_key,
        )
        for one in rows
    ]
    return sorted(found, key=lambda one: (not one.is_current, -one.last_seen.timestamp()))


@signed_in
def me(request: StaffRequest) -> HttpResponse:
    """Everything about myself on one page."""
    person: Person = request.user
    today = timezone.localdate()
    grants = (
        RoleGrant.objects.filter(person=person).select_related("department").order_by("role", "valid_from")
    )
    context = {
        "person": person,
        "posts": person.postings_today(),
        "grants": [grant for grant in grants if grant.valid_to is None or grant.valid_to >= today],
        "today": today,
        "factors": security.second_factors(person),
        "sessions": sessions_of(person, request.session.session_key),
        "language_form": LanguageForm(initial={"language": person.language or get_language()}),
    }
    return render(request, "accounts/me.html", context)


@signed_in
@require_POST
def choose_language(request: StaffRequest) -> HttpResponse:
    """My language, here at once and on other devices from the next sign-in."""
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return redirect("accounts:me")
    actions.set_language(request.user, form.cleaned_data["language"])
    messages.success(request, _("表示言語を保存しました。"))
    response = redirect("accounts:me")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        form.cleaned_data["language"],
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


@signed_in
@require_POST
def end_session(request: StaffRequest) -> HttpResponse:
    """End one other session (``session``), or all others."""
    wanted = request.POST.get("session", "")
    only = int(wanted) if wanted.isdecimal() and len(wanted) < 16 else None
    if wanted and only is None:
        return redirect("accounts:me")
    ended = actions.end_sessions(request.user, request.user, but=request.session.session_key, only=only)
    if ended:
        messages.success(request, _("ほかの場所のサインインを%(count)s件終わらせました。") % {"count": ended})
    else:
        messages.info(request, _("終わらせるサインインはありませんでした。"))
    return redirect("accounts:me")


@signed_in
@sensitive_post_parameters()
def password(request: StaffRequest) -> HttpResponse:
    """Change my password; wrong answers for the present one count towards the lock-out."""
    form = ChangePasswordForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        person = authenticate(request, username=request.user.username, password=form.cleaned_data["current"])
        if person is None or person.pk != request.user.pk:
            form.add_error("current", _("今のパスワードが違います。"))
        else:
            with transaction.atomic():
                actions.change_password(
                    request.user, form.cleaned_data["new_password"], session_key=request.session.session_key
                )
                update_session_auth_hash(request, request.user)
            messages.success(request, _("パスワードを変更しました。ほかの場所のサインインは終わらせました。"))
            return redirect("accounts:me")
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.is_bound else 200)
