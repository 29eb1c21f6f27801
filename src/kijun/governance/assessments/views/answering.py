"""An assessment, one principle of it, one control of it; and saving an answer."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kijun.catalog import Control
from kijun.governance.approvals.models import Step
from kijun.governance.assessments import actions, catalogue, proving, queries
from kijun.governance.assessments.actions.upgrading import is_behind
from kijun.governance.assessments.forms import AnswerForm, AskForm
from kijun.governance.assessments.models import Answer, AskedRole, Assessment
from kijun.governance.assessments.tallies import Tally
from kijun.governance.assessments.tiering import plan_tier
from kijun.governance.assessments.views.common import SHOW, Card, Desk, find, page, topic_name
from kijun.governance.inventory.models import Stage
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.versions import Stale
from kijun.web.who_may import require, who_may


@dataclass(frozen=True, slots=True)
class Section:
    """One principle in the list of an assessment."""

    id: str
    name: str
    tally: Tally
    shown: int
    current: bool


@dataclass(frozen=True, slots=True)
class Inherited:
    """A control that the organisation answers, as a system's page shows it."""

    control: Control
    answer: Answer | None


def _narrowing(request: StaffRequest) -> tuple[str, str]:
    show, role = request.GET.get("show", ""), request.GET.get("role", "")
    return (show if show in SHOW else ""), (role if role in AskedRole.values else "")


def _query(show: str, role: str, **more: str) -> str:
    words = {key: value for key, value in {"show": show, "role": role, **more}.items() if value}
    return "?" + urlencode(words) if words else ""


def _principles(desk: Desk) -> list[str]:
    """Those with something to answer here, and those that the organisation answers for the system."""
    inherited = {one.principle for one in catalogue.inherited_controls(desk.catalog, desk.assessment)}
    ids = {*desk.results.principles, *inherited}
    return sorted(ids, key=lambda id: catalogue.order("", id))


def _sections(desk: Desk, show: str, role: str, here: str = "") -> list[Section]:
    return [
        Section(
            one,
            desk.name(one),
            desk.results.principle(one),
            sum(desk.wanted(answer, show, role) for answer in desk.answers if answer.principle == one),
            one == here,
        )
        for one in _principles(desk)
    ]


@who_may("assessments.view")
def assessment(request: StaffRequest, pk: int) -> HttpResponse:
    """How far it is, and where to go on."""
    found = find(request, pk)
    desk = Desk.of(request, found)
    show, role = _narrowing(request)
    work = queries.works(desk.assignments)
    for one in work:
        one.assignment.assessment = found
    context = page(
        request,
        desk,
        sections=_sections(desk, show, role),
        show=show,
        role=role,
        narrowing=_query(show, role),
        roles=[(one.value, one.label) for one in AskedRole if one in desk.results.roles],
        work=work,
        mine_left=desk.mine_left(),
        next_open=desk.next_open(),
        inherited=len(catalogue.inherited_controls(desk.catalog, found)),
        behind=found.is_open and is_behind(found),
        tier_plan=plan_tier(found),
        returned=_returned(found),
        retired=found.system is not None and found.system.stage == Stage.RETIRED,
        today=timezone.localdate(),
    )
    return render(request, "assessments/assessment.html", context)


def _returned(found: Assessment) -> Step | None:
    """The step that sent it back, with its reason."""
    if found.state != Assessment.State.CHANGES_REQUESTED or found.approval_id is None:
        return None
    steps = Step.objects.filter(approval=found.approval_id, outcome=Step.Outcome.RETURNED)
    return steps.select_related("acted_by").first()


def _answers(desk: Desk, principle: str, show: str, role: str, keep: str = "") -> list[Answer]:
    """The answers that a principle's page lists; ``keep`` stays although the filter would hide it."""
    return [
        one
        for one in desk.answers
        if one.principle == principle and (one.control_id == keep or desk.wanted(one, show, role))
    ]


