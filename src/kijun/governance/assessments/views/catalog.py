"""対策一覧: the catalogue to read, control by control, with its crosswalk to other frameworks."""

from __future__ import annotations

import datetime
import io
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kijun.catalog import (
    Catalog,
    Control,
    Evidence,
    Framework,
    Text,
    Tier,
    UnknownId,
    export_xlsx,
    label,
    place_reads,
)
from kijun.governance.assessments import catalogue, queries
from kijun.governance.assessments.models import Answer, AskedRole
from kijun.governance.assessments.readiness import ORGANISATION
from kijun.governance.assessments.views.common import lang, topic_name
from kijun.governance.evidence import controls, coverage
from kijun.governance.evidence.attestations import answerable
from kijun.governance.evidence.proofs import collectors
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.search import folded
from kijun.web.tables import excel_response
from kijun.web.who_may import signed_in, who_may


def _groups(catalog: Catalog) -> list[tuple[str, str]]:
    """(id, name) of the organisation's group and the ten principles."""
    return [("G", str(ORGANISATION))] + [(one.id, one.name.get(lang())) for one in catalog.principles]


def _summary(catalog: Catalog, group: str) -> Text:
    return catalog.topic(group).summary if group == "G" else catalog.principle(group).summary


def _fits(catalog: Catalog, control: Control, words: list[str], role: str, tier: str) -> bool:
    """Whether a control has every word somewhere in what it says, in either language, and fits the filters."""
    if role and control.role != role:
        return False
    if tier and not control.required_by(tier):
        return False
    return catalogue.says(catalog, control, words)


@signed_in
def catalog(request: StaffRequest) -> HttpResponse:
    """All controls, one principle at a time; a search looks through all of them."""
    found = catalogue.newest(request.municipality)
    words = folded(request.GET.get("q", "")[:100]).split()
    role = request.GET.get("role", "") if request.GET.get("role") in AskedRole.values else ""
    tier = request.GET.get("tier", "") if request.GET.get("tier") in {str(one) for one in Tier} else ""
    fitting = [one for one in found.controls if _fits(found, one, words, role, tier)]
    groups = _groups(found)
    asked = request.GET.get("principle", "")
    narrowed = bool(words or role or tier)
    here = asked if asked in dict(groups) else "" if narrowed else "1"
    counts = [(id, name, sum(one.principle == id for one in fitting)) for id, name in groups]
    topics: dict[str, list[Control]] = {}
    for one in fitting:
        if not here or one.principle == here:
            topics.setdefault(one.topic, []).append(one)
    context = {
        "catalog": found,
        "dated": datetime.date.fromisoformat(found.date),
        "number": sum(not one.is_own for one in found.controls),
        "own": sum(one.is_own for one in found.controls),
        "groups": [(id, name, n) for id, name, n in counts if n or not narrowed or id == here],
        "narrowed": narrowed,
        "fitting": len(fitting),
        "here": here,
        "here_name": dict(groups).get(here, ""),
        "summary": _summary(found, here) if here else None,
        "topics": [(topic_name(found, id), some) for id, some in topics.items()],
        "shown": sum(len(some) for some in topics.values()),
        "words": request.GET.get("q", "")[:100].strip(),
        "role": role,
        "tier": tier,
        "roles": AskedRole.choices,
        "tiers": [(str(one), label(one, lang())) for one in Tier],
        "may_manage": request.user.has_perm("assessments.manage"),
    }
    return render(request, "assessments/catalog.html", context)


@signed_in
def catalog_excel(request: StaffRequest) -> HttpResponse:
    """The whole catalogue as an Excel file, own controls and crosswalk included."""
    file = io.BytesIO()
    export_xlsx(catalogue.newest(request.municipality), file, lang())
    return excel_response(file.getvalue(), _("対策一覧") + ".xlsx")


