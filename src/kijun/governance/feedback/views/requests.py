"""Requests to vendors: written from reports, sent, answered, tried."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kijun.governance.feedback import actions, drafting, queries
from kijun.governance.feedback.actions.asking import FIELDS
from kijun.governance.feedback.forms import AskForm, ReplyForm, RequestForm, VerifyForm
from kijun.governance.feedback.lists import REQUESTS, kinds, who
from kijun.governance.feedback.models import ImprovementRequest, Report
from kijun.governance.feedback.views._shared import seen, seen_request
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.doing import filled, pressed
from kijun.web.who_may import who_may

State = ImprovementRequest.State


@require_safe
@who_may("feedback.list")
def requests(request: StaffRequest) -> HttpResponse:
    """改善要望: what vendors were asked to mend."""
    rows = queries.visible_requests(request.user)
    if REQUESTS.wants_excel(request):
        return REQUESTS.as_excel(request, rows, _("改善要望") + ".xlsx")
    return render(request, "feedback/requests.html", {"shown": REQUESTS.show(request, rows)})


@require_safe
@who_may("feedback.list")
def request_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One request: the text to send, the reports that it is about, what the vendor said, whether it was mended."""
    row = seen_request(request, pk)
    may_ask = request.user.has_perm("feedback.ask", row)
    may_join = may_ask and row.is_open
    context = {
        "row": row,
        "tone": queries.REQUEST_TONES[State(row.state)],
        "reports": [
            (one, kinds(one), who(one)) for one in queries.reports(request.municipality).filter(request=row)
        ],
        "joinable": [(one, kinds(one)) for one in queries.joinable(row)[:50]] if may_join else [],
        "may_ask": may_ask,
        "letter": drafting.letter(row),
        "mail": drafting.mail_link(row),
    }
    return render(request, "feedback/request.html", context)


@who_may("feedback.list")
def begin(request: StaffRequest, pk: int) -> HttpResponse:
    """A request out of a report, its text begun with what was reported. A report that has one leads to it."""
    report = seen(request, pk)
    system = report.system
    if report.request is not None:
        return redirect(report.request)
    if system is None:
        raise Http404
    if not request.user.has_perm("feedback.ask", report):
        raise PermissionDenied
    initial = {
        "vendor": system.vendor_name,
        "body": drafting.begin([report]),
        "title": kinds(report),
        "meanwhile": ImprovementRequest.Meanwhile.CHECKED,
    }
    form = RequestForm(request.POST if request.method == "POST" else None, initial=initial)

    def save(data: dict[str, Any]) -> tuple[str, str]:
        made = actions.save_request(
            request.user, system, None, data, reports=[report], nobody_named=data["nobody_named"]
        )
        return _("改善要望の下書きを保存しました。"), made.get_absolute_url()

    open_ones = queries.requests(request.municipality).filter(
        system=system, state__in=(State.DRAFT, State.ASKED, State.ANSWERED)
    )
    context = {"title": _("事業者に改善を求める"), "system": system, "report": report, "open_ones": open_ones}
    return filled(request, "feedback/request_form.html", form, context, save)


def _to_ask(request: StaffRequest, pk: int) -> ImprovementRequest:
    row = seen_request(request, pk)
    if not request.user.has_perm("feedback.ask", row):
        raise PermissionDenied
    return row


@who_may("feedback.list")
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """A request that was not sent yet, written anew."""
    row = _to_ask(request, pk)
    initial = {name: getattr(row, name) for name in FIELDS} | {
        "revision": row.revision,
        "nobody_named": row.nobody_named_by is not None,
    }
    form = RequestForm(request.POST if request.method == "POST" else None, initial=initial)

    def save(data: dict[str, Any]) -> tuple[str, str]:
        actions.save_request(
            request.user,
            row.system,
            row,
            data,
            nobody_named=data["nobody_named"],
            seen_revision=data.get("revision"),
        )
        return _("改善要望の下書きを保存しました。"), row.get_absolute_url()

    context = {"title": _("改善要望を書き直す"), "system": row.system, "row": row}
    return filled(request, "feedback/request_form.html", form, context, save)


