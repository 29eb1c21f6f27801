"""指摘と改善: the list, one finding with its plan, and its transitions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kijun.governance.evidence import actions, confirmers, controls, lists, queries, scopes
from kijun.governance.evidence.finding_forms import PlanForm, RaiseForm, StepForm
from kijun.governance.evidence.forms import scope_of
from kijun.governance.evidence.models import Finding, PlanStep
from kijun.governance.evidence.views.items import Figure
from kijun.governance.evidence.words import STATE_TONES
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.who_may import require, who_may

State = Finding.State


def waiting_count(request: HttpRequest) -> int:
    """Findings that this person has to mend."""
    user: Any = request.user
    rows = Finding.objects.filter(municipality=user.municipality, owner=user)
    return rows.filter(state__in=queries.WORKING).count()


@who_may("evidence.read")
def findings(request: StaffRequest) -> HttpResponse:
    """The findings that the person may see, the most urgent first."""
    labels = lists.scope_labels(request)
    rows = lists.findings_rows(queries.visible_findings(request.user), request.user)
    listing = lists.findings_table(request, labels)
    if listing.wants_excel(request):
        return listing.as_excel(request, rows, _("指摘一覧") + ".xlsx")
    shown = listing.show(request, rows)
    kept = request.GET.copy()
    kept.pop("check", None)
    context = {
        "shown": shown,
        "kept": kept.urlencode(),
        "figures": _figures(rows),
        "may_choose": request.user.has_perm("evidence.raise_finding")
        and any(one.choosable for one in shown.page.object_list),
    }
    return render(request, "evidence/findings.html", context)


def _figures(rows: QuerySet[Finding]) -> list[Figure]:
    late = Q(state__in=queries.WORKING, due_on__lt=timezone.localdate())
    counts = rows.aggregate(
        overdue=Count("pk", filter=late),
        **{one.value: Count("pk", filter=Q(state=one)) for one in State},
    )
    found = [Figure(_("期限超過"), counts["overdue"], "?due=overdue")]
    return found + [Figure(one.label, counts[one.value], f"?state={one.value}") for one in State]


@who_may("evidence.raise_finding")
def raise_finding(request: StaffRequest) -> HttpResponse:
    """A finding by hand. ``?scope=system-3&control=P6.1.2`` comes with both chosen."""
    visible = scopes.visible(request.user)
    initial = {"scope": request.GET.get("scope", ""), "control_id": request.GET.get("control", "")}
    data = request.POST if request.method == "POST" else None
    form = RaiseForm(data, visible=visible, municipality=request.municipality, initial=initial)
    if data is not None and form.is_valid():
        given = form.cleaned_data
        facts = scope_of(given["scope"], visible)
        assert facts is not None  # one of the choices
        finding = actions.raise_finding(
            request.user,
            request.municipality,
            control_id=given["control_id"],
            scope_kind=facts.kind,
            scope_id=facts.id,
            title=given["title"],
            description=given["description"],
            cause=Finding.Cause.MANUAL,
            owner=given["owner"] or facts.owner,
            department=given["department"] or facts.department,
            due_on=given["due_on"],
        )
        messages.success(request, _("%(code)sを登録しました。") % {"code": finding.code})
        return redirect(finding)
    return render(request, "evidence/raise.html", {"form": form}, status=422 if form.is_bound else 200)


def get_finding(request: StaffRequest, pk: int) -> Finding:
    rows = Finding.objects.select_related(
        "municipality", "owner", "department", "item", "raised_by", "done_by", "closed_by"
    )
    finding: Finding = get_mine(request, rows, pk=pk)
    require(request, "evidence.read", finding)
    return finding


@who_may("evidence.read")
def finding(request: StaffRequest, pk: int) -> HttpResponse:
    """What is wrong, who mends it until when, the plan, and what can be done next."""
    return page(request, get_finding(request, pk))


def page(request: StaffRequest, found: Finding, step_form: StepForm | None = None) -> HttpResponse:
    working = found.state in queries.WORKING
    may_work = working and request.user.has_perm("evidence.work_finding", found)
    may_confirm = request.user.has_perm("evidence.close_finding", found)
    others = confirmers.others(found, request.user) if found.state == State.DONE else []
    book = controls.of(found.municipality)
    own = found.done_by_id is not None and found.done_by_id == request.user.pk
    if step_form is None and may_work:
        step_form = StepForm(municipality=request.municipality, prefix="step")
    context = {
        "finding": found,
        "tone": STATE_TONES[State(found.state)],
        "scope_label": lists.scope_labels(request).get(f"{found.scope_kind}-{found.scope_id}", ""),
        "control": book.control(found.control_id),
        "control_label": book.label(found.control_id),
        "steps": found.steps.select_related("person"),
        "step_form": step_form if may_work else None,
        "may_work": may_work,
        "may_close": found.state == State.DONE and may_confirm and not (own and others),
        "waits_for_others": others[:3] if own and found.state == State.DONE else [],
        "may_reopen": found.state in {State.DONE, State.CLOSED} and may_confirm,
        "today": timezone.localdate(),
        "owner": lists.owner_label(found),
        "stepper": _stepper(found),
        "may_add_evidence": working and request.user.has_perm("evidence.add", found),
    }
    status = 422 if step_form is not None and step_form.is_bound and step_form.errors else 200
    return render(request, "evidence/finding.html", context, status=status)


def _stepper(found: Finding) -> list[tuple[Any, str, str]]:
    states = list(State)
    place = states.index(State(found.state))
    return [
        (
            state.label,
            "",
            "done" if n < place or found.state == State.CLOSED else "current" if n == place else "todo",
        )
        for n, state in enumerate(states)
    ]


@who_may("evidence.read")
def plan(request: StaffRequest, pk: int) -> HttpResponse:
    """Owner, department and due date."""
    found = get_finding(request, pk)
    require(request, "evidence.work_finding", found)
    initial = {
        "owner": found.owner_id,
        "department": found.department_id,
        "due_on": found.due_on,
        "revision": found.revision,
    }
    data = request.POST if request.method == "POST" else None
    form = PlanForm(data, municipality=request.municipality, initial=initial)
    if data is not None and form.is_valid():
        given = form.cleaned_data
        try:
            actions.plan(
                request.user,
                found,
                owner=given["owner"],
                department=given["department"],
                due_on=given["due_on"],
                seen_revision=given["revision"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("保存しました。"))
            return redirect(found)
    context = {"finding": found, "form": form, "heading": _("担当と期限")}
    return render(request, "evidence/finding_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@who_may("evidence.read")
def add_step(request: StaffRequest, pk: int) -> HttpResponse:
    """One more step of the plan."""
    found = get_finding(request, pk)
    require(request, "evidence.work_finding", found)
    form = StepForm(request.POST, municipality=request.municipality, prefix="step")
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.save_step(
                request.user,
                found,
                step=None,
                what=given["what"],
                person=given["person"],
                due_on=given["due_on"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("手順を追加しました。"))
            return redirect(found)
    return page(request, found, form)


def get_step(request: StaffRequest, pk: int, step: int) -> tuple[Finding, PlanStep]:
    """A step of a finding that the person works on; else 404 or 403."""
    found = get_finding(request, pk)
    require(request, "evidence.work_finding", found)
    one: PlanStep = get_mine(
        request, PlanStep.objects.select_related("finding", "person"), pk=step, finding=found
    )
    return found, one


@who_may("evidence.read")
def step(request: StaffRequest, pk: int, step: int) -> HttpResponse:
    """Change a step, or take it out of the plan."""
    found, one = get_step(request, pk, step)
    initial = {"what": one.what, "person": one.person_id, "due_on": one.due_on, "revision": one.revision}
    data = request.POST if request.method == "POST" else None
    form = StepForm(data, municipality=request.municipality, initial=initial)
    if data is not None and "remove" in data:
        try:
            actions.remove_step(request.user, one)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("手順を削除しました。"))
        return redirect(found)
    if data is not None and form.is_valid():
        given = form.cleaned_data
        try:
            actions.save_step(
                request.user,
                found,
                step=one,
                what=given["what"],
                person=given["person"],
                due_on=given["due_on"],
                seen_revision=given["revision"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("保存しました。"))
            return redirect(found)
    context = {"finding": found, "form": form, "heading": _("手順を直す"), "removable": one.done_on is None}
    return render(request, "evidence/finding_form.html", context, status=422 if form.is_bound else 200)
