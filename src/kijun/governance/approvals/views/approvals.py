"""The list of approvals, one approval, and what can be done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kijun.governance.accounts.roles import Role
from kijun.governance.approvals import actions, drawing, eligibility, integrity
from kijun.governance.approvals.forms import RETURN, ActForm
from kijun.governance.approvals.models import Approval, Step
from kijun.governance.approvals.subjects import kinds, subject
from kijun.governance.approvals.turns import steps_of
from kijun.governance.approvals.turns import turn as turn_of
from kijun.governance.approvals.words import OUTCOME_TONES, STATE_TONES
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.excel import SheetColumn
from kijun.web.punctuation import listed
from kijun.web.tables import Column, Filter, Table
from kijun.web.who_may import require, who_may

NAMED = 3
"""How many of those who can decide a step are named."""
VIEWS = {
    "": gettext_lazy("決裁するもの"),
    "drafted": gettext_lazy("起案したもの"),
    "all": gettext_lazy("関わるものすべて"),
}


def _kind_label(row: Approval) -> str:
    return str(dict(kinds()).get(row.subject_kind, row.subject_kind))


def _waiting_for(row: Approval) -> str:
    """Who is next: read from the prefetched steps."""
    steps = eligibility.current_steps(row, row.steps.all())
    return listed(step.person or Role(step.role).label for step in steps)


TABLE = Table(
    name="approvals",
    caption=gettext_lazy("決裁の一覧"),
    columns=[
        Column(
            "title",
            gettext_lazy("件名"),
            lambda row: row.shown_title,
            ("title",),
            lambda row: row.get_absolute_url(),
        ),
        Column("kind", gettext_lazy("対象"), _kind_label, ("subject_kind",)),
        Column(
            "state",
            gettext_lazy("状態"),
            lambda row: row.get_state_display(),
            ("state",),
            tone=lambda row: STATE_TONES[row.state],
        ),
        Column("waiting", gettext_lazy("次に決める人"), _waiting_for),
        Column("department", gettext_lazy("部署"), lambda row: row.department or "", ("department__path",)),
        Column(
            "drafted_by",
            gettext_lazy("起案者"),
            lambda row: row.drafted_by.name,
            ("drafted_by__kana_sort",),
            kind="name",
        ),
        Column(
            "drafted_at",
            gettext_lazy("起案日時"),
            lambda row: row.drafted_at,
            ("drafted_at",),
            kind="datetime",
        ),
    ],
    search=("title", "title_en", "document_number", "drafted_by__name"),
    filters=[
        Filter(
            "state",
            gettext_lazy("状態"),
            lambda request: Approval.State.choices,
            lambda rows, value: rows.filter(state=value),
        ),
        Filter(
            "kind",
            gettext_lazy("対象"),
            lambda request: kinds(),
            lambda rows, value: rows.filter(subject_kind=value),
        ),
    ],
    default=("-drafted_at",),
    empty=gettext_lazy("あなたの決裁を待っている件はありません。"),
    sheet=[
        SheetColumn("title", gettext_lazy("件名"), width=40),
        SheetColumn("kind", gettext_lazy("対象")),
        SheetColumn("document_number", gettext_lazy("文書番号")),
        SheetColumn("state", gettext_lazy("状態")),
        SheetColumn("department", gettext_lazy("部署")),
        SheetColumn("drafted_by", gettext_lazy("起案者")),
        SheetColumn("drafted_at", gettext_lazy("起案日"), kind="date"),
        SheetColumn("decided_by", gettext_lazy("決裁者")),
        SheetColumn("decided_at", gettext_lazy("決裁日"), kind="date"),
    ],
    sheet_row=lambda row: {
        "title": row.shown_title,
        "kind": _kind_label(row),
        "document_number": row.document_number,
        "state": row.get_state_display(),
        "department": str(row.department or ""),
        "drafted_by": row.drafted_by.name,
        "drafted_at": row.drafted_at,
        "decided_by": row.decided_by.name if row.decided_by else "",
        "decided_at": row.decided_at,
    },
)


def _rows(request: StaffRequest, view: str) -> QuerySet[Approval]:
    rows = eligibility.visible(request.user)
    if view == "drafted":
        rows = rows.filter(drafted_by=request.user)
    elif view == "":
        rows = Approval.objects.filter(pk__in=eligibility.steps_for(request.user).values("approval"))
    steps = Prefetch("steps", Step.objects.select_related("person"))
    return rows.select_related("department", "drafted_by", "decided_by").prefetch_related(steps)


@who_may("approvals.read")
def approvals(request: StaffRequest, view: str = "") -> HttpResponse:
    """Three lists: what I decide, what I drafted, all that concerns me."""
    rows = _rows(request, view)
    if TABLE.wants_excel(request):
        return TABLE.as_excel(request, rows, _("決裁一覧") + ".xlsx")
    tabs = [(label, reverse(f"approvals:{key or 'list'}"), key == view) for key, label in VIEWS.items()]
    later = list(eligibility.steps_to_view(request.user)) if view == "" else []
    context = {"shown": TABLE.show(request, rows), "tabs": tabs, "later": later, "view": view}
    return render(request, "approvals/list.html", context)


def waiting_count(request: HttpRequest) -> int:
    """What waits for this person: own steps and 後閲."""
    user: Any = request.user
    return eligibility.steps_for(user).count() + eligibility.steps_to_view(user).count()


@who_may("approvals.read")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """The frozen copy, the steps, and the form for whom it is their turn."""
    return _page(request, _get(request, pk))


def _get(request: StaffRequest, pk: int) -> Approval:
    rows = Approval.objects.select_related("municipality", "department", "drafted_by", "decided_by")
    approval: Approval = get_mine(request, rows, pk=pk)
    require(request, "approvals.read", approval)
    return approval


def _page(request: StaffRequest, approval: Approval, form: ActForm | None = None) -> HttpResponse:
    steps = steps_of(approval)
    turn, modes = turn_of(request.user, approval, steps)
    if turn is not None and form is None:
        form = ActForm(modes=modes)
    template, url = _subject_parts(approval)
    current = eligibility.current_steps(approval, steps)
    able = {step.pk: [one.name for one in eligibility.able(step)[: NAMED + 1]] for step in current}
    context = {
        "approval": approval,
        "tone": STATE_TONES[Approval.State(approval.state)],
        "kind": _kind_label(approval),
        "steps": [
            (step, OUTCOME_TONES[Step.Outcome(step.outcome)], step in current, _names(able.get(step.pk, [])))
            for step in steps
        ],
        "stepper": [_stepper(approval, step, step in current) for step in steps],
        "turn": turn,
        "form": form if turn is not None else None,
        "hindrance": actions.hindrance(approval, request.user) if turn is not None else "",
        "nobody": [step for step in current if not able[step.pk]],
        "to_view": [step for step in steps if eligibility.may_view_later(request.user, step)],
        "may_withdraw": _may_withdraw(request, approval, steps),
        "intact": integrity.is_intact(approval),
        "frozen": approval.frozen,
        "frozen_template": template,
        "drawn": drawing.draw(approval.subject_kind, approval.frozen),
        "subject_url": url,
        "others": _others(approval),
    }
    status = 422 if form is not None and form.is_bound and form.errors else 200
    return render(request, "approvals/detail.html", context, status=status)


def _names(names: list[str]) -> str:
    """The first few; three dots where there are more."""
    return listed(names[:NAMED]) + ("…" if len(names) > NAMED else "")


def _stepper(approval: Approval, step: Step, current: bool) -> tuple[str, str, str]:
    label = f"{step.get_kind_display()} {step.acted_by or step.person or Role(step.role).label}"
    done = step.outcome not in {Step.Outcome.WAITING, Step.Outcome.SKIPPED}
    return label, "", "done" if done else "current" if current else "todo"


def _others(approval: Approval) -> list[Approval]:
    rows = Approval.objects.filter(
        municipality=approval.municipality,
        subject_kind=approval.subject_kind,
        subject_id=approval.subject_id,
    )
    return list(rows.exclude(pk=approval.pk).order_by("-drafted_at")[:10])


def _subject_parts(approval: Approval) -> tuple[str, str]:
    """The template that draws the copy and the page of the subject; "" when the subject is gone."""
    try:
        kind = subject(approval.subject_kind)
        return kind.template, kind.url(kind.load(approval.municipality_id, approval.subject_id))
    except KeyError:
        return "approvals/frozen.html", ""
    except ObjectDoesNotExist:
        return kind.template, ""


def _may_withdraw(request: StaffRequest, approval: Approval, steps: list[Step]) -> bool:
    return (
        approval.state == Approval.State.SUBMITTED
        and approval.drafted_by_id == request.user.pk
        and all(step.outcome == Step.Outcome.WAITING for step in steps)
    )


@require_POST
@who_may("approvals.read")
def act(request: StaffRequest, pk: int) -> HttpResponse:
    """Decide a step: first the confirmation page, then the act itself."""
    approval = _get(request, pk)
    steps = steps_of(approval)
    step, modes = turn_of(request.user, approval, steps)
    if step is None or str(step.pk) != request.POST.get("step"):
        return _too_late(request, approval, steps)
    form = ActForm(request.POST, modes=modes)
    if not form.is_valid() or "back" in request.POST:
        return _page(request, approval, form)
    data = form.cleaned_data
    if "confirmed" not in request.POST:
        if data["decision"] != RETURN and (said := actions.hindrance(approval, request.user)):
            form.add_error(None, said)
            return _page(request, approval, form)
        context = {
            "approval": approval,
            "step": step,
            "form": form,
            "data": data,
            "returns": data["decision"] == RETURN,
            "mode_label": dict(modes).get(data["mode"], ""),
            "ends": data["decision"] != RETURN and (data["mode"] == Step.Mode.ALONE or _is_last(step, steps)),
        }
        return render(request, "approvals/confirm.html", context)
    try:
        _decide(request, step, data)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(approval)
    return redirect(approval)


def _too_late(request: StaffRequest, approval: Approval, steps: list[Step]) -> HttpResponse:
    """Somebody was first, or the person lost the role meanwhile: say which, and give back what was typed."""
    asked = next((one for one in steps if str(one.pk) == request.POST.get("step")), None)
    decided = asked is not None and asked.outcome != Step.Outcome.WAITING
    if asked is not None and (decided or approval.state != Approval.State.SUBMITTED):
        said = actions.already_decided(approval, asked)
    else:
        said = _("今、あなたが決められる手順はありません。保存していません。")
    if typed := request.POST.get("comment", "").strip():
        said += " " + _("入力したコメント：「%(comment)s」") % {"comment": typed[:1000]}
    messages.error(request, said)
    return redirect(approval)


def _is_last(step: Step, steps: list[Step]) -> bool:
    return all(one.pk == step.pk or one.outcome != Step.Outcome.WAITING for one in steps)


def _decide(request: StaffRequest, step: Step, data: dict[str, Any]) -> None:
    deputy = data["mode"] == Step.Mode.DEPUTY
    if data["decision"] == RETURN:
        actions.return_(request.user, step, comment=data["comment"], deputy=deputy)
        messages.success(request, _("差し戻しました。"))
        return
    alone = data["mode"] == Step.Mode.ALONE
    approval = actions.approve(request.user, step, comment=data["comment"], deputy=deputy, alone=alone)
    ended = approval.state == Approval.State.APPROVED
    messages.success(request, _("決裁しました。") if ended else _("承認しました。次の手順に進みます。"))


@who_may("approvals.read")
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """引戻し, with its confirmation page."""
    approval = _get(request, pk)
    if approval.drafted_by_id != request.user.pk:
        raise PermissionDenied
    if request.method == "POST":
        try:
            actions.withdraw(request.user, approval, comment=request.POST.get("comment", "")[:1000])
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("引き戻しました。直してから、もう一度提出できます。"))
        return redirect(approval)
    return render(request, "approvals/withdraw.html", {"approval": approval})


@require_POST
@who_may("approvals.read")
def view_later(request: StaffRequest, pk: int, step: int) -> HttpResponse:
    """後閲: I have read what a deputy decided for me."""
    approval = _get(request, pk)
    found = get_mine(request, approval.steps.select_related("approval"), pk=step)
    actions.view_later(request.user, found)
    messages.success(request, _("後閲しました。"))
    return redirect(approval)
