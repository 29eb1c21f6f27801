"""Labels: given to what was approved, withdrawn with a reason; and whether names are told."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.access.actions.common import reason
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import changes, record
from kijun.governance.organisation.models import Municipality
from kijun.governance.reviews import codes, leaving, queries
from kijun.governance.reviews.models import Label, LabelRules, Part, Review


@transaction.atomic
def make_label(actor: Person, review: Review, *, kind: str, parts: Sequence[str], post: str = "") -> Label:
    """A code for an approved text; the one that there is, where it has one of this kind. ``post``: of who decided, as residents read it."""
    if not actor.has_perm("reviews.own", review):
        raise PermissionDenied
    if why := leaving.why_not_label(review):
        raise ValidationError(str(why), code="stays")
    chosen = [one for one in Part.values if one in parts]
    if not chosen or set(parts) - set(Part.values):
        raise ValidationError({"parts": [_("AIがしたことを1つ以上選んでください。")]})
    if kind not in Label.Kind.values:
        raise ValidationError({"kind": [_("何に付けるかを選んでください。")]})
    known: Label | None = Label.objects.filter(review=review, kind=kind).first()
    if known is not None:
        return known
    return _made(actor, review, kind, chosen, post)


def _made(actor: Person, review: Review, kind: str, parts: list[str], post: str) -> Label:
    approval = review.approval
    assert approval is not None
    decided_by = approval.decided_by
    assert decided_by is not None
    assert approval.decided_at is not None
    department = decided_by.department or review.department
    name = department.name if department is not None else review.municipality.name
    label = Label(
        municipality=review.municipality,
        code=codes.make(),
        review=review,
        kind=kind,
        parts=parts,
        office=name[:120],
        office_en=(department.name_en if department is not None else review.municipality.name_en)[:160],
        post=(post.strip() or post_of(decided_by))[:80],
        decided_by=decided_by,
        decided_on=timezone.localdate(approval.decided_at),
        made_by=actor,
    )
    try:
        with transaction.atomic():
            label.save(force_insert=True)
    except IntegrityError:  # somebody pressed twice
        found: Label = Label.objects.get(review=review, kind=kind)
        return found
    detail = {"kind": kind, "parts": parts, "interaction": review.interaction}
    record(review.municipality.chain, actor, "reviews.labelled", label, detail)
    return label


def post_of(person: Person) -> str:
    """The title of the main post, else 決裁者."""
    titles = [one.title for one in person.postings_today() if one.title]
    return titles[0] if titles else str(_("決裁者"))


@transaction.atomic
def withdraw_label(actor: Person, label: Label, why: str, seen_revision: int | None = None) -> Label:
    """The label's page says from now on that it was withdrawn."""
    if not actor.has_perm("reviews.withdraw_label", label):
        raise PermissionDenied
    if label.withdrawn_at is not None:
        raise ValidationError(_("この表示は、すでに取り下げています。"), code="withdrawn")
    why = reason(why)
    label.claim(seen_revision)
    label.withdrawn_at, label.withdrawn_by, label.withdrawn_why = timezone.now(), actor, why
    label.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_why"])
    record(label.municipality.chain, actor, "reviews.label_withdrawn", label, {"reason": why})
    return label


@transaction.atomic
def save_rules(
    actor: Person, municipality: Municipality, *, names: bool, seen_revision: int | None
) -> LabelRules:
    """Whether residents read the name of who decided, beside office and post."""
    if municipality.pk != actor.municipality_id or not actor.has_perm("reviews.label_rules"):
        raise PermissionDenied
    row = queries.label_rules(municipality)
    before = {"names": row.names}
    if row.pk is not None:
        row.claim(seen_revision)
    row.names = names
    row.save()
    detail = changes(before, {"names": row.names})
    if detail["after"]:
        record(municipality.chain, actor, "reviews.label_rules_saved", row, detail)
    return row
