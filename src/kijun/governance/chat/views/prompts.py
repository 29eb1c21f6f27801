"""A department's prompts: the list, writing, reviewing, filling in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kijun.governance.access import queries as access
from kijun.governance.chat import actions, queries
from kijun.governance.chat.actions.prompts import is_closed
from kijun.governance.chat.forms import DecideForm, DeleteForm, FillForm, MoveForm, PromptForm
from kijun.governance.chat.models import Prompt, slot_of
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.forms import add_errors
from kijun.web.who_may import require, who_may

TONES = {
    "draft": "",
    "review": "info",
    "shared": "success",
    "returned": "warning",
    "withdrawn": "",
    "archived": "warning",
}


def _one(request: StaffRequest, pk: int) -> Prompt:
    """One within the person's reach; any other is not there."""
    row = queries.prompts(request.user).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


@who_may("chat.use")
def prompts(request: StaffRequest) -> HttpResponse:
    """What is shared here, what is one's own, what waits to be read."""
    rows = [one for one in queries.prompts(request.user) if one.state != Prompt.State.WITHDRAWN]
    shown = [(one, TONES[one.state], is_closed(one.department)) for one in rows]
    return render(request, "chat/prompts.html", {"rows": shown})


@who_may("chat.use")
def prompt(request: StaffRequest, pk: int) -> HttpResponse:
    """One: its text, its state, and what this person may do with it."""
    row = _one(request, pk)
    user = request.user
    closed = is_closed(row.department)
    grants = access.grants_of(user)
    if row.purpose_id is not None:
        grants = grants.filter(purpose=row.purpose_id)
    context = {
        "prompt": row,
        "tone": TONES[row.state],
        "grants": list(grants) if row.state == Prompt.State.SHARED and not closed else [],
        "closed": closed,
        "may_move": user.has_perm("chat.move_prompt", row) and row.state != Prompt.State.WITHDRAWN,
        "may_change": user.has_perm("chat.write_prompt", row) and row.state in {"draft", "returned"},
        "may_decide": user.has_perm("chat.review_prompt", row) and row.state == Prompt.State.REVIEW,
        "may_withdraw": user.has_perm("chat.withdraw_prompt", row) and row.state != Prompt.State.WITHDRAWN,
        "decide": DecideForm(initial={"revision": row.revision}),
    }
    return render(request, "chat/prompt.html", context)


def _form(request: StaffRequest, row: Prompt | None) -> HttpResponse:
    first: dict[str, Any] = {"purpose": request.GET.get("purpose", "")}
    if row is not None:
        first = {name: getattr(row, name) for name in ("title", "department", "purpose", "text", "revision")}
    form = PromptForm(request.POST or None, person=request.user, initial=first)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        revision = values.pop("revision")
        try:
            made = actions.save_prompt(request.user, row, values, revision if row is not None else None)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("保存しました。部署で使うには、確認に出してください。"))
            return redirect("chat:prompt", made.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "chat/prompt_form.html", {"form": form, "prompt": row}, status=status)


@who_may("chat.write_prompt")
def add(request: StaffRequest) -> HttpResponse:
    """Write one."""
    return _form(request, None)


@who_may("chat.write_prompt")
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """Change one that is not shared."""
    row = _one(request, pk)
    require(request, "chat.write_prompt", row)
    if row.state not in {Prompt.State.DRAFT, Prompt.State.RETURNED}:
        raise Http404
    return _form(request, row)


def _do(request: StaffRequest, row: Prompt, act: Callable[[int | None], object], said: str) -> HttpResponse:
    form = DeleteForm(request.POST)
    revision = form.cleaned_data.get("revision") if form.is_valid() else None
    try:
        act(revision)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, said)
    return redirect("chat:prompt", row.pk)


@who_may("chat.write_prompt")
@require_POST
def send(request: StaffRequest, pk: int) -> HttpResponse:
    """To the department's approver."""
    row = _one(request, pk)
    require(request, "chat.write_prompt", row)
    return _do(
        request,
        row,
        lambda seen: actions.send_prompt(request.user, row, seen),
        _("確認に出しました。部署の上長が確かめると、共有されます。"),
    )


@who_may("chat.review_prompt")
@require_POST
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Share it, or give it back."""
    row = _one(request, pk)
    require(request, "chat.review_prompt", row)
    share = request.POST.get("share") == "yes"
    comment = request.POST.get("comment", "")
    return _do(
        request,
        row,
        lambda seen: actions.decide_prompt(
            request.user, row, share=share, comment=comment, seen_revision=seen
        ),
        _("部署で共有しました。") if share else _("差し戻しました。"),
    )


@who_may("chat.use")
@require_POST
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Nobody is offered it any more."""
    row = _one(request, pk)
    require(request, "chat.withdraw_prompt", row)
    _do(request, row, lambda seen: actions.withdraw_prompt(request.user, row, seen), _("取り下げました。"))
    return redirect("chat:prompts")


@who_may("chat.move_prompt")
def move(request: StaffRequest, pk: int) -> HttpResponse:
    """To another department, whose approver reads it anew."""
    row = _one(request, pk)
    require(request, "chat.move_prompt", row)
    form = MoveForm(
        request.POST if request.method == "POST" else None,
        municipality=request.municipality,
        initial={"revision": row.revision},
    )
    if request.method == "POST" and form.is_valid():
        to, seen = form.cleaned_data["department"], form.cleaned_data.get("revision")
        try:
            row = actions.move_prompt(request.user, row, to, seen)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("移しました。移した先の上長が確かめると、そこで共有されます。"))
            return redirect("chat:prompts")
    status = 422 if request.method == "POST" else 200
    return render(request, "chat/prompt_move.html", {"form": form, "prompt": row}, status=status)


@who_may("chat.use")
def use(request: StaffRequest, pk: int) -> HttpResponse:
    """Fill in its places; the text goes to where the question is written."""
    row = _one(request, pk)
    if row.state != Prompt.State.SHARED or is_closed(row.department):
        raise Http404
    number = request.GET.get("grant", "")
    grant = queries.grant_of(request.user, int(number)) if number.isdecimal() and len(number) < 19 else None
    if grant is None or row.purpose_id not in {None, grant.purpose_id}:
        raise Http404
    form = FillForm(request.POST or None, prompt=row)
    if form.places and (request.method != "POST" or not form.is_valid()):
        return render(request, "chat/prompt_use.html", {"form": form, "prompt": row, "grant": grant})
    if request.method != "POST":
        form = FillForm({}, prompt=row)
        form.is_valid()
    actions.save_draft(request.user, slot_of(None, grant), form.filled(row.text))
    return redirect("chat:new", grant.pk)
