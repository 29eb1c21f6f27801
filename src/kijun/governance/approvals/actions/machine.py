"""起案, 審査・合議, 決裁, 専決, 代決, 後閲, 差戻し, 引戻し.

Each action locks the approval's row and takes its step with a conditional update, so that of two people who press
at once one decides and the other is told who was first.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.approvals import eligibility, integrity, routes
from kijun.governance.approvals.actions.routes import ensure_default_route
from kijun.governance.approvals.models import Approval, Step
from kijun.governance.approvals.subjects import Subject, subject
from kijun.governance.audit.actions import record


@transaction.atomic
def submit(
    actor: Person,
    subject_kind: str,
    row: Model,
    *,
    title: str,
    title_en: str = "",
    comment: str = "",
    document_number: str = "",
) -> Approval:
    """起案: freeze ``row`` and send it on its route. The route is that of the subject's department, else the drafter's.

    Raises PermissionDenied, and ValidationError when it is on its way already or a step has nobody to act on it.
    """
    kind = subject(subject_kind)
    if row.municipality_id != actor.municipality_id or not kind.may_submit(actor, row):  # type: ignore[attr-defined]  # subjects are tenants
        raise PermissionDenied
    municipality = actor.municipality
    department = kind.department(row) or actor.department
    route = routes.route_for(municipality, subject_kind, department) or ensure_default_route(municipality)
    steps = list(route.steps.select_related("person"))
    routes.check_people(municipality, steps, department, actor)
    frozen = json.loads(json.dumps(kind.freeze(row), cls=DjangoJSONEncoder, ensure_ascii=False))
    approval = Approval(
        municipality=municipality,
        subject_kind=subject_kind,
        subject_id=str(row.pk),
        title=title[:200],
        title_en=title_en[:200],
        department=department,
        frozen=frozen,
        digest=integrity.digest(frozen),
        comment=comment,
        document_number=document_number,
        drafted_by=actor,
    )
    try:
        with transaction.atomic():
            approval.save(force_insert=True)
    except IntegrityError as error:
        raise ValidationError(
            _("この件はすでに提出されています。決裁の一覧で状態を確認してください。"), code="open"
        ) from error
    Step.objects.bulk_create(
        Step(
            municipality=municipality,
            approval=approval,
            order=step.order,
            kind=step.kind,
            role=step.role,
            person=step.person,
            may_decide_alone=step.may_decide_alone,
        )
        for step in steps
    )
    detail = {"subject": row, "digest": approval.digest, "route": str(route)}
    record(municipality.chain, actor, "approvals.submitted", approval, detail)
    return approval


@transaction.atomic
def approve(
    actor: Person, step: Step, *, comment: str = "", deputy: bool = False, alone: bool = False
) -> Approval:
    """Approve a step: 審査・合議・決裁. ``deputy``: 代決 for somebody absent. ``alone``: 専決, later steps are skipped.

    The last step decides: the approval is approved and the subject's ``approved`` runs in the same transaction.
    """
    approval, step = _take(actor, step, deputy=deputy)
    if alone and not step.may_decide_alone:
        raise ValidationError(_("この手順では専決できません。"), code="alone")
    if not integrity.is_intact(approval):
        raise ValidationError(
            _(
                "提出されたあとに写しの内容が変わっています。承認できません。差し戻して、起案し直してもらってください。"
            ),
            code="tampered",
        )
    if said := hindrance(approval, actor):
        raise ValidationError(said, code="hindered")
    mode = Step.Mode.DEPUTY if deputy else Step.Mode.ALONE if alone else Step.Mode.NORMAL
    _settle(actor, step, Step.Outcome.APPROVED, comment, mode)
    rest = approval.steps.filter(outcome=Step.Outcome.WAITING)
    if alone:
        rest.update(outcome=Step.Outcome.SKIPPED)
    detail = {
        "order": step.order,
        "kind": step.kind,
        "digest": approval.digest,
    } | _how(mode)
    record(approval.municipality.chain, actor, "approvals.step_approved", approval, detail)
    if not rest.exists():
        _end(approval, Approval.State.APPROVED, actor)
        _effect(approval, actor, lambda kind: kind.approved, must_exist=True)
        record(
            approval.municipality.chain, actor, "approvals.approved", approval, {"digest": approval.digest}
        )
    return approval


@transaction.atomic
def return_(actor: Person, step: Step, *, comment: str, deputy: bool = False) -> Approval:
    """差戻し: back to the drafter, with a reason."""
    if not comment.strip():
        raise ValidationError({"comment": _("差し戻す理由を入力してください。起案者に伝わります。")})
    approval, step = _take(actor, step, deputy=deputy)
    mode = Step.Mode.DEPUTY if deputy else Step.Mode.NORMAL
    _settle(actor, step, Step.Outcome.RETURNED, comment, mode)
    _end(approval, Approval.State.RETURNED, actor)
    _effect(approval, actor, lambda kind: kind.returned)
    detail = {"order": step.order, "kind": step.kind, "comment": comment} | _how(mode)
    record(approval.municipality.chain, actor, "approvals.returned", approval, detail)
    return approval


@transaction.atomic
def withdraw(actor: Person, approval: Approval, *, comment: str = "") -> Approval:
    """引戻し: the drafter takes it back while nobody has decided anything."""
    approval = _lock(approval)
    if approval.drafted_by_id != actor.pk:
        raise PermissionDenied
    if approval.state != Approval.State.SUBMITTED:
        raise ValidationError(_already_ended(approval), code="ended")
    if approval.steps.exclude(outcome=Step.Outcome.WAITING).exists():
        raise ValidationError(
            _("審査が始まっているため、引き戻せません。審査する人に差戻しを依頼してください。"), code="begun"
        )
    _end(approval, Approval.State.WITHDRAWN, None)
    _effect(approval, actor, lambda kind: kind.withdrawn)
    record(approval.municipality.chain, actor, "approvals.withdrawn", approval, {"comment": comment})
    return approval


@transaction.atomic
def view_later(actor: Person, step: Step) -> Step:
    """後閲: the person for whom a deputy decided has read the decision."""
    approval = _lock(step.approval)
    step = Step.objects.select_related("person").get(pk=step.pk, approval=approval)
    step.approval = approval
    if step.viewed_later_at is not None:
        return step
    if actor.municipality_id != approval.municipality_id or not eligibility.may_view_later(actor, step):
        raise PermissionDenied
    step.viewed_later_by, step.viewed_later_at = actor, timezone.now()
    step.save(update_fields=["viewed_later_by", "viewed_later_at"])
    record(approval.municipality.chain, actor, "approvals.viewed_later", approval, {"order": step.order})
    return step


def _how(mode: str) -> dict[str, str]:
    """専決 and 代決 as the trail tells them; of an ordinary decision nothing need be said."""
    return {"mode": mode} if mode else {}


def _lock(approval: Approval) -> Approval:
    rows = Approval.objects.select_for_update(of=("self",), no_key=True)
    found: Approval = rows.select_related("municipality", "department", "drafted_by").get(pk=approval.pk)
    return found


def _take(actor: Person, step: Step, *, deputy: bool) -> tuple[Approval, Step]:
    """The locked approval and its step as they are now, once the actor is known to be allowed to act on it."""
    approval = _lock(step.approval)
    step = approval.steps.select_related("person", "acted_by").get(pk=step.pk)
    step.approval = approval
    if actor.municipality_id != approval.municipality_id or not actor.is_active:
        raise PermissionDenied
    if actor.pk == approval.drafted_by_id:
        raise ValidationError(_("自分が起案した件は、自分では決裁できません。"), code="four_eyes")
    if deputy:
        if not (eligibility.may_stand_in(actor, step) and eligibility.absent_for(actor, step)):
            raise PermissionDenied
    elif not eligibility.owns(actor, step):
        raise PermissionDenied
    if step.outcome != Step.Outcome.WAITING or approval.state != Approval.State.SUBMITTED:
        raise ValidationError(already_decided(approval, step), code="decided")
    if step not in eligibility.current_steps(approval, approval.steps.all()):
        raise ValidationError(_("前の手順がまだ終わっていません。"), code="not_yet")
    return approval, step


def _settle(actor: Person, step: Step, outcome: Step.Outcome, comment: str, mode: str) -> None:
    taken = Step.objects.filter(pk=step.pk, outcome=Step.Outcome.WAITING).update(
        outcome=outcome, comment=comment, mode=mode, acted_by=actor, acted_at=timezone.now()
    )
    if not taken:
        step.refresh_from_db()
        raise ValidationError(already_decided(step.approval, step), code="decided")


def _end(approval: Approval, state: Approval.State, decided_by: Person | None) -> None:
    approval.claim(None)
    approval.state = state
    if decided_by is not None:
        approval.decided_by, approval.decided_at = decided_by, timezone.now()
    approval.save(update_fields=["state", "decided_by", "decided_at"])


Effect = Callable[[Any, Approval, Person], None]


def _effect(
    approval: Approval, actor: Person, pick: Callable[[Subject], Effect], *, must_exist: bool = False
) -> None:
    """Tell the subject's app. What is gone can still be returned or withdrawn, but not approved."""
    try:
        kind = subject(approval.subject_kind)
        row = kind.load(approval.municipality_id, approval.subject_id)
    except (ObjectDoesNotExist, KeyError) as error:
        if must_exist:
            raise ValidationError(
                _("承認の対象がなくなっています。差し戻すか、起案者に確認してください。"), code="gone"
            ) from error
        return
    pick(kind)(row, approval, actor)


def hindrance(approval: Approval, person: Person) -> str:
    """What this person has to do before they may approve a step, in their language; empty where there is nothing."""
    said: list[str] = []
    _effect(approval, person, lambda kind: lambda row, *rest: said.append(str(kind.hinders(row, *rest))))
    return "".join(said)


def already_decided(approval: Approval, step: Step) -> str:
    """Who decided the step and when, or how the approval ended: for somebody who comes too late."""
    if step.acted_by is not None and step.acted_at is not None:
        return _("%(name)sさんが %(at)s に「%(outcome)s」としています。あなたの操作は保存していません。") % {
            "name": step.acted_by.name,
            "at": f"{timezone.localtime(step.acted_at):%Y/%m/%d %H:%M}",
            "outcome": step.get_outcome_display(),
        }
    return _already_ended(approval)


def _already_ended(approval: Approval) -> str:
    return _("この件はすでに「%(state)s」です。あなたの操作は保存していません。") % {
        "state": approval.get_state_display()
    }
