"""Findings: raised once, planned, done, confirmed by somebody else, reopened where it was not enough."""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max, Model
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import changes, record
from kijun.governance.audit.refs import SYSTEM, Ref
from kijun.governance.evidence import confirmers, deadlines
from kijun.governance.evidence.models import Finding, Item
from kijun.governance.organisation.models import Department, Municipality
from kijun.web.punctuation import listed

State, Cause = Finding.State, Finding.Cause


@transaction.atomic
def raise_finding(
    actor: Person | Ref | None,
    municipality: Municipality,
    *,
    control_id: str,
    scope_kind: str,
    scope_id: int,
    title: str,
    title_en: str = "",
    description: str = "",
    cause: str,
    owner: Person | None,
    department: Department | None,
    due_on: datetime.date | None = None,
    item: Item | None = None,
    source: Model | None = None,
    lapsed_at: datetime.datetime | None = None,
) -> Finding:
    """Raise a finding, or give the open one of the same control, scope and cause (findings by hand are always new).

    ``actor`` None is a job. ``due_on`` None: the default in opening days. ``source`` is what raised it when it was no
    item. A person who raises one by hand needs the permission; for other causes the calling action has checked.
    """
    if isinstance(actor, Person):
        _may_raise(actor, municipality, cause, scope_kind, scope_id)
    if cause != Cause.MANUAL:
        known = open_finding(municipality, control_id, scope_kind, scope_id, cause)
        if known is not None:
            return known
    finding = Finding(
        municipality=municipality,
        control_id=control_id,
        scope_kind=scope_kind,
        scope_id=scope_id,
        title=title[:200],
        title_en=title_en[:200],
        description=description,
        cause=cause,
        owner=owner,
        department=department or (owner.department if owner else None),
        due_on=due_on or deadlines.due(municipality, control_id, scope_kind, scope_id),
        item=item,
        source_kind=source._meta.label_lower if source is not None else "",
        source_id=str(source.pk) if source is not None else "",
        lapsed_at=lapsed_at,
        raised_by=actor if isinstance(actor, Person) else None,
    )
    won = _insert(finding)
    if won is finding:
        detail = {
            "control": control_id,
            "scope": f"{scope_kind}-{scope_id}",
            "cause": cause,
            "owner": owner or "",
            "due_on": finding.due_on.isoformat(),
        }
        record(municipality.chain, actor or SYSTEM, "evidence.finding_raised", finding, detail)
    return won


def _may_raise(actor: Person, municipality: Municipality, cause: str, kind: str, id: int) -> None:
    if actor.municipality_id != municipality.pk:
        raise PermissionDenied
    if cause == Cause.MANUAL:
        thing = Finding(municipality=municipality, scope_kind=kind, scope_id=id)
        if not actor.has_perm("evidence.raise_finding", thing):
            raise PermissionDenied


def open_finding(
    municipality: Municipality, control_id: str, scope_kind: str, scope_id: int, cause: str
) -> Finding | None:
    """The finding of this control, scope and cause that is not closed."""
    rows = Finding.objects.filter(
        municipality=municipality,
        control_id=control_id,
        scope_kind=scope_kind,
        scope_id=scope_id,
        cause=cause,
    )
    found: Finding | None = rows.exclude(state=State.CLOSED).first()
    return found


def _insert(finding: Finding) -> Finding:
    """Save under the next number. Who loses the race for the same finding gets the winner's."""
    town = finding.municipality
    Municipality.objects.select_for_update(no_key=True).get(pk=town.pk)
    for _attempt in range(5):
        last = Finding.objects.filter(municipality=town).aggregate(last=Max("number"))["last"]
        finding.number = (last or 0) + 1
        try:
            with transaction.atomic():
                finding.save(force_insert=True)
        except IntegrityError:
            finding.pk = None
            other = open_finding(
                town, finding.control_id, finding.scope_kind, finding.scope_id, finding.cause
            )
            if other is not None and finding.cause != Cause.MANUAL:
                return other
        else:
            return finding
    raise ValidationError(_("混み合っています。少し待ってから、もう一度操作してください。"))


def lock(finding: Finding) -> Finding:
    """The finding as it is now, locked until the transaction ends."""
    rows = Finding.objects.select_for_update(of=("self",), no_key=True)
    found: Finding = rows.select_related("municipality", "owner", "department").get(pk=finding.pk)
    return found


def allow(actor: Person, permission: str, finding: Finding) -> None:
    if not actor.has_perm(permission, finding):
        raise PermissionDenied


def expect(finding: Finding, *states: str) -> None:
    """Raise ValidationError unless the finding is in one of the states."""
    if finding.state not in states:
        raise ValidationError(
            _("今の状態は「%(state)s」のため、この操作はできません。画面を開き直してください。")
            % {"state": finding.get_state_display()},
            code="state",
        )


