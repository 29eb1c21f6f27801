"""A confirmed text goes on its route: frozen, looked at with all that it came from, decided by others than its drafter."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals import actions as approvals
from kijun.governance.approvals import eligibility
from kijun.governance.approvals.models import Approval, StepKind
from kijun.governance.approvals.routes import StepData
from kijun.governance.audit.actions import record
from kijun.governance.interactions.looks import look
from kijun.governance.interactions.reach import reach_of
from kijun.governance.reviews import answers, leaving
from kijun.governance.reviews.answers import Answer
from kijun.governance.reviews.models import Opening, Review
from kijun.governance.risks.models import Tier

SUBJECT = "reviewed_text"
SUBJECT_STRICT = "reviewed_text_strict"
"""Texts of systems of a high tier, and those that touch public power: they may have routes of their own."""
ROUTE = gettext_noop("AIを使った文章の標準ルート")
_STEPS = (StepData(StepKind.DECIDE, Role.APPROVER, order=1),)


def subject_kind(review: Review) -> str:
    """Which routes a text takes."""
    high = review.tier in (Tier.HIGH, Tier.CRITICAL)
    return SUBJECT_STRICT if high or review.public_power else SUBJECT


@transaction.atomic
def submit(
    actor: Person,
    review: Review,
    *,
    comment: str = "",
    document_number: str = "",
    seen_revision: int | None = None,
) -> Approval:
    """起案. Raises PermissionDenied, ValidationError where it need not or may not be decided on, and Stale."""
    if not actor.has_perm("reviews.own", review):
        raise PermissionDenied
    if review.superseded_at is not None or review.state not in (
        Review.State.CONFIRMED,
        Review.State.RETURNED,
    ):
        raise ValidationError(
            _("この文章は「%(state)s」です。決裁に出せません。") % {"state": review.get_state_display()},
            code="state",
        )
    if power := leaving.without_decision(review):
        raise ValidationError(str(power), code="power")
    kind = subject_kind(review)
    if (
        kind == SUBJECT
        and not Approval.objects.filter(municipality=review.municipality_id, subject_kind=kind).exists()
    ):
        approvals.ensure_route(review.municipality, kind, ROUTE, _STEPS)
    review.claim(seen_revision)
    approval = approvals.submit(
        actor,
        kind,
        review,
        title=_("AIを使った文章：%(title)s") % {"title": review.title},
        title_en=f"Text made with AI: {review.title}",
        comment=comment,
        document_number=document_number,
    )
    review.state, review.approval = Review.State.SUBMITTED, approval
    review.save(update_fields=["state", "approval"])
    return approval


def decides(person: Person, review: Review) -> bool:
    """The person decides or has decided on the text, or may stand in for who does."""
    if review.approval is None or person.municipality_id != review.municipality_id:
        return False
    for step in review.approval.steps.select_related("person", "acted_by"):
        step.approval = review.approval
        if (
            step.acted_by_id == person.pk
            or eligibility.owns(person, step)
            or eligibility.may_stand_in(person, step)
        ):
            return True
    return False


def may_open(person: Person, review: Review) -> bool:
    """Those who decide, and those who read such records anyway: by system and department, as `interactions.reach` has it."""
    if person.municipality_id != review.municipality_id:
        return False
    if decides(person, review):
        return True
    reach = reach_of(person)
    return (
        reach.everything
        or str(review.system_id or "-") in reach.systems
        or str(review.department_id or "-") in reach.departments
    )


def open_material(person: Person, review: Review, answer: Answer | None, why: str) -> None:
    """Record that somebody looks at question, answer and changes, before anything is shown. Raises PermissionDenied and `LedgerError`.

    What the drafter wrote with values in it is shown with them to those who decide: it is the text that will leave.
    """
    if not may_open(person, review):
        raise PermissionDenied
    if answer is not None:
        look(person, "opened", why, answer.one.entries, interaction=review.interaction)
    if review.approval is not None:
        Opening.objects.get_or_create(
            municipality=review.municipality, approval=review.approval, person=person
        )


def hinders(review: Review, approval: Approval, person: Person) -> str:
    """Whoever approves a step has opened what is decided on, be it 審査, 合議 or 決裁."""
    if Opening.objects.filter(approval=approval, person=person).exists():
        return ""
    return _("承認する前に、「決裁の資料を開く」で、質問、回答、直したところを確かめてください。")


def approved(review: Review, approval: Approval, actor: Person) -> None:
    """The machine's last step: the text is the frozen one."""
    if answers.seal(review.text) != approval.frozen.get("_text_seal"):
        raise ValidationError(_("提出されたあとに文章が変わっています。差し戻してください。"), code="changed")
    if power := leaving.without_decision(review):
        raise ValidationError(str(power), code="power")
    _set(review, Review.State.APPROVED, actor)


def returned(review: Review, approval: Approval, actor: Person) -> None:
    """差戻し: the drafter changes it and puts it forward again."""
    _set(review, Review.State.RETURNED, actor)


def withdrawn(review: Review, approval: Approval, actor: Person) -> None:
    """引戻し: as if it had not been put forward."""
    _set(review, Review.State.CONFIRMED, actor)


def _set(review: Review, state: Review.State, actor: Person) -> None:
    review.claim(None)
    review.state = state
    review.save(update_fields=["state"])
    record(
        review.municipality.chain, actor, f"reviews.text_{state}", review, {"interaction": review.interaction}
    )
