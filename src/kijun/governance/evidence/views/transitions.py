"""What moves a finding on: a step is done, all is done, confirmed, reopened. Each on a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kijun.governance.evidence import actions
from kijun.governance.evidence.finding_forms import FinishForm, NoteForm
from kijun.governance.evidence.models import Finding
from kijun.governance.evidence.views.findings import get_finding, get_step
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.who_may import require, who_may


@who_may("evidence.read")
def finish_step(request: StaffRequest, pk: int, step: int) -> HttpResponse:
    """The step is done."""
    found, one = get_step(request, pk, step)
    form = FinishForm(request.POST if request.method == "POST" else None, initial={"revision": one.revision})

    def act() -> None:
        data = form.cleaned_data
        actions.finish_step(
            request.user,
            one,
            done_on=data["done_on"],
            result=data["result"],
            seen_revision=data["revision"],
        )

    return _page(request, found, form, act, one.what, _("実施を記録する"), _("実施を記録しました。"))


@who_may("evidence.read")
def done(request: StaffRequest, pk: int) -> HttpResponse:
    """実施済にする: it waits for a confirmation from now on."""
    found = get_finding(request, pk)
    require(request, "evidence.work_finding", found)
    form = _note(
        request, found, _("実施した内容"), _("例：異動した3人の利用許可を11月20日に外し、一覧で確かめた。")
    )

    def act() -> None:
        data = form.cleaned_data
        actions.advance(request.user, found, note=data["note"], seen_revision=data["revision"])

    heading = _("実施済みにする")
    return _page(
        request, found, form, act, heading, heading, _("実施済みにしました。ほかの人の確認を待ちます。")
    )


@who_may("evidence.read")
def close(request: StaffRequest, pk: int) -> HttpResponse:
    """完了にする: I have seen that it is mended."""
    found = get_finding(request, pk)
    require(request, "evidence.close_finding", found)
    form = _note(
        request, found, _("確認した結果"), _("例：利用許可の一覧を見て、3人が外れていることを確かめた。")
    )

    def act() -> None:
        data = form.cleaned_data
        actions.close_finding(request.user, found, note=data["note"], seen_revision=data["revision"])

    return _page(
        request,
        found,
        form,
        act,
        _("確認して完了にする"),
        pgettext("finding", "完了にする"),
        _("完了にしました。"),
    )


@who_may("evidence.read")
def reopen(request: StaffRequest, pk: int) -> HttpResponse:
    """再開する: it was not enough."""
    found = get_finding(request, pk)
    require(request, "evidence.close_finding", found)
    form = _note(request, found, _("再開する理由"), _("例：1人の利用許可が残っていた。"))

    def act() -> None:
        data = form.cleaned_data
        actions.reopen(request.user, found, reason=data["note"], seen_revision=data["revision"])

    return _page(
        request,
        found,
        form,
        act,
        pgettext("finding", "再開する"),
        pgettext("finding", "再開する"),
        pgettext("finding", "再開しました。"),
    )


def _note(request: StaffRequest, found: Finding, label: str, hint: str) -> NoteForm:
    data = request.POST if request.method == "POST" else None
    return NoteForm(data, label=label, hint=hint, initial={"revision": found.revision})


def _page(
    request: StaffRequest,
    found: Finding,
    form: Any,
    act: Callable[[], None],
    heading: str,
    button: str,
    said: str,
) -> HttpResponse:
    if form.is_bound and form.is_valid():
        try:
            act()
        except ValidationError as error:
            known = not hasattr(error, "error_dict") or set(error.error_dict) <= set(form.fields)
            form.add_error(None, error if known else error.messages)
        else:
            messages.success(request, said)
            return redirect(found)
    context = {"finding": found, "form": form, "heading": heading, "button": button}
    return render(request, "evidence/finding_form.html", context, status=422 if form.is_bound else 200)
