"""Inventory's own sections and figures of a system's page."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kijun.governance.inventory import lists, panels, presentation, queries, steps
from kijun.governance.inventory.models import AISystem, Training
from kijun.governance.inventory.panels import Figure, FigureSource, Panel
from kijun.governance.organisation.tenancy import StaffRequest


def _steps(request: StaffRequest, system: AISystem, *slugs: str) -> dict[str, Any]:
    chosen = [steps.BY_SLUG[slug] for slug in slugs]
    return {
        "blocks": [(one, presentation.facts(system, one.fields)) for one in chosen],
        "may_change": not system.is_retired and request.user.has_perm("inventory.change", system),
    }


def overview(request: StaffRequest, system: AISystem) -> dict[str, Any]:
    return _steps(request, system, "basics", "purpose", "residents")


def service(request: StaffRequest, system: AISystem) -> dict[str, Any]:
    return _steps(request, system, "service", "data")


def people(request: StaffRequest, system: AISystem) -> dict[str, Any]:
    owned = queries.has_current_owner(system)
    return {**_steps(request, system, "people"), "owner_gone": bool(system.owner) and not owned}


def datasets(request: StaffRequest, system: AISystem) -> dict[str, Any]:
    rows = system.datasets.select_related("owner", "owner_department").order_by("name")
    may_add = request.user.has_perm("inventory.add_dataset")
    return {"datasets": [(one, *lists.review_state(one)) for one in rows], "may_add": may_add}


def checks(request: StaffRequest, system: AISystem) -> dict[str, Any]:
    return {
        "verifications": list(system.verifications.select_related("by")),
        "pilots": list(system.pilot_results.select_related("by", "department")),
        "may_change": not system.is_retired and request.user.has_perm("inventory.change", system),
    }


def stages(request: StaffRequest, system: AISystem) -> dict[str, Any]:
    return {"changes": list(system.stage_changes.select_related("by").order_by("-at"))}


# --- figures --------------------------------------------------------------------------------


def owner_figure(_request: StaffRequest, system: AISystem) -> Figure:
    if queries.has_current_owner(system):
        return Figure(str(system.owner))
    hint = _("異動・退職") if system.owner else ""
    return Figure(_("空席"), hint, tone="danger" if system.stage not in {"idea"} else "")


def started_figure(_request: StaffRequest, system: AISystem) -> Figure | None:
    if system.started_on is None:
        return None
    end = system.ended_on or timezone.localdate()
    months = (end.year - system.started_on.year) * 12 + end.month - system.started_on.month
    since = gettext("%(day)sから") % {"day": f"{system.started_on:%Y/%m/%d}"}
    return Figure(gettext("%(n)sか月") % {"n": months}, since)


def training_figure(_request: StaffRequest, system: AISystem) -> Figure | None:
    if not system.has_personal_data:
        return None
    safe = system.training == Training.OFF_CONFIRMED
    return Figure(_("使われない") if safe else _("未確認・使われる"), tone="" if safe else "danger")


def register_all() -> None:
    """Called once, when Django starts."""
    for panel in (
        Panel("overview", _("概要"), "inventory/panels/facts.html", overview, order=0),
        Panel("data", _("サービスと情報"), "inventory/panels/facts.html", service, order=10),
        Panel("people", _("体制"), "inventory/panels/facts.html", people, order=20),
        Panel("datasets", _("データセット"), "inventory/panels/datasets.html", datasets, order=30),
        Panel("checks", _("検証・実証"), "inventory/panels/checks.html", checks, order=40),
        Panel("stages", _("段階の履歴"), "inventory/panels/stages.html", stages, order=90),
    ):
        panels.register(panel)
    panels.register_figure(FigureSource("owner", _("AIサービス責任者"), owner_figure, order=20))
    panels.register_figure(FigureSource("started", _("利用期間"), started_figure, order=80))
    panels.register_figure(FigureSource("training", _("個人情報と学習"), training_figure, order=30))