@transaction.atomic
def plan(
    actor: Person,
    finding: Finding,
    *,
    owner: Person | None,
    department: Department | None,
    due_on: datetime.date,
    seen_revision: int | None = None,
) -> Finding:
    """Who mends it until when. With a step in its plan an open finding counts as planned (see ``steps.save_step``)."""
    finding = lock(finding)
    allow(actor, "evidence.work_finding", finding)
    expect(finding, State.OPEN, State.PLANNED)
    for person in (owner, department):
        if person is not None and person.municipality_id != finding.municipality_id:
            raise PermissionDenied
    finding.claim(seen_revision)
    before = _plan_of(finding)
    finding.owner, finding.department, finding.due_on = owner, department, due_on
    finding.save(update_fields=["owner", "department", "due_on"])
    detail = changes(before, _plan_of(finding))
    record(finding.municipality.chain, actor, "evidence.finding_planned", finding, detail)
    return finding


def _plan_of(finding: Finding) -> dict[str, object]:
    return {
        "owner": finding.owner or "",
        "department": finding.department or "",
        "due_on": finding.due_on,
    }


@transaction.atomic
def advance(actor: Person | Ref, finding: Finding, *, note: str, seen_revision: int | None = None) -> Finding:
    """実施済にする: what was to be done is done and waits for a confirmation. A job passes SYSTEM as the actor."""
    finding = lock(finding)
    if isinstance(actor, Person):
        allow(actor, "evidence.work_finding", finding)
    expect(finding, State.OPEN, State.PLANNED)
    if not note.strip():
        raise ValidationError({"note": _("実施した内容を入力してください。")})
    finding.claim(seen_revision)
    finding.state, finding.done_at, finding.done_note = State.DONE, timezone.now(), note.strip()
    finding.done_by = actor if isinstance(actor, Person) else None
    finding.save(update_fields=["state", "done_at", "done_note", "done_by"])
    record(finding.municipality.chain, actor, "evidence.finding_done", finding, {"note": note.strip()})
    return finding


@transaction.atomic
def close_finding(actor: Person, finding: Finding, *, note: str, seen_revision: int | None = None) -> Finding:
    """完了にする: somebody other than the doer confirms. Only where nobody else may, the doer does, and the trail says so."""
    finding = lock(finding)
    allow(actor, "evidence.close_finding", finding)
    expect(finding, State.DONE)
    alone = finding.done_by_id == actor.pk
    if alone and confirmers.others(finding, actor):
        raise ValidationError(
            _("自分が実施したものは、ほかの人が確認します。%(names)sさんに依頼してください。")
            % {"names": listed(one.name for one in confirmers.others(finding, actor)[:3])},
            code="four_eyes",
        )
    if not note.strip():
        raise ValidationError({"note": _("確認した結果を入力してください。")})
    finding.claim(seen_revision)
    finding.state, finding.closed_at, finding.closed_by = State.CLOSED, timezone.now(), actor
    finding.closing_note = note.strip()
    finding.save(update_fields=["state", "closed_at", "closed_by", "closing_note"])
    detail = {"note": note.strip(), "confirmed_by_doer": alone}
    record(finding.municipality.chain, actor, "evidence.finding_closed", finding, detail)
    return finding


@transaction.atomic
def reopen(
    actor: Person | Ref, finding: Finding, *, reason: str, seen_revision: int | None = None
) -> Finding:
    """It was not enough: back to work. A job (SYSTEM) reopens what is done while the evidence turns bad again."""
    finding = lock(finding)
    if isinstance(actor, Person):
        allow(actor, "evidence.close_finding", finding)
    expect(finding, State.DONE, State.CLOSED)
    if not reason.strip():
        raise ValidationError({"note": _("再開する理由を入力してください。")})
    if finding.cause != Cause.MANUAL and finding.state == State.CLOSED:
        known = open_finding(
            finding.municipality, finding.control_id, finding.scope_kind, finding.scope_id, finding.cause
        )
        if known is not None:
            raise ValidationError(
                _("同じ対策について、%(code)sがすでに開いています。そちらで対応してください。")
                % {"code": known.code}
            )
    finding.claim(seen_revision)
    planned = finding.steps.filter(done_on=None).exists()
    finding.state = State.PLANNED if planned else State.OPEN
    finding.done_at = finding.done_by = finding.closed_at = finding.closed_by = None
    fields = ["state", "done_at", "done_by", "closed_at", "closed_by"]
    finding.save(update_fields=fields)
    record(
        finding.municipality.chain, actor, "evidence.finding_reopened", finding, {"reason": reason.strip()}
    )
    return finding


@transaction.atomic
def give_finding(actor: Person, finding: Finding, old: Person, new: Person) -> Finding:
    """Hand a finding over when its owner moves (called by the transfer, which has checked the permission)."""
    finding = lock(finding)
    if finding.owner_id == old.pk:
        finding.claim(None)
        finding.owner = new
        finding.save(update_fields=["owner"])
        detail = changes({"owner": old}, {"owner": new})
        record(finding.municipality.chain, actor, "evidence.finding_handed_over", finding, detail)
    return finding
