"""Sections of a system's page that upper apps add: risk, assessment, findings, public register.

>>> panels.register(panels.Panel("risk", _("リスク"), "risks/panel.html", risk_context, order=60))
>>> panels.register_figure(panels.FigureSource("tier", _("リスク区分"), tier_figure, order=10))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django_stubs_ext import StrOrPromise

from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.tenancy import StaffRequest


@dataclass(frozen=True, slots=True)
class Panel:
    """One section with its own address. ``context(request, system)`` fills ``template``, which starts with an h2.

    ``permission``: asked with the system; "" shows it to everybody who sees the system. ``drafts``: shown for
    a system that is not registered yet, too.
    """

    key: str
    label: StrOrPromise
    template: str
    context: Callable[[StaffRequest, AISystem], dict[str, Any]]
    order: int = 50
    permission: str = ""
    drafts: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the line below the title: the value, an optional hint below it and a link."""

    value: StrOrPromise | int
    hint: StrOrPromise = ""
    url: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class FigureSource:
    """``figure(request, system)`` gives the figure, or None where there is nothing to say."""

    key: str
    label: StrOrPromise
    figure: Callable[[StaffRequest, AISystem], Figure | None]
    order: int = 50


_panels: dict[str, Panel] = {}
_figures: dict[str, FigureSource] = {}


def register(panel: Panel) -> None:
    """Called in ``AppConfig.ready``."""
    _panels[panel.key] = panel


def register_figure(source: FigureSource) -> None:
    """Called in ``AppConfig.ready``."""
    _figures[source.key] = source


def panels(request: StaffRequest, system: AISystem) -> list[Panel]:
    """The sections that this person sees of this system, in their order."""
    return [
        panel
        for panel in sorted(_panels.values(), key=lambda one: (one.order, one.key))
        if (panel.drafts or not system.is_draft)
        and (not panel.permission or request.user.has_perm(panel.permission, system))
    ]


def figures(request: StaffRequest, system: AISystem) -> list[tuple[StrOrPromise, Figure]]:
    """The line of figures of a system."""
    sources = sorted(_figures.values(), key=lambda one: (one.order, one.key))
    found = ((source.label, source.figure(request, system)) for source in sources)
    return [(label, figure) for label, figure in found if figure is not None]
