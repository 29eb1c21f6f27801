"""Steps, who is told, cause, prevention, closing."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kijun.governance.incidents import actions, readiness
from kijun.governance.incidents.drafting import draft
from kijun.governance.incidents.forms import (
    CauseForm,
    CloseForm,
    DoneForm,
    NoticeForm,
    PreventedForm,
    PreventionForm,
    ToldForm,
)
from kijun.governance.incidents.models import Notice
from kijun.governance.incidents.views._shared import act, part, seen, to_lead
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.doing import Saved, filled
from kijun.web.who_may import require, who_may


def _sent(request: StaffRequest) -> Any:
    return request.POST if request.method == "POST" else None


@who_may("incidents.report")
def step(request: StaffRequest, pk: int, step: int) -> HttpResponse:
    """A step of the checklist: done, or not needed."""
    row = to_lead(request, pk)
    one = part(row.steps.select_related("incident__municipality", "incident__system"), pk=step)
    form = DoneForm(_sent(request), initial={"revision": one.revision})

    def save(data: dict[str, Any]) -> Saved:
        actions.finish_step(
            request.user,
            one,
            note=data["note"],
            unneeded=data["result"] == "unneeded",
            seen_revision=data["revision"],
        )
        return _("手順を記録しました。"), row.get_absolute_url() + "#steps"

    return act(request, row, form, _("手順を済みにする"), _("記録する"), save, one.text)


@who_may("incidents.report")
def add_notice(request: StaffRequest, pk: int) -> HttpResponse:
    """Somebody else who is to be told."""
    row = to_lead(request, pk)
    form = NoticeForm(_sent(request), initial={"whom": request.GET.get("whom", "")})

    def save(data: dict[str, Any]) -> Saved:
        data.pop("revision")
        made = actions.save_notice(request.user, row, None, **data)
        return _("連絡の予定を加えました。"), f"{row.get_absolute_url()}notices/{made.pk}/"

    return act(request, row, form, _("連絡の予定を加える"), _("加える"), save)


@who_may("incidents.report")
def notice(request: StaffRequest, pk: int, notice: int) -> HttpResponse:
    """Whom, by when, with what words: to copy, to save, to change while nobody was told."""
    row = seen(request, pk)
    require(request, "incidents.follow", row)
    one = part(_notices(row), pk=notice)
    may_change = row.is_open and one.is_open and request.user.has_perm("incidents.lead", row)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    initial = {
        "revision": one.revision,
        "whom": one.whom,
        "who": one.who,
        "how": one.how,
        "due_at": one.due_at,
        "text": draft(one),
    }
    form = NoticeForm(_sent(request), initial=initial)

    def save(data: dict[str, Any]) -> Saved:
        seen_revision = data.pop("revision")
        data["text"] = "" if data["text"].strip() == _made(one).strip() else data["text"]
        if "due_at" not in form.changed_data:
            data["due_at"] = one.due_at
        actions.save_notice(request.user, row, one, **data, seen_revision=seen_revision)
        return _("文章を保存しました。"), request.path

    context = {"incident": row, "notice": one, "letter": draft(one), "may_change": may_change}
    return filled(request, "incidents/notice.html", form, context, save)


def _made(one: Notice) -> str:
    """The draft as it would be made now, with line ends as a browser sends them."""
    kept, one.text = one.text, ""
    made = draft(one)
    one.text = kept
    return made.replace("\n", "\r\n")


def _notices(row: Any) -> Any:
    return row.notices.select_related("incident__municipality", "incident__system", "done_by")


@require_safe
@who_may("incidents.report")
def letter(request: StaffRequest, pk: int, notice: int) -> HttpResponse:
    """The words as a text file."""
    row = seen(request, pk)
    require(request, "incidents.follow", row)
    one = part(_notices(row), pk=notice)
    response = HttpResponse(draft(one), content_type="text/plain; charset=utf-8")
    name = f"{row.code}-{one.get_whom_display()}.txt"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


@who_may("incidents.report")
def told(request: StaffRequest, pk: int, notice: int) -> HttpResponse:
    """They were told, or need not be."""
    row = to_lead(request, pk)
    one = part(_notices(row), pk=notice)
    form = ToldForm(_sent(request), initial={"revision": one.revision, "at": timezone.now()})

    def save(data: dict[str, Any]) -> Saved:
        actions.finish_notice(
            request.user,
            one,
            note=data["note"],
            unneeded=data["result"] == "unneeded",
            at=data["at"],
            seen_revision=data["revision"],
        )
        return _("連絡を記録しました。"), row.get_absolute_url() + "#notices"

    return act(request, row, form, _("連絡したことを記録する"), _("記録する"), save, one.get_whom_display())


@who_may("incidents.report")
def cause(request: StaffRequest, pk: int) -> HttpResponse:
    """原因と手当てを書く."""
    row = to_lead(request, pk)
    initial = {
        "revision": row.revision,
        "cause": row.cause,
        "redress": row.redress,
        "no_prevention_why": row.no_prevention_why,
        "no_lesson_why": row.no_lesson_why,
    }
    form = CauseForm(_sent(request), initial=initial)

    def save(data: dict[str, Any]) -> Saved:
        seen_revision = data.pop("revision")
        actions.explain(request.user, row, **data, seen_revision=seen_revision)
        return _("原因と手当てを記録しました。"), row.get_absolute_url()

    return act(request, row, form, _("原因と手当てを書く"), _("保存する"), save)


@who_may("incidents.report")
def add_prevention(request: StaffRequest, pk: int) -> HttpResponse:
    """再発防止を決める."""
    row = to_lead(request, pk)
    form = PreventionForm(_sent(request), municipality=request.municipality)

    def save(data: dict[str, Any]) -> Saved:
        actions.add_prevention(
            request.user, row, what=data["what"], person=data["person"], due_on=data["due_on"]
        )
        return _(
            "再発防止を決めました。担当する人のホームに表示されます。"
        ), row.get_absolute_url() + "#prevention"

    return act(request, row, form, _("再発防止を決める"), _("決める"), save)


@who_may("incidents.report")
def prevented(request: StaffRequest, pk: int, prevention: int) -> HttpResponse:
    """再発防止を済みにする: by who leads, or by whoever it was given to."""
    row = seen(request, pk)
    one = part(
        row.preventions.select_related("incident__municipality", "incident__system", "municipality"),
        pk=prevention,
    )
    if one.person_id != request.user.pk:
        require(request, "incidents.lead", row)
    form = PreventedForm(_sent(request), initial={"revision": one.revision, "done_on": timezone.localdate()})

    def save(data: dict[str, Any]) -> Saved:
        actions.finish_prevention(
            request.user, one, result=data["result"], on=data["done_on"], seen_revision=data["revision"]
        )
        return _("再発防止を済みにしました。"), row.get_absolute_url() + "#prevention"

    return act(request, row, form, _("再発防止を済みにする"), _("記録する"), save, one.what)


@who_may("incidents.report")
def close(request: StaffRequest, pk: int) -> HttpResponse:
    """完了とする."""
    row = seen(request, pk)
    require(request, "incidents.close", row)
    left = readiness.left(row)
    if left and request.method != "POST":
        return render(request, "incidents/left.html", {"incident": row, "left": left}, status=409)
    form = CloseForm(_sent(request), initial={"revision": row.revision})

    def save(data: dict[str, Any]) -> Saved:
        actions.close(
            request.user,
            row,
            data["closing_note"],
            keep_holds=data["keep_holds"],
            seen_revision=data["revision"],
        )
        return _("完了としました。"), row.get_absolute_url()

    return act(request, row, form, _("完了とする"), _("完了とする"), save)
