"""The guided form: use, data, axes, risk by risk, result."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_stubs_ext import StrOrPromise

from kijun.governance.inventory.models import AISystem, Training
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.governance.risks import actions, difference, facts, presentation, rule
from kijun.governance.risks.actions.completing import next_review, profile_of
from kijun.governance.risks.forms import AxesForm, DataForm, PartForm, RatingsForm, ResultForm, UseForm
from kijun.governance.risks.models import RiskAssessment
from kijun.web.forms import add_errors
from kijun.web.who_may import require, who_may

FORMS: dict[str, type[PartForm]] = {"use": UseForm, "data": DataForm, "axes": AxesForm}


def find(request: StaffRequest, pk: int, permission: str) -> RiskAssessment:
    """An assessment of this town with its system; 404 or 403."""
    rows = RiskAssessment.objects.select_related(
        "system", "municipality", "assessed_by", "overruled_by", "accepted_by"
    )
    found: RiskAssessment = get_mine(request, rows, pk=pk)
    require(request, permission, found)
    return found


@who_may("risks.assess")
@require_POST
def start(request: StaffRequest, system: int) -> HttpResponse:
    """Begin, or go on with what was begun."""
    thing: AISystem = get_mine(request, AISystem, pk=system)
    require(request, "risks.assess", thing)
    try:
        draft = actions.start(request.user, thing)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("inventory:system", system)
    if draft.revision == 0:  # just begun: also what was copied is looked through from the start
        return redirect("risks:part", draft.pk, facts.PARTS[0].slug)
    return redirect("risks:resume", draft.pk)


@who_may("risks.assess")
def resume(request: StaffRequest, pk: int) -> HttpResponse:
    """Continue where it was left."""
    draft = find(request, pk, "risks.assess")
    if not draft.is_draft:
        return redirect("risks:assessment", pk)
    return redirect(_address(draft, facts.PARTS[min(draft.step, 5) - 1]))


def _address(draft: RiskAssessment, part: facts.Part) -> str:
    if part.slug == "result":
        return reverse("risks:result", args=[draft.pk])
    if part.slug == "ratings":
        return reverse("risks:ratings", args=[draft.pk, _first_open(draft)])
    return reverse("risks:part", args=[draft.pk, part.slug])


def _first_open(draft: RiskAssessment) -> str:
    """The first principle with a risk that is not rated, else the first."""
    groups = facts.by_principle(draft)
    by_id = {one.risk_id: one for one in draft.ratings.all()}
    for principle, risks in groups:
        if any(not facts.is_rated(by_id.get(risk.id)) for risk in risks):
            return principle.id
    return groups[0][0].id


def stepper(draft: RiskAssessment, current: facts.Part) -> list[tuple[StrOrPromise, str, str]]:
    entries: list[tuple[StrOrPromise, str, str]] = []
    for part in facts.PARTS:
        state = "current" if part == current else "done" if part.number < draft.step else "todo"
        url = _address(draft, part) if part.number <= draft.step else ""
        entries.append((part.label, url, state))
    return entries


@who_may("risks.assess")
def part(request: StaffRequest, pk: int, slug: str) -> HttpResponse:
    """Parts 1 to 3."""
    draft = find(request, pk, "risks.assess")
    if slug not in FORMS:
        raise Http404
    if not draft.is_draft:
        return redirect("risks:assessment", pk)
    this, later = facts.BY_SLUG[slug], "later" in request.POST
    form = FORMS[slug](request.POST or None, assessment=draft, partial=later)
    status = 200
    if request.method == "POST":
        if form.is_valid() and _save(request, draft, slug, form):
            if later:
                return _left(request, draft)
            return redirect(_address(draft, facts.PARTS[this.number]))
        status = 422
    context = {
        "assessment": draft,
        "system": draft.system,
        "form": form,
        "part": this,
        "stepper": stepper(draft, this),
        "previous": _address(draft, facts.PARTS[this.number - 2]) if this.number > 1 else "",
        "told": _told(draft) if slug == "data" else [],
        "differs": slug == "data" and set(draft.data_kinds) != set(draft.system.data_kinds),
    }
    return render(request, "risks/part.html", context, status=status)


def _save(request: StaffRequest, draft: RiskAssessment, slug: str, form: PartForm) -> bool:
    try:
        actions.save_part(request.user, draft, slug, form.values(), form.cleaned_data["revision"])
    except ValidationError as error:
        add_errors(form, error)
        return False
    return True


def _left(request: StaffRequest, draft: RiskAssessment) -> HttpResponse:
    messages.success(request, _("下書きを保存しました。続きは、いつでもここから始められます。"))
    return redirect("inventory:section", draft.system_id, "risk")


def _told(draft: RiskAssessment) -> list[tuple[str, str]]:
    """What the rule reads from the inventory."""
    system, yes, no = draft.system, _("はい"), _("いいえ")
    return [
        (_("庁外のサービスを使う"), yes if system.external_service else no),
        (_("入力の学習利用"), str(Training(system.training).label)),
        (_("独自のデータで学習・追加学習をしている"), yes if system.learns else no),
        (_("結果が住民に直接届く"), yes if system.resident_facing else no),
        (_("人による確認"), system.human_check or _("なし")),
    ]


@who_may("risks.assess")
def ratings(request: StaffRequest, pk: int, principle: str) -> HttpResponse:
    """Part 4: the risks of one principle."""
    draft = find(request, pk, "risks.assess")
    if not draft.is_draft:
        return redirect("risks:assessment", pk)
    groups = facts.by_principle(draft)
    ids = [one.id for one, _risks in groups]
    if principle not in ids:
        raise Http404
    position, stored = ids.index(principle), {one.risk_id: one for one in draft.ratings.all()}
    later = "later" in request.POST
    form = RatingsForm(
        request.POST or None,
        assessment=draft,
        partial=later,
        risks=groups[position][1],
        ratings=stored,
    )
    status = 200
    if request.method == "POST":
        if form.is_valid() and _save(request, draft, "ratings", form):
            if later:
                return _left(request, draft)
            if position + 1 < len(ids):
                return redirect("risks:ratings", pk, ids[position + 1])
            _reach_result(request, draft)
            return redirect("risks:result", pk)
        status = 422
    this = facts.BY_SLUG["ratings"]
    context = {
        "assessment": draft,
        "system": draft.system,
        "form": form,
        "principle": groups[position][0],
        "principles": [
            (
                one,
                reverse("risks:ratings", args=[pk, one.id]),
                all(facts.is_rated(stored.get(risk.id)) for risk in risks),
                one.id == principle,
            )
            for one, risks in groups
        ],
        "stepper": stepper(draft, this),
        "previous": reverse("risks:ratings", args=[pk, ids[position - 1]])
        if position
        else reverse("risks:part", args=[pk, "axes"]),
        "last": position + 1 == len(ids),
        "scales": presentation.scales(),
        "first": position == 0,
        "set_aside": len(facts.catalog_of(draft).risks) - sum(len(risks) for _one, risks in groups),
    }
    return render(request, "risks/ratings.html", context, status=status)


def _reach_result(request: StaffRequest, draft: RiskAssessment) -> None:
    """Nothing to save: the stepper shows the result as the part to go on with."""
    if draft.step < len(facts.PARTS):
        actions.reach_result(request.user, draft)


@who_may("risks.assess")
def result(request: StaffRequest, pk: int) -> HttpResponse:
    """Part 5: the tier with its reasons, what follows from it, and the completion."""
    draft = find(request, pk, "risks.assess")
    if not draft.is_draft:
        return redirect("risks:assessment", pk)
    rated = list(draft.ratings.all())
    missing = facts.problems(draft, rated)
    computed = rule.tier(facts.rule_facts(draft, rated))
    form = ResultForm(
        request.POST or None,
        assessment=draft,
        computed=str(computed.tier),
        review=next_review(computed.tier, timezone.localdate()),
        may_lower=request.user.has_perm("risks.lower", draft),
    )
    status = 200
    if request.method == "POST":
        if form.is_valid() and _complete(request, draft, form):
            messages.success(request, _("リスク評価を完了しました。"))
            return redirect("risks:assessment", pk)
        status = 422
    old = difference.previous(draft)
    context = {
        **presentation.result_context(draft, str(computed.tier), profile_of(draft, computed.tier)),
        "form": form,
        "lines": presentation.explained(computed.steps),
        "missing": [(one, _mend(draft, one)) for one in missing],
        "stepper": stepper(draft, facts.BY_SLUG["result"]),
        "changes": difference.compare(old, draft, str(computed.tier)) if old else [],
        "old": old,
        "differs": set(draft.data_kinds) != set(draft.system.data_kinds),
    }
    return render(request, "risks/result.html", context, status=status)


def _mend(draft: RiskAssessment, problem: facts.Problem) -> str:
    if problem.principle:
        return reverse("risks:ratings", args=[draft.pk, problem.principle])
    return reverse("risks:part", args=[draft.pk, problem.part.slug])


def _complete(request: StaffRequest, draft: RiskAssessment, form: ResultForm) -> bool:
    data = form.cleaned_data
    try:
        actions.complete(
            request.user,
            draft,
            overruled_tier=data["overruled_tier"],
            overrule_reason=data["overrule_reason"],
            residual_note=data["residual_note"],
            next_review_on=data["next_review_on"],
            seen_revision=data["revision"],
        )
    except ValidationError as error:
        add_errors(form, error)
        return False
    return True


@who_may("risks.assess")
@require_POST
def discard(request: StaffRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    draft = find(request, pk, "risks.assess")
    try:
        actions.discard(request.user, draft)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("risks:assessment", pk)
    messages.success(request, _("下書きを削除しました。"))
    return redirect("inventory:section", draft.system_id, "risk")
