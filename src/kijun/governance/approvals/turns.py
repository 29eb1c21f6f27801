"""Whose turn it is: the step that a person may decide now, and in which ways. Page and command ask here."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.approvals import eligibility
from kijun.governance.approvals.models import Approval, Step
from kijun.web.punctuation import listed


def steps_of(approval: Approval) -> list[Step]:
    """All steps with those who acted, tied to this approval."""
    steps = list(approval.steps.select_related("person", "acted_by", "viewed_later_by"))
    for step in steps:
        step.approval = approval
    return steps


def turn(
    person: Person, approval: Approval, steps: Sequence[Step]
) -> tuple[Step | None, list[tuple[str, str]]]:
    """The step that this person may decide now, and the ways in which they may: (mode, what it is called)."""
    if person.pk == approval.drafted_by_id:
        return None, []
    for step in eligibility.current_steps(approval, steps):
        modes: list[tuple[str, str]] = []
        if eligibility.owns(person, step):
            modes.append(("", _("通常の決裁")))
            if step.may_decide_alone:
                modes.append((Step.Mode.ALONE.value, _("専決（ここで決め、あとの手順を省く）")))
        if eligibility.may_stand_in(person, step):
            names = listed(one.name for one in eligibility.absent_for(person, step)[:3])
            if names:
                label = _("代決（不在の%(names)sさんに代わって決め、あとで見てもらう）") % {"names": names}
                modes.append((Step.Mode.DEPUTY.value, label))
        if modes:
            return step, modes
    return None, []
