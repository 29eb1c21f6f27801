"""Moving an open assessment to another version of the catalogue, with the answers that stay valid (G.16)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kijun.catalog import Carried, Catalog, Control, Difference, carry, compare_elements
from kijun.governance.accounts.models import Person
from kijun.governance.assessments import catalogue, rewording
from kijun.governance.assessments.actions.answers import lock
from kijun.governance.assessments.models import Answer, Assessment, OwnControls
from kijun.governance.audit.actions import record


@dataclass(frozen=True, slots=True)
class UpgradePlan:
    """What an upgrade would change in one assessment. ``difference`` concerns what this assessment asks alone."""

    old: Catalog
    new: Catalog
    own: OwnControls | None
    difference: Difference[Control]
    carried: Carried[Answer]
    answers: dict[str, Answer]

    @property
    def stamp(self) -> str:
        """What a person looks at when the plan is shown: the version and the import of own controls."""
        return f"{self.new.version}/{self.own.pk if self.own else 0}"

    @property
    def is_needed(self) -> bool:
        return bool(self.difference) or self.old.version != self.new.version


def is_behind(assessment: Assessment) -> bool:
    """Whether a newer catalogue, or newer own controls, would change what this assessment asks or pins.

    An import of own controls that this assessment does not ask leaves it as it is.
    """
    if assessment.catalog_version != catalogue.catalog_with(None, None).version:
        return True
    own = catalogue.newest_own(assessment.municipality)
    if assessment.own_controls_id == (own.pk if own else None):
        return False
    return plan_upgrade(assessment).is_needed


def plan_upgrade(assessment: Assessment, version: str | None = None) -> UpgradePlan:
    """Compare what is asked now with what ``version`` (None: the current one) would ask."""
    own = catalogue.newest_own(assessment.municipality)
    old, new = catalogue.pinned(assessment), catalogue.catalog_with(version, own)
    answers = {one.control_id: one for one in assessment.answers.select_related("answered_by")}
    before = [control for control in old.controls if control.id in answers]
    left_out = {control.id for control in catalogue.asked_controls(old, assessment)} - answers.keys()
    asked = catalogue.asked_controls(new, assessment)
    # What the risk assessment's profile left out of the old version stays out.
    wanted = [control for control in asked if control.id not in left_out]
    difference = compare_elements(before, wanted)
    given = {id: one for id, one in answers.items() if one.status}
    return UpgradePlan(old, new, own, difference, carry(given, difference), answers)


@transaction.atomic
def upgrade(
    actor: Person,
    assessment: Assessment,
    version: str | None = None,
    *,
    seen_revision: int | None = None,
    seen: str = "",
) -> UpgradePlan:
    """Carry what stays valid, ask again what changed (with the old answer as a suggestion), drop what is gone.

    Dropped answers stand in the trail with their words. ``seen`` is the stamp of the plan that the person
    confirmed; another plan than that is not carried out.
    """
    assessment = lock(assessment)
    if not actor.has_perm("assessments.manage", assessment):
        raise PermissionDenied
    if not assessment.is_open:
        raise ValidationError(_("提出された点検の対策一覧は、更新できません。"), code="closed")
    plan = plan_upgrade(assessment, version)
    if seen and seen != plan.stamp:
        message = _("確認の間に対策一覧が変わりました。違いをもう一度確かめてください。")
        raise ValidationError(message, code="changed")
    assessment.claim(seen_revision)
    gone = _carry_over(plan)
    Answer.objects.bulk_create(_open_answer(assessment, control) for control in plan.difference.added)
    again = {plan.answers[id].role for id in plan.carried.again}
    asked_anew = again | {str(control.role) for control in plan.difference.added}
    assessment.assignments.filter(role__in=asked_anew).update(finished_at=None)
    assessment.catalog_version, assessment.own_controls = plan.new.version, plan.own
    assessment.save(update_fields=["catalog_version", "own_controls"])
    detail = {
        "before": {"catalog": plan.old.version},
        "after": {"catalog": plan.new.version},
        "added": [one.id for one in plan.difference.added],
        "again": sorted(plan.carried.again),
        "dropped": [{"control": one.control_id, "status": one.status, "reason": one.reason} for one in gone],
    }
    record(assessment.municipality.chain, actor, "assessments.upgraded", assessment, detail)
    return plan


def _carry_over(plan: UpgradePlan) -> list[Answer]:
    """Write what becomes of the answers there are; returns those that are gone."""
    source = _("対策一覧の更新前（%(version)s）") % {"version": plan.old.version}
    gone = [plan.answers[control.id] for control in plan.difference.removed]
    for one in gone:
        one.delete()
    for one in plan.carried.carried.values():
        one.carried_from = plan.old.version
        _follow(one, plan.new)
    for one in plan.carried.again.values():
        one.previous = rewording.remember(_suggestion(one, source), _words(plan.old, one), _now(plan, one))
        one.status, one.reason, one.planned_on = "", "", None
        one.answered_by, one.answered_at = None, None
        _follow(one, plan.new)
    reworded = {change.id for change in plan.difference.changed if change.asks_again}
    for id, one in plan.answers.items():
        if not one.status and id not in plan.carried.again and one not in gone:
            if one.previous and id in reworded:
                words = {"source": one.previous["source"], "version": plan.old.version}
                one.previous["source"] = _("%(source)s、%(version)sの内容に対して") % words
                asked = one.previous.get("asked") or _words(plan.old, one)
                one.previous = rewording.remember(one.previous, asked, _now(plan, one))
            _follow(one, plan.new)
    return gone


def _words(catalog: Catalog, answer: Answer) -> dict[str, Any]:
    return rewording.words_of(catalog.control(answer.control_id))


def _now(plan: UpgradePlan, answer: Answer) -> Control:
    return plan.new.control(answer.control_id)


def _open_answer(assessment: Assessment, control: Control) -> Answer:
    return Answer(
        municipality_id=assessment.municipality_id,
        assessment=assessment,
        control_id=control.id,
        role=str(control.role),
        principle=control.principle,
    )


def _follow(answer: Answer, catalog: Catalog) -> None:
    """The row as the new version words it; a form that was opened before is stale."""
    control = catalog.control(answer.control_id)
    answer.role, answer.principle = str(control.role), control.principle
    answer.claim(None)
    answer.save()


def _suggestion(answer: Answer, source: str) -> dict[str, Any]:
    return {
        "status": answer.status,
        "reason": answer.reason,
        "planned_on": answer.planned_on.isoformat() if answer.planned_on else None,
        "answered_by": answer.answered_by.name if answer.answered_by else "",
        "source": source,
    }