def _by_topic(desk: Desk, cards: list[Card]) -> list[tuple[str, list[Card]]]:
    topics: dict[str, list[Card]] = {}
    for card in cards:
        topics.setdefault(card.control.topic, []).append(card)
    return [(topic_name(desk.catalog, id), some) for id, some in topics.items()]


def _inherited(found: Assessment, desk: Desk, principle: str) -> tuple[Assessment | None, list[Inherited]]:
    controls = [
        one for one in catalogue.inherited_controls(desk.catalog, found) if one.principle == principle
    ]
    if not controls:
        return None, []
    source, answers = queries.inherited_answers(found)
    return source, [Inherited(one, answers.get(one.id)) for one in controls]


def _draw_principle(
    request: StaffRequest,
    found: Assessment,
    principle: str,
    bound: AnswerForm | None = None,
    *,
    stale: bool = False,
) -> HttpResponse:
    desk = Desk.of(request, found)
    if principle not in _principles(desk):
        raise Http404
    show, role = _narrowing(request)
    saved = request.GET.get("saved", "")
    keep = bound.answer.control_id if bound else saved
    cards = desk.cards(_answers(desk, principle, show, role, keep))
    for card in cards:
        card.saved = card.control.id == saved
        if bound is not None and card.answer.pk == bound.answer.pk:
            card.form, card.stale = bound, stale
            bound.renew(card.answer)
    source, inherited = _inherited(found, desk, principle)
    sections = _sections(desk, show, role, principle)
    place = [one.id for one in sections].index(principle)
    context = page(
        request,
        desk,
        principle=principle,
        title=desk.name(principle),
        section=sections[place],
        sections=sections,
        before=sections[place - 1] if place else None,
        after=sections[place + 1] if place + 1 < len(sections) else None,
        topics=_by_topic(desk, cards),
        cards=len(cards),
        bound=bound,
        inherited=inherited,
        source=source if source and request.user.has_perm("assessments.view", source) else None,
        next_open=desk.next_open(),
        show=show,
        role=role,
        narrowing=_query(show, role),
        roles=[(one.value, one.label) for one in AskedRole if one in desk.results.roles],
    )
    return render(request, "assessments/principle.html", context, status=422 if bound else 200)


@who_may("assessments.view")
def principle(request: StaffRequest, pk: int, principle: str) -> HttpResponse:
    """The controls of one principle, each with its own form."""
    return _draw_principle(request, find(request, pk), principle)


def _answer(request: StaffRequest, assessment: Assessment, control_id: str) -> Answer:
    rows = Answer.objects.select_related("department", "answered_by")
    answer: Answer = get_mine(request, rows, assessment=assessment, control_id=control_id)
    answer.assessment = assessment
    return answer


@require_POST
@who_may("assessments.answer")
def save_answer(request: StaffRequest, pk: int, control_id: str) -> HttpResponse:
    """Save one control's answer and come back to its place; a mistake keeps all that was typed."""
    found = find(request, pk)
    answer = _answer(request, found, control_id)
    require(request, "assessments.view", found)
    if found.is_open:
        require(request, "assessments.answer", answer)
    form = AnswerForm(answer, request.POST, proven=proving.is_proven(found, control_id))
    stale = False
    if form.is_valid():
        try:
            actions.answer(
                request.user,
                answer,
                status=form.cleaned_data["status"],
                reason=form.cleaned_data["reason"],
                planned_on=form.cleaned_data["planned_on"],
                attestation=form.cleaned_data.get("attestation", ""),
                seen_revision=form.cleaned_data["revision"] or 0,
            )
        except ValidationError as error:
            stale = isinstance(error, Stale)
            form.add_error(None, error)
        else:
            return _after_saving(request, found, answer)
    if request.POST.get("page") == "control":
        return _draw_control(request, found, answer, form, stale=stale)
    return _draw_principle(request, found, answer.principle, form, stale=stale)