@signed_in
def catalog_control(request: StaffRequest, control_id: str) -> HttpResponse:
    """One control: what it asks, what counts as done, which risks it lowers, what it is called elsewhere."""
    found = catalogue.newest(request.municipality)
    try:
        control = found.control(control_id)
    except UnknownId as error:
        raise Http404 from error
    edges = []
    for edge in found.edges_of(control_id):
        framework = found.framework(edge.framework)
        day = datetime.date.fromisoformat(edge.date)
        edges.append((framework, framework.item(edge.item), edge, label(edge.relation, lang()), day))
    here = control.principle
    context = {
        "catalog": found,
        "control": control,
        "principle": here,
        "title": dict(_groups(found)).get(here, here),
        "topic": topic_name(found, control.topic),
        "role": AskedRole(str(control.role)).label,
        "level": label(control.level, lang()),
        "frequency": label(control.frequency, lang()),
        "tier": label(control.tiers[0], lang()),
        "place": place_reads(control.place, lang()),
        **_answered_by(control_id, controls.worded(found)),
        "risks": [found.risk(one) for one in control.risks],
        "related": [found.control(one) for one in control.related],
        "edges": edges,
        "answers": _open_answers(request, control_id),
    }
    return render(request, "assessments/catalog_control.html", context)


def _answered_by(control_id: str, book: controls.Book) -> dict[str, Any]:
    """What can prove a control in this version of Kijun, and what the catalogue names but is not built yet."""
    how = answerable(control_id, book)
    kinds = [Evidence.AUTOMATIC] if how.collectors else []
    kinds += [Evidence(kind.value) for kind in how.kinds]
    sources = coverage.page_names((one.page for one in collectors(control_id)), lang())
    return {
        "kinds": [label(one, lang()) for one in kinds],
        "collected_from": sources,
        "pages": coverage.page_names(coverage.pages(control_id), lang()),
    }


def _open_answers(request: StaffRequest, control_id: str) -> list[Any]:
    """Where this control stands in the assessments that the person may see, the newest cycle alone."""
    cycle = queries.newest_cycle(request.municipality)
    if cycle is None or not request.user.has_perm("assessments.view"):
        return []
    visible = queries.visible_assessments(request.user).filter(cycle=cycle)
    rows = Answer.objects.filter(assessment__in=visible, control_id=control_id)
    return list(rows.select_related("assessment__cycle", "assessment__system").defer("assessment__frozen"))


def _last_look(framework: Framework) -> datetime.date | None:
    """The day of the latest review of an edge."""
    return max((datetime.date.fromisoformat(edge.date) for edge in framework.edges), default=None)


@signed_in
def crosswalk(request: StaffRequest) -> HttpResponse:
    """Other frameworks that the catalogue maps to."""
    found = catalogue.newest(request.municipality)
    rows = [
        (
            one,
            len(one.items),
            len({edge.item for edge in one.edges}),
            len({edge.control for edge in one.edges}),
            _last_look(one),
        )
        for one in found.frameworks
    ]
    return render(request, "assessments/crosswalk.html", {"catalog": found, "rows": rows})


@signed_in
def framework(request: StaffRequest, framework_id: str) -> HttpResponse:
    """One framework: which controls answer each of its items."""
    found = catalogue.newest(request.municipality)
    try:
        one = found.framework(framework_id)
    except UnknownId as error:
        raise Http404 from error
    edges: dict[str, list[Any]] = {}
    for edge in one.edges:
        edges.setdefault(edge.item, []).append(
            (edge, found.control(edge.control), label(edge.relation, lang()))
        )
    rows = [(item, edges.get(item.id, [])) for item in one.items]
    context = {
        "catalog": found,
        "framework": one,
        "rows": rows,
        "open": sum(not some for _i, some in rows),
        "last": _last_look(one),
    }
    return render(request, "assessments/framework.html", context)


@who_may("assessments.view")
def system_assessments(request: StaffRequest, system_id: int) -> HttpResponse:
    """The self-assessments of one system, the newest first."""
    rows = list(
        queries.visible_assessments(request.user)
        .filter(system=system_id)
        .order_by("-cycle__starts_on", "-cycle_id", "-pk")
    )
    if not rows:
        raise Http404
    tallies = queries.progress(rows)
    context = {"system": rows[0].system, "rows": [(one, tallies[one.pk]) for one in rows]}
    return render(request, "assessments/system.html", context)
