"""Lists of reports, one report, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kijun.governance.accounts.models import Person
from kijun.governance.feedback import actions, escalations, lists, queries
from kijun.governance.feedback.forms import AnswerForm, EscalateForm, HandlerForm, SettleForm
from kijun.governance.feedback.models import Escalation, Report
from kijun.governance.feedback.views._shared import seen
from kijun.governance.interactions.halves import halves
from kijun.governance.interactions.views._shared import with_ledger
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.doing import filled, pressed, revision
from kijun.web.tables import Table
from kijun.web.who_may import who_may


@require_safe
@who_may("feedback.list")
def reports(request: StaffRequest) -> HttpResponse:
    """回答への報告: those of my systems; for IT staff, executives and auditors all."""
    return _list(request, lists.REPORTS, queries.visible(request.user), _("回答への報告"))


@require_safe
@who_may("feedback.give")
def mine(request: StaffRequest) -> HttpResponse:
    """自分の報告: what I said, and what became of it."""
    return _list(request, lists.MINE, queries.mine(request.user), _("自分の報告"))


def _list(request: StaffRequest, table: Table, rows: Any, title: str) -> HttpResponse:
    if table.wants_excel(request):
        return table.as_excel(request, rows, f"{title}.xlsx")
    own = table is lists.MINE
    tabs = [(_("自分の報告"), reverse("feedback:mine"), own)]
    if request.user.has_perm("feedback.list"):
        tabs.insert(0, (_("回答への報告"), reverse("feedback:reports"), not own))
    context = {"shown": table.show(request, rows), "title": title, "tabs": tabs, "own": own}
    return render(request, "feedback/list.html", context)


@require_safe
@who_may("feedback.give")
def report(request: StaffRequest, pk: int) -> HttpResponse:
    """One report: what was said, who answers by when, what was answered. The reporter's look at the answer is noted."""
    row = seen(request, pk)
    actions.mark_read(request.user, row)
    escalation = getattr(row, "escalation", None)
    may_answer = request.user.has_perm("feedback.answer", row)
    context = {
        "report": row,
        "who": lists.who(row),
        "kinds": queries.kinds_of(row),
        "tone": queries.TONES[Report.State(row.state)],
        "own": row.reporter_id == request.user.pk,
        "may_answer": may_answer,
        "may_open": bool(row.interaction) and request.user.has_perm("feedback.open", row),
        "may_ask": row.system is not None and request.user.has_perm("feedback.ask", row),
        "escalation": escalation,
        "becomes_incident": escalations.are_taken(),
        "may_settle": escalation is not None
        and escalation.state == Escalation.State.OPEN
        and request.user.has_perm("feedback.settle", escalation),
        "may_see_request": row.request is not None
        and queries.visible_requests(request.user).filter(pk=row.request.pk).exists(),
        "show_history": not row.anonymous or may_answer or request.user.has_perm("feedback.list"),
    }
    return render(request, "feedback/report.html", context)


@require_safe
@who_may("feedback.give")
@with_ledger
def material(request: StaffRequest, pk: int) -> HttpResponse:
    """What was asked and answered; that somebody looks is recorded before it is shown."""
    row = seen(request, pk)
    if not row.interaction:
        raise Http404
    one = actions.open_interaction(request.user, row)
    context = {
        "report": row,
        "halves": halves(() if one is None else one.entries),
        "own": row.reporter_id == request.user.pk,
    }
    return render(request, "feedback/material.html", context)


@require_POST
@who_may("feedback.give")
def acknowledge(request: StaffRequest, pk: int) -> HttpResponse:
    """受け付ける."""
    return _moved(request, pk, actions.acknowledge, _("受け付けました。報告した人にも「対応中」と見えます。"))


@require_POST
@who_may("feedback.give")
def close(request: StaffRequest, pk: int) -> HttpResponse:
    """完了にする."""
    return _moved(request, pk, actions.close, _("完了にしました。"))


@require_POST
@who_may("feedback.give")
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """取り下げる."""
    return _moved(request, pk, actions.withdraw, _("取り下げました。"))