@require_safe
@who_may("feedback.list")
def letter(request: StaffRequest, pk: int, kind: str = "txt") -> HttpResponse:
    """The text as a file: plain, Word or PDF, in Japanese or (``?language=en``) English. Word and PDF wait until nobody can be told from it."""
    row = seen_request(request, pk)
    language = "en" if request.GET.get("language") == "en" else "ja"
    if kind not in drafting.KINDS:
        raise Http404
    try:
        content = drafting.as_file(row, kind, language)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(row)
    response = HttpResponse(content, content_type=drafting.KINDS[kind])
    name = f"{row.code}{'-en' if language == 'en' else ''}.{kind}"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


@require_POST
@who_may("feedback.list")
def join(request: StaffRequest, pk: int) -> HttpResponse:
    """Another report joins."""
    row = _to_ask(request, pk)
    report = _chosen(request)
    return pressed(
        request,
        row.get_absolute_url(),
        _("報告を加えました。"),
        lambda: actions.attach(request.user, row, report),
    )


@require_POST
@who_may("feedback.list")
def leave(request: StaffRequest, pk: int) -> HttpResponse:
    """A report leaves a draft."""
    row = _to_ask(request, pk)
    report = _chosen(request)
    if report.request_id != row.pk:
        raise Http404
    return pressed(
        request, row.get_absolute_url(), _("報告を外しました。"), lambda: actions.detach(request.user, report)
    )


def _chosen(request: StaffRequest) -> Report:
    text = request.POST.get("report", "")
    if not text.isdecimal() or len(text) > 18:
        raise Http404
    return get_mine(request, queries.visible(request.user), pk=int(text))


@who_may("feedback.list")
def ask(request: StaffRequest, pk: int) -> HttpResponse:
    """送ったことを記録する."""
    row = _to_ask(request, pk)
    initial = {"revision": row.revision, "asked_on": timezone.localdate()}
    form = AskForm(request.POST if request.method == "POST" else None, initial=initial)

    def save(data: dict[str, Any]) -> tuple[str, str]:
        actions.ask(
            request.user,
            row,
            on=data["asked_on"],
            due_on=data["due_on"],
            seen_revision=data.get("revision"),
        )
        return _("送ったことを記録しました。期限が近づくとホームに表示します。"), row.get_absolute_url()

    lead = _("手紙やメールで送ったあとに記録します。期限を書かなければ、20開庁日後にします。")
    return _act(request, form, row, _("送ったことを記録する"), save, lead)


@who_may("feedback.list")
def reply(request: StaffRequest, pk: int) -> HttpResponse:
    """事業者の回答を記録する."""
    row = _to_ask(request, pk)
    initial = {"revision": row.revision, "answered_on": timezone.localdate()}
    form = ReplyForm(request.POST if request.method == "POST" else None, initial=initial)

    def save(data: dict[str, Any]) -> tuple[str, str]:
        actions.record_reply(
            request.user,
            row,
            reply=data["reply"],
            text=data["answer"],
            on=data["answered_on"],
            due_on=data["due_on"],
            seen_revision=data.get("revision"),
        )
        return _("事業者の回答を記録しました。"), row.get_absolute_url()

    return _act(request, form, row, _("事業者の回答を記録する"), save)


@who_may("feedback.list")
def verify(request: StaffRequest, pk: int) -> HttpResponse:
    """直ったかを試した結果を記録する."""
    row = _to_ask(request, pk)
    initial = {"revision": row.revision, "verified_on": timezone.localdate()}
    form = VerifyForm(request.POST if request.method == "POST" else None, initial=initial)

    def save(data: dict[str, Any]) -> tuple[str, str]:
        mended = data["result"] == "yes"
        actions.verify(
            request.user,
            row,
            mended=mended,
            text=data["verification"],
            on=data["verified_on"],
            seen_revision=data.get("revision"),
        )
        words = _("直ったことを記録しました。") if mended else _("もう一度、回答待ちにしました。")
        return words, row.get_absolute_url()

    return _act(request, form, row, _("直ったかを試した結果を記録する"), save)


def _act(
    request: StaffRequest, form: Any, row: ImprovementRequest, title: str, save: Any, lead: str = ""
) -> HttpResponse:
    context = {"row": row, "title": title, "button": _("記録する"), "lead": lead}
    return filled(request, "feedback/act.html", form, context, save)
