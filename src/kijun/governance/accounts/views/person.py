"""One person: posts, roles, ways in, state, and what changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kijun.governance.accounts import actions, belongings, security
from kijun.governance.accounts.forms import GrantForm, LastDayForm, PersonForm, PostingForm, ReasonForm
from kijun.governance.accounts.models import Person, Posting, RoleGrant
from kijun.governance.accounts.views._shared import first_message
from kijun.governance.accounts.views.me import sessions_of
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.forms import add_errors
from kijun.web.who_may import require, who_may


def _person(request: StaffRequest, pk: int) -> Person:
    person = get_mine(request, Person, pk=pk)
    require(request, "accounts.manage_people", person)
    return person


def _page(request: StaffRequest, person: Person, status: int = 200, **forms: BaseForm) -> HttpResponse:
    town, today = request.municipality, timezone.localdate()
    may_manage = request.user.has_perm("accounts.manage_people", person)
    grants = list(
        RoleGrant.objects.filter(person=person).select_related("department").order_by("role", "-valid_from")
    )
    posts = list(
        Posting.objects.filter(person=person)
        .select_related("department")
        .order_by("-valid_from", "concurrent")
    )
    context = {
        "person": person,
        "today": today,
        "posts": posts,
        "open_grants": [one for one in grants if one.valid_to is None or one.valid_to >= today],
        "old_grants": [one for one in grants if one.valid_to is not None and one.valid_to < today],
        "may_manage": may_manage,
        "locked_until": security.locked_until(person),
        "factors": security.second_factors(person),
        "sessions": sessions_of(person, None) if may_manage else [],
        "belongings": belongings.belongings(person),
        "posting_form": forms.get("posting_form") or PostingForm(municipality=town, prefix="post"),
        "grant_form": forms.get("grant_form") or GrantForm(municipality=town, prefix="grant"),
        "reason_form": forms.get("reason_form") or ReasonForm(prefix="reason"),
        "bound": next((form for form in forms.values() if form.is_bound), None),
    }
    return render(request, "accounts/person.html", context, status=status)


@who_may("accounts.read_people")
def person(request: StaffRequest, pk: int) -> HttpResponse:
    """The page of one person."""
    found = get_mine(request, Person, pk=pk)
    require(request, "accounts.read_people", found)
    return _page(request, found)


def _act(request: StaffRequest, person: Person, done: str, act: Callable[[], object]) -> HttpResponse:
    """Do one thing that needs no form, and come back."""
    try:
        act()
    except ValidationError as error:
        messages.error(request, first_message(error))
    else:
        messages.success(request, done)
    return redirect("accounts:person", pk=person.pk)


@who_may("accounts.manage_people")
def edit_person(request: StaffRequest, pk: int) -> HttpResponse:
    """Name, reading, number, mail address."""
    found = _person(request, pk)
    fields = ("staff_number", "name", "kana", "email", "revision")
    form = PersonForm(request.POST or None, initial={field: getattr(found, field) for field in fields})
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            actions.update_person(request.user, found, data.pop("revision"), **data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("保存しました。"))
            return redirect("accounts:person", pk=found.pk)
    found.refresh_from_db()
    context = {"form": form, "person": found}
    return render(request, "accounts/person_edit.html", context, status=422 if form.is_bound else 200)


@who_may("accounts.manage_people")
@require_POST
def add_posting(request: StaffRequest, pk: int) -> HttpResponse:
    found = _person(request, pk)
    form = PostingForm(request.POST, municipality=request.municipality, prefix="post")
    if form.is_valid():
        data: dict[str, Any] = dict(form.cleaned_data)
        try:
            actions.post_person(request.user, found, data.pop("department"), **data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("所属を登録しました。"))
            return redirect("accounts:person", pk=found.pk)
    return _page(request, found, 422, posting_form=form)


@who_may("accounts.manage_people")
@require_POST
def add_grant(request: StaffRequest, pk: int) -> HttpResponse:
    found = _person(request, pk)
    form = GrantForm(request.POST, municipality=request.municipality, prefix="grant")
    if form.is_valid():
        data: dict[str, Any] = dict(form.cleaned_data)
        try:
            actions.grant_role(request.user, found, data.pop("role"), **data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("役割を付けました。"))
            return redirect("accounts:person", pk=found.pk)
    return _page(request, found, 422, grant_form=form)


@who_may("accounts.manage_people")
def end_grant(request: StaffRequest, pk: int) -> HttpResponse:
    """Until when the role holds."""
    grant = get_mine(request, RoleGrant, pk=pk)
    person = _person(request, grant.person_id)
    form = LastDayForm(request.POST or None, initial={"last_day": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_grant(request.user, grant, form.cleaned_data["last_day"])
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("役割の終わりを登録しました。"))
            return redirect("accounts:person", pk=person.pk)
    context = {"form": form, "person": person, "what": grant.get_role_display(), "row": grant}
    return render(request, "accounts/end_role.html", context, status=422 if form.is_bound else 200)


@who_may("accounts.manage_people")
def end_posting(request: StaffRequest, pk: int) -> HttpResponse:
    """Until when the post is held."""
    posting = get_mine(request, Posting, pk=pk)
    person = _person(request, posting.person_id)
    form = LastDayForm(request.POST or None, initial={"last_day": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_posting(request.user, posting, form.cleaned_data["last_day"])
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("所属の終わりを登録しました。"))
            return redirect("accounts:person", pk=person.pk)
    context = {"form": form, "person": person, "what": posting.department.name, "row": posting}
    return render(request, "accounts/end_role.html", context, status=422 if form.is_bound else 200)


@who_may("accounts.manage_people")
@require_POST
def deactivate(request: StaffRequest, pk: int) -> HttpResponse:
    found = _person(request, pk)
    form = ReasonForm(request.POST, prefix="reason")
    if not form.is_valid():
        return _page(request, found, 422, reason_form=form)
    reason = form.cleaned_data["reason"]
    return _act(
        request, found, _("停止しました。サインインもすべて終わらせました。"),
        lambda: actions.deactivate(request.user, found, reason=reason),
    )  # fmt: skip


@who_may("accounts.manage_people")
@require_POST
def reactivate(request: StaffRequest, pk: int) -> HttpResponse:
    found = _person(request, pk)
    return _act(request, found, _("再開しました。"), lambda: actions.reactivate(request.user, found))


@who_may("accounts.manage_people")
@require_POST
def unlock(request: StaffRequest, pk: int) -> HttpResponse:
    found = _person(request, pk)
    return _act(request, found, _("ロックを解除しました。"), lambda: actions.unlock(request.user, found))


@who_may("accounts.manage_people")
@require_POST
def end_sessions(request: StaffRequest, pk: int) -> HttpResponse:
    found = _person(request, pk)
    key = request.session.session_key if found == request.user else None
    return _act(
        request, found, _("サインインをすべて終わらせました。"),
        lambda: actions.end_sessions(request.user, found, but=key),
    )  # fmt: skip


@who_may("accounts.manage_people")
def reset_second_factor(request: StaffRequest, pk: int) -> HttpResponse:
    """Asked on a page of its own, because it weakens the account until it is set up again."""
    found = _person(request, pk)
    if request.method != "POST":
        return render(request, "accounts/reset_second_factor.html", {"person": found})
    return _act(
        request, found, _("二段階認証を解除しました。本人に、もう一度設定するよう伝えてください。"),
        lambda: actions.reset_second_factor(request.user, found),
    )  # fmt: skip
