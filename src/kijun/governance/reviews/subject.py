"""Confirmed texts as subjects of approvals: frozen with the person's own words and seals of question and answer, never copies of them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.approvals import subjects
from kijun.governance.approvals.models import STANDARD_NAMES, Approval
from kijun.governance.organisation.models import Department
from kijun.governance.reviews import actions, answers, checklist, diffing, remarks, sources
from kijun.governance.reviews.models import Review


def _load(municipality_id: int, subject_id: str) -> Review:
    rows = Review.objects.select_related(
        "municipality", "person", "department", "system", "purpose", "official"
    )
    review: Review = rows.get(municipality_id=municipality_id, pk=subject_id)
    return review


def frozen(review: Review) -> dict[str, Any]:
    """What is decided on. ``text`` is None where the AI's answer is used as it is: then it stands in the ledger alone."""
    return {
        "title": review.title,
        "destination": review.destination,
        "level": review.level,
        "tier": review.tier,
        "system": f"{review.system.code} {review.system.name}" if review.system is not None else "",
        "purpose": review.purpose.name if review.purpose is not None else "",
        "text": review.text if review.changed else None,
        "changed_share": review.changed_share,
        "decision": review.decision,
        "ground": review.ground,
        "reason": review.reason,
        "checks": [{**one, "label": str(checklist.label_of(one))} for one in review.checks],
        "flags": review.flags,
        "remarks": remarks.of(review.person, review.interaction),
        "human_decision": review.human_decision,
        "legal_basis": review.legal_basis,
        "official": review.official.name if review.official is not None else "",
        "confirmed_by": review.person.name,
        "confirmed_at": review.confirmed_at,
        "_review": review.pk,
        "_text_seal": answers.seal(review.text),
        "_question_seal": review.question_seal,
        "_answer_seal": review.answer_seal,
    }


def _department(review: Review) -> Department | None:
    return review.department


def _may_submit(person: Person, review: Review) -> bool:
    return bool(person.has_perm("reviews.own", review))


def _url(review: Review) -> str:
    return review.get_absolute_url()


def _hinders(review: Review, approval: Approval, person: Person) -> str:
    return actions.hinders(review, approval, person)


def _material(review: Review, person: Person) -> dict[str, Any]:
    """As the page 決裁の資料 shows it. Raises PermissionDenied and `LedgerError`."""
    if not actions.decides(person, review):
        raise PermissionDenied
    answer = answers.answer_of(review.municipality, review.interaction, masked=True)
    actions.open_material(person, review, answer, gettext("決裁のため：%(title)s") % {"title": review.title})
    kept = answer is not None and not answer.erased
    return {
        "text": answers.final(review, answer),
        "question": answer.question if answer is not None and kept else None,
        "answer": answer.text if answer is not None and kept else None,
        "changed_since": answer is not None and kept and answers.seal(answer.text) != review.answer_seal,
        "changes": [
            {"kind": one.kind, "text": one.text}
            for one in (
                diffing.pieces(answer.text, review.text) if answer and review.changed and review.text else []
            )
            if one.kind != "same"
        ],
        "findings": list(answer.findings) if answer is not None else [],
        "sources": [
            {"title": one.title, "url": one.url, "opened": one.opened}
            for one in sources.of(review.person, review.interaction)
        ],
    }


def _approved(review: Review, approval: Approval, actor: Person) -> None:
    actions.approved(review, approval, actor)


def _returned(review: Review, approval: Approval, actor: Person) -> None:
    actions.returned(review, approval, actor)


def _withdrawn(review: Review, approval: Approval, actor: Person) -> None:
    actions.withdrawn(review, approval, actor)


def register() -> None:
    """Called once, when Django starts."""
    STANDARD_NAMES.add(actions.ROUTE)
    for kind, label in (
        (actions.SUBJECT, _("AIを使った文章")),
        (actions.SUBJECT_STRICT, _("AIを使った文章（リスクの高いもの・公権力に関わるもの）")),
    ):
        subjects.register(
            subjects.Subject(
                kind=kind,
                label=label,
                load=_load,
                freeze=frozen,
                url=_url,
                department=_department,
                may_submit=_may_submit,
                approved=_approved,
                returned=_returned,
                withdrawn=_withdrawn,
                template="reviews/frozen.html",
                hinders=_hinders,
                material=_material,
            )
        )
