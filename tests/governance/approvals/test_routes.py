"""Which route an approval takes."""

from __future__ import annotations

from kijun.governance.approvals import actions
from kijun.governance.approvals.models import Route
from kijun.governance.approvals.routes import route_for
from kijun.governance.organisation.models import Department


def make(department: Department | None, kind: str, town: Department) -> Route:
    route: Route = Route.objects.create(
        municipality=town.municipality, department=department, subject_kind=kind, name=f"{department} {kind}"
    )
    return route


def test_it_works(care: Department) -> None:
    default = actions.ensure_default_route(care.municipality)
    assert route_for(care.municipality, "a.b", care) == default


def test_the_nearest_department_wins_and_its_own_kind_first(care: Department, tax: Department) -> None:
    town, parent = care.municipality, care.parent
    actions.ensure_default_route(town)
    everywhere = make(None, "a.b", care)
    assert route_for(town, "a.b", care) == everywhere
    assert route_for(town, "a.b", None) == everywhere
    above = make(parent, "", care)
    assert route_for(town, "a.b", care) == above
    above_kind = make(parent, "a.b", care)
    assert route_for(town, "a.b", care) == above_kind
    assert route_for(town, "c.d", care) == above
    own = make(care, "", care)
    assert route_for(town, "a.b", care) == own
    assert route_for(town, "a.b", parent) == above_kind
    assert route_for(town, "a.b", tax) == everywhere


def test_another_town_has_its_own(care: Department, other_town: object) -> None:
    actions.ensure_default_route(care.municipality)
    assert route_for(other_town, "a.b", None) is None  # type: ignore[arg-type]  # a municipality