def _moved(
    request: StaffRequest, pk: int, move: Callable[[Person, Report, int | None], object], words: str
) -> HttpResponse:
    """A button of the report's page that moves it on."""
    row = seen(request, pk)
    return pressed(request, row.get_absolute_url(), words, lambda: move(request.user, row, revision(request)))


def _to_answer(request: StaffRequest, pk: int) -> Report:
    row = seen(request, pk)
    if not request.user.has_perm("feedback.answer", row):
        raise PermissionDenied
    return row


@who_may("feedback.give")
def answer(request: StaffRequest, pk: int) -> HttpResponse:
    """回答する: what was found, for the reporter."""
    row = _to_answer(request, pk)
    initial = {"revision": row.revision, "finding": row.finding, "answer": row.answer}
    form = AnswerForm(request.POST if request.method == "POST" else None, initial=initial)

    def save(data: dict[str, Any]) -> tuple[str, str]:
        actions.answer(
            request.user,
            row,
            finding=data["finding"],
            text=data["answer"],
            seen_revision=data.get("revision"),
        )
        return _("回答しました。報告した人のホームに表示されます。"), row.get_absolute_url()

    context = {
        "report": row,
        "kinds": queries.kinds_of(row),
        "measured": {"drift", "unfair"} & set(row.kind_list),
    }
    return filled(request, "feedback/answer.html", form, context, save)


@who_may("feedback.give")
def handler(request: StaffRequest, pk: int) -> HttpResponse:
    """回答する人を替える."""
    row = _to_answer(request, pk)
    form = HandlerForm(
        request.POST if request.method == "POST" else None,
        municipality=request.municipality,
        initial={"revision": row.revision, "handler": row.handler_id},
    )

    def save(data: dict[str, Any]) -> tuple[str, str]:
        actions.set_handler(request.user, row, data["handler"], data.get("revision"))
        to = (
            row.get_absolute_url()
            if request.user.has_perm("feedback.read", row)
            else reverse("feedback:reports")
        )
        return _("回答する人を替えました。"), to

    context = {"report": row, "title": _("回答する人を替える"), "button": _("替える")}
    return filled(request, "feedback/act.html", form, context, save)


@who_may("feedback.give")
def escalate(request: StaffRequest, pk: int) -> HttpResponse:
    """インシデントとして扱う; without an app of incidents 首長・CDOに上げる."""
    row = _to_answer(request, pk)
    form = EscalateForm(
        request.POST if request.method == "POST" else None, initial={"revision": row.revision}
    )

    def save(data: dict[str, Any]) -> tuple[str, str]:
        made = actions.escalate(request.user, row, data["why"], data.get("revision"))
        if made.elsewhere:
            return _("インシデントとして扱います。"), made.elsewhere
        return _("首長・CDOに上げました。"), row.get_absolute_url()

    title, button = _("首長・CDOに上げる"), _("上げる")
    lead = _("住民や業務への影響が大きい、またはその恐れがあるときに、首長・CDOの判断を求めます。")
    if escalations.are_taken():
        title, button = _("インシデントとして扱う"), _("インシデントにする")
        lead = _(
            "住民や業務に害が出た、またはその恐れがあるときに、インシデントとして対応を始めます。質問と回答は、対応が終わるまで消去されません。"
        )
    context = {"report": row, "title": title, "button": button, "lead": lead}
    return filled(request, "feedback/act.html", form, context, save)


@who_may("feedback.settle")
def settle(request: StaffRequest, pk: int) -> HttpResponse:
    """判断する: what executives decide on a report that was raised."""
    row = seen(request, pk)
    raised = getattr(row, "escalation", None)
    if raised is None:
        raise Http404
    form = SettleForm(
        request.POST if request.method == "POST" else None, initial={"revision": raised.revision}
    )

    def save(data: dict[str, Any]) -> tuple[str, str]:
        actions.settle(request.user, raised, data["decision"], data.get("revision"))
        return _("判断を記録しました。"), row.get_absolute_url()

    context = {
        "report": row,
        "title": _("上げられた報告について判断する"),
        "button": _("判断を記録する"),
        "lead": raised.why,
    }
    return filled(request, "feedback/act.html", form, context, save)