def _after_saving(request: StaffRequest, found: Assessment, answer: Answer) -> HttpResponse:
    show, role = _narrowing(request)
    if "next" in request.POST:
        desk = Desk.of(request, found)
        following = desk.next_open(answer.control_id, role) or desk.next_open(answer.control_id)
        if following is None:
            messages.success(request, _("保存しました。あなたが答える対策は、これで全部です。"))
            return redirect("assessments:assessment", pk=found.pk)
        url = reverse("assessments:principle", args=[found.pk, following.principle])
        if not desk.wanted(following, show, role):  # the filter would hide it
            show, role = "", ""
        messages.success(request, _("%(id)sを保存しました。") % {"id": answer.control_id})
        return redirect(url + _query(show, role) + f"#c-{following.control_id}")
    if request.POST.get("page") == "control":
        messages.success(request, _("保存しました。"))
        return redirect("assessments:control", pk=found.pk, control_id=answer.control_id)
    url = reverse("assessments:principle", args=[found.pk, answer.principle])
    return redirect(url + _query(show, role, saved=answer.control_id) + f"#c-{answer.control_id}")


@who_may("assessments.view")
def control(request: StaffRequest, pk: int, control_id: str) -> HttpResponse:
    """One control with everything about it."""
    found = find(request, pk)
    return _draw_control(request, found, _answer(request, found, control_id))


def _draw_control(
    request: StaffRequest,
    found: Assessment,
    answer: Answer,
    bound: AnswerForm | None = None,
    *,
    stale: bool = False,
) -> HttpResponse:
    desk = Desk.of(request, found)
    card = next(one for one in desk.cards([one for one in desk.answers if one.pk == answer.pk]))
    if bound is not None:
        card.form, card.stale = bound, stale
        bound.renew(card.answer)
    departments = [one.department for one in desk.assignments if one.role == answer.role]
    may_ask = found.is_open and request.user.has_perm("assessments.manage", found)
    earlier = queries.settled(request.municipality).filter(
        scope_kind=found.scope_kind, system=found.system_id
    )
    context = page(
        request,
        desk,
        card=card,
        bound=bound,
        principle=answer.principle,
        title=desk.name(answer.principle),
        edges=catalogue_edges(desk, answer.control_id),
        earlier=_earlier(earlier.exclude(pk=found.pk).defer(None)[:5], answer.control_id),
        ask=AskForm(answer, departments) if may_ask and len(departments) > 1 else None,
        next_open=desk.next_open(answer.control_id),
        narrowing="",
    )
    return render(request, "assessments/control.html", context, status=422 if bound else 200)


def catalogue_edges(desk: Desk, control_id: str) -> list[tuple[object, object, object]]:
    """(framework, item, edge) of the control's lines in the crosswalk."""
    found: list[tuple[object, object, object]] = []
    for edge in desk.catalog.edges_of(control_id):
        framework = desk.catalog.framework(edge.framework)
        found.append((framework, framework.item(edge.item), edge))
    return found


def _earlier(rows: object, control_id: str) -> list[dict[str, object]]:
    """What was approved for this control in earlier cycles, from the frozen copies."""
    found = []
    for one in rows:  # type: ignore[attr-defined]  # a sliced queryset
        kept = next((c for c in (one.frozen or {}).get("controls", []) if c["id"] == control_id), None)
        if kept is not None:
            found.append({"assessment": one, "cycle": one.cycle.name, **kept})
    return found


@require_POST
@who_may("assessments.manage")
def ask_department(request: StaffRequest, pk: int, control_id: str) -> HttpResponse:
    """Ask one department alone for this control."""
    found = find(request, pk)
    answer = _answer(request, found, control_id)
    require(request, "assessments.manage", found)
    rows = found.assignments.filter(role=answer.role).select_related("department")
    form = AskForm(answer, [one.department for one in rows], request.POST)
    if form.is_valid():
        try:
            actions.ask_department(
                request.user,
                answer,
                form.cleaned_data["department"],
                seen_revision=form.cleaned_data["revision"],
            )
            messages.success(request, _("答える部署を変更しました。"))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    else:
        messages.error(request, _("部署を選び直してください。"))
    return redirect("assessments:control", pk=found.pk, control_id=control_id)
