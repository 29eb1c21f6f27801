"""Giving several findings to somebody else at once: the owner has left, or a department was merged into another."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import changes, record
from kijun.governance.evidence.actions.findings import allow, lock
from kijun.governance.evidence.actions.steps import give_step
from kijun.governance.evidence.models import Finding
from kijun.governance.evidence.queries import WORKING
from kijun.governance.organisation.models import Department
from kijun.web.punctuation import listed

MOST = 200


@transaction.atomic
def reassign(
    actor: Person,
    chosen: Mapping[int, int],
    *,
    owner: Person | None,
    department: Department | None,
    reason: str,
    steps: bool = False,
) -> list[Finding]:
    """Give the chosen findings (primary key → revision as it was seen) a new owner, a new department, or both.

    All or none; None leaves what there is. ``steps``: steps that the old owner has not done go to the new owner too. Returns
    those that changed, each with an entry in the trail. Raises PermissionDenied, and ValidationError (by field, or naming the
    findings that somebody else changed meanwhile or that are no longer worked on).
    """
    _check(actor, chosen, owner, department, reason)
    rows = Finding.objects.filter(pk__in=chosen, municipality=actor.municipality_id).order_by("pk")
    found = [lock(one) for one in rows]
    if len(found) != len(chosen):
        raise PermissionDenied
    for one in found:
        allow(actor, "evidence.work_finding", one)
    changed = [one.code for one in found if one.revision != chosen[one.pk] or one.state not in WORKING]
    if changed:
        raise ValidationError(
            _(
                "%(codes)sは、あなたが選んだあとに変わりました。まだ何も変えていません。今の内容を確かめて、もう一度実行してください。"
            )
            % {"codes": listed(changed)},
            code="stale",
        )
    return [one for one in found if _give(actor, one, chosen[one.pk], owner, department, reason, steps)]


def pass_on_finding(actor: Person, finding: Finding, department: Department) -> None:
    """To the successor of a closed department; organisation checked that ``actor`` may and where to. Its owner stays."""
    row = lock(finding)
    _give(actor, row, row.revision, None, department, _("組織改編"), False)


def _check(
    actor: Person,
    chosen: Mapping[int, int],
    owner: Person | None,
    department: Department | None,
    reason: str,
) -> None:
    if not chosen:
        raise ValidationError(_("指摘を1件以上選んでください。"))
    if len(chosen) > MOST:
        raise ValidationError(_("一度に変えられるのは%(n)s件までです。") % {"n": MOST})
    if owner is None and department is None:
        raise ValidationError({"owner": _("新しい担当者か担当部署を選んでください。")})
    if not reason.strip():
        raise ValidationError({"reason": _("担当を変える理由を入力してください。")})
    if owner is not None and not owner.is_active:
        raise ValidationError({"owner": _("退職・転出した人には、担当を渡せません。")})
    for one in (owner, department):
        if one is not None and one.municipality_id != actor.municipality_id:
            raise PermissionDenied


def _give(
    actor: Person,
    finding: Finding,
    seen: int,
    owner: Person | None,
    department: Department | None,
    reason: str,
    steps: bool,
) -> bool:
    old = finding.owner
    before = {"owner": old or "", "department": finding.department or ""}
    finding.owner, finding.department = owner or old, department or finding.department
    after = {"owner": finding.owner or "", "department": finding.department or ""}
    if steps and old is not None and owner is not None and owner != old:
        for step in finding.steps.filter(person=old, done_on=None).select_related("finding"):
            give_step(actor, step, old, owner)
    if before == after:
        return False
    finding.claim(seen)
    finding.save(update_fields=["owner", "department"])
    detail = changes(before, after) | {"reason": reason.strip()}
    record(finding.municipality.chain, actor, "evidence.finding_reassigned", finding, detail)
    return True
