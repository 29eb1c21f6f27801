"""Which route an approval takes: the nearest department's, the kind's own before the general one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals.eligibility import holders, line
from kijun.governance.approvals.models import DEFAULT_NAME, Route, RouteStep, StepKind
from kijun.governance.organisation.models import Department, Municipality
from kijun.web.punctuation import bracketed

MOST_STEPS = 8


@dataclass(frozen=True, slots=True)
class StepData:
    """One step as a form gives it: ``role`` or ``person``. Steps of one ``order`` are decided side by side."""

    kind: str
    role: str = ""
    person: Person | None = None
    may_decide_alone: bool = False
    order: int = 0


DEFAULT_STEPS = (
    StepData(StepKind.REVIEW, Role.APPROVER, order=1),
    StepData(StepKind.DECIDE, Role.EXECUTIVE, order=2),
)


def route_for(municipality: Municipality, kind: str, department: Department | None) -> Route | None:
    """The route of ``kind`` for a department: its own, its parents' from the nearest up, the municipality's.

    In each place the kind's own route comes before the one for every kind. One query.
    """
    rows = Route.objects.filter(
        Q(department=None) | Q(department__path__in=line(department)),
        municipality=municipality,
        subject_kind__in={kind, ""},
    ).select_related("department")
    return nearest(rows, department)


def nearest(rows: Iterable[Route], department: Department | None) -> Route | None:
    """Of the municipality's routes for a kind (and for every kind) the one that a department takes."""
    paths = line(department)

    def distance(route: Route) -> tuple[int, bool]:
        place = paths.index(route.department.path) if route.department else len(paths)
        return place, route.subject_kind == ""

    fitting = [one for one in rows if one.department is None or one.department.path in paths]
    return min(fitting, key=distance, default=None)


def check_steps(steps: Sequence[StepData]) -> None:
    """A route must end with a decision, and each step needs somebody. Raises ValidationError."""
    if not steps:
        raise ValidationError(_("手順を1つ以上入力してください。"), code="steps")
    if len(steps) > MOST_STEPS:
        raise ValidationError(_("手順は%(most)s個までです。") % {"most": MOST_STEPS}, code="steps")
    for step in steps:
        if bool(step.role) == (step.person is not None):
            raise ValidationError(_("手順ごとに、役割か職員のどちらか一方を選んでください。"), code="steps")
    last = max(step.order for step in steps)
    deciding = [step.order for step in steps if step.kind == StepKind.DECIDE]
    if deciding != [last]:
        raise ValidationError(_("決裁は1つだけ、最後の手順に置いてください。"), code="steps")
    if sum(step.order == last for step in steps) != 1:
        raise ValidationError(_("決裁と同じ順番に、ほかの手順は置けません。"), code="steps")


def check_people(
    municipality: Municipality, steps: Sequence[RouteStep], department: Department | None, drafter: Person
) -> None:
    """Somebody other than the drafter can act on every step today. Raises ValidationError naming the first that fails."""
    for step in steps:
        if step.person is not None:
            found = step.person.is_active and step.person != drafter
            who = step.person.name
        else:
            found = holders(municipality, step.role, department).exclude(pk=drafter.pk).exists()
            who = str(Role(step.role).label)
        if not found:
            raise ValidationError(
                _(
                    "「%(step)s」を行える人（%(who)s）が、起案者のほかにいません（%(department)s）。"
                    "システム管理者に、役割の付与か決裁ルートの変更を依頼してください。"
                )
                % {
                    "step": step.get_kind_display(),
                    "who": who,
                    "department": department or _("組織全体"),
                },
                code="nobody",
            )


def describe(steps: Sequence[RouteStep]) -> str:
    """The route in one line: 審査（上長） → 決裁（首長・CDO）."""
    return " → ".join(
        bracketed(step.get_kind_display(), step.person or Role(step.role).label) for step in steps
    )


__all__ = [
    "DEFAULT_NAME",
    "DEFAULT_STEPS",
    "MOST_STEPS",
    "StepData",
    "check_people",
    "check_steps",
    "describe",
    "nearest",
    "route_for",
]
