"""決裁ルート: which steps an approval takes."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.approvals import routes
from kijun.governance.approvals.models import Route, RouteStep
from kijun.governance.approvals.routes import StepData
from kijun.governance.audit.actions import changes, record
from kijun.governance.audit.refs import SYSTEM
from kijun.governance.organisation.models import Department, Municipality


@transaction.atomic
def ensure_default_route(municipality: Municipality) -> Route:
    """The municipality's default route: 審査 by the department's approver, then 決裁 by an executive.

    Made when there is none; a town that changed it keeps its own.
    """
    return ensure_route(municipality, "", routes.DEFAULT_NAME, routes.DEFAULT_STEPS)


@transaction.atomic
def ensure_route(municipality: Municipality, kind: str, name: str, steps: Sequence[StepData]) -> Route:
    """The municipality's route for a kind of subject, made of ``steps`` where there is none; one that was changed or named stays."""
    route, made = Route.objects.get_or_create(
        municipality=municipality, subject_kind=kind, department=None, defaults={"name": name}
    )
    if made:
        _write_steps(route, steps)
        record(municipality.chain, SYSTEM, "approvals.route_made", route, {"default": True})
    return route


@transaction.atomic
def save_route(
    actor: Person,
    municipality: Municipality,
    *,
    route: Route | None,
    name: str,
    subject_kind: str,
    department: Department | None,
    steps: Sequence[StepData],
    seen_revision: int | None,
) -> Route:
    """Make a route or change one; the approvals on their way keep the steps they started with."""
    if not actor.has_perm("approvals.manage_routes", route or _new(municipality)):
        raise PermissionDenied
    routes.check_steps(steps)
    before = _as_detail(route) if route else {}
    if route is None:
        route = Route(municipality=municipality)
    else:
        if _is_default(route) and (subject_kind or department is not None):
            raise ValidationError(_("標準のルートの対象と部署は変えられません。"), code="default")
        route.claim(seen_revision)
    route.name, route.subject_kind, route.department = name, subject_kind, department
    try:
        with transaction.atomic():
            route.save()
    except IntegrityError as error:
        raise ValidationError(
            _("同じ対象と部署のルートがすでにあります。そちらを直してください。"), code="twice"
        ) from error
    _write_steps(route, steps)
    record(municipality.chain, actor, "approvals.route_saved", route, changes(before, _as_detail(route)))
    return route


def pass_on_route(actor: Person, route: Route, department: Department) -> None:
    """To the successor of a closed department; organisation checked that ``actor`` may and where to."""
    others = Route.objects.filter(
        municipality=route.municipality, subject_kind=route.subject_kind, department=department
    )
    if others.exists():
        raise ValidationError(
            _("引継ぎ先には、同じ対象のルートがすでにあります。そちらを使い、こちらは削除してください。")
        )
    route.claim(None)
    before, route.department = route.department, department
    route.save(update_fields=["department"])
    detail = changes({"department": before}, {"department": department})
    record(route.municipality.chain, actor, "approvals.route_saved", route, detail)


@transaction.atomic
def delete_route(actor: Person, route: Route) -> None:
    """Take a route away; the next wider one serves from now on. The default route stays."""
    if not actor.has_perm("approvals.manage_routes", route):
        raise PermissionDenied
    if _is_default(route):
        raise ValidationError(_("標準のルートは削除できません。"), code="default")
    record(route.municipality.chain, actor, "approvals.route_deleted", route, {"before": _as_detail(route)})
    route.delete()


def _new(municipality: Municipality) -> Route:
    """An unsaved route of the municipality, for asking who may make one."""
    return Route(municipality=municipality)


def _is_default(route: Route) -> bool:
    return route.subject_kind == "" and route.department_id is None


def _write_steps(route: Route, steps: Sequence[StepData]) -> None:
    route.steps.all().delete()
    orders = {order: place for place, order in enumerate(sorted({step.order for step in steps}), 1)}
    RouteStep.objects.bulk_create(
        RouteStep(
            municipality=route.municipality,
            route=route,
            order=orders[step.order],
            kind=step.kind,
            role=step.role,
            person=step.person,
            may_decide_alone=step.may_decide_alone,
        )
        for step in sorted(steps, key=lambda step: step.order)
    )


def _as_detail(route: Route) -> dict[str, object]:
    return {
        "name": route.name,
        "subject_kind": route.subject_kind,
        "department": route.department or "",
        "steps": [
            {"order": step.order, "kind": step.kind}
            | ({"role": step.role} if step.role else {"person": step.person})
            | ({"may_decide_alone": True} if step.may_decide_alone else {})
            for step in route.steps.select_related("person")
        ],
    }
