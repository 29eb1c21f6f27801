"""組織改編: which departments follow a closed one, and what it had goes to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.audit.actions import changes, record
from kijun.governance.organisation import succession
from kijun.governance.organisation.actions._may import Actor, check
from kijun.governance.organisation.actions.tree import lock
from kijun.governance.organisation.models import Department
from kijun.governance.organisation.queries import exists_on
from kijun.web.punctuation import labelled, listed


@transaction.atomic
def name_successors(
    actor: Actor,
    department: Department,
    successors: Sequence[Department],
    *,
    seen_revision: int | None = None,
) -> Department:
    """Say which departments follow a closed one, or one that will be closed; none at all takes it back."""
    check(actor, department)
    lock(department.municipality)
    department.claim(seen_revision)
    put_successors(actor, department, successors)
    return department


def put_successors(actor: Actor, department: Department, successors: Sequence[Department]) -> None:
    """Inside the transaction of who closes or names; the tree is locked."""
    if department.closed_on is None:
        raise ValidationError(_("この部署は廃止されていません。"))
    for one in successors:
        if one.municipality_id != department.municipality_id or one.pk == department.pk:
            raise ValidationError({"successors": [_("この自治体の、ほかの部署から選んでください。")]})
        if not exists_on(one, department.closed_on):
            raise ValidationError(
                {"successors": [_("%(name)sは、廃止日にはありません。") % {"name": one.name}]}
            )
    before = sorted(one.name for one in department.successors.all())
    department.successors.set(successors)
    after = sorted(one.name for one in successors)
    if before != after:
        detail = changes({"successors": listed(before)}, {"successors": listed(after)})
        record(department.municipality.chain, actor, "organisation.successors_named", department, detail)


@transaction.atomic
def hand_on(actor: Actor, department: Department, chosen: Mapping[str, Department]) -> int:
    """Give what belonged to a closed department to its successors; gives how much. All or none.

    ``chosen``: the key of each thing (`succession.left`) and where it goes. Raises ValidationError for what is gone meanwhile, a department
    that is no successor or has not begun, and with what a thing's own app says.
    """
    check(actor, department)
    lock(department.municipality)
    department.refresh_from_db()
    successors = set(department.successors.all())
    here = {one.key: one.label for one in succession.left(department)}
    if not chosen:
        raise ValidationError(_("引き継ぐものを1件以上選んでください。"))
    for key, to in chosen.items():
        if department.closed_on is None or to not in successors:
            raise ValidationError(_("引継ぎ先の部署から選んでください。"))
        if not exists_on(to, timezone.localdate()):
            raise ValidationError(_("%(name)sは、まだありません。始まる日から移せます。") % {"name": to.name})
        if key not in here:
            raise ValidationError(
                _("この部署に残っているものが、ほかの人によって変わりました。もう一度選んでください。"),
                code="stale",
            )
        try:
            succession.give(actor, key, department, to)
        except ValidationError as error:
            raise ValidationError([labelled(here[key], one) for one in error.messages]) from error
    places = listed(sorted({one.name for one in chosen.values()}))
    detail = {"things": len(chosen), "successors": places}
    record(department.municipality.chain, actor, "organisation.belongings_handed_on", department, detail)
    return len(chosen)
