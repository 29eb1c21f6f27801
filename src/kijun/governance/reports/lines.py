"""The lines of a report: controls with their evidence, and findings with their plans."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.assessments.catalogue import pinned
from kijun.governance.assessments.models import AskedRole, Assessment
from kijun.governance.evidence.models import Finding, ScopeKind, Verdict
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Municipality
from kijun.governance.reports.contents import ControlLine, EvidenceLine, FindingLine, PlanLine
from kijun.governance.reports.naming import day_of, language, system_name
from kijun.governance.reports.words import status_labels
from kijun.web.templatetags.kit import named

FINDING = ("number", "title", "title_en", "control_id", "cause", "state", "scope_kind", "scope_id", "due_on")


def controls_of(copy: dict[str, Any], *, inherited: bool, principle: str = "") -> tuple[ControlLine, ...]:
    """The controls of a frozen copy (of one principle); of an ``inherited`` one those that concern a system."""
    names = copy_names(copy)
    return tuple(
        _control(one, names, inherited)
        for one in copy["controls"]
        if principle in {"", one["principle"]} and not (inherited and one["role"] == AskedRole.ORGANISATION)
    )


def _control(one: dict[str, Any], names: dict[str, str], inherited: bool) -> ControlLine:
    return ControlLine(
        id=one["id"],
        title=one["title"].get(language()) or one["title"]["ja"],
        principle=names.get(one["principle"], one["principle"]),
        role=str(AskedRole(one["role"]).label),
        status=one["status"],
        status_label=status_labels().get(one["status"], one["status"]),
        reason=one["reason"],
        planned_on=day_of(one["planned_on"]),
        answered_by=one["answered_by"],
        answered_on=day_of(one["answered_at"]),
        evidence=tuple(_evidence(item) for item in one["evidence"]),
        inherited=inherited,
    )


def principle_names(assessment: Assessment | None) -> dict[str, str]:
    """Number and name of each principle: of an approved assessment as they stood then."""
    if assessment is None:
        return {}
    if assessment.is_settled and assessment.frozen:
        return copy_names(assessment.frozen)
    words = {one.id: {"ja": one.name.ja, "en": one.name.en} for one in pinned(assessment).principles}
    return copy_names({"principles": words})


def copy_names(copy: dict[str, Any]) -> dict[str, str]:
    lang = language()
    names = {id: f"{id}. {name.get(lang) or name['ja']}" for id, name in copy.get("principles", {}).items()}
    return names | {"G": _("組織としての取組")}


def _evidence(item: dict[str, Any]) -> EvidenceLine:
    verdict = str(Verdict(item["verdict"]).label)
    other = "_en" if language() == "en" else ""
    title = item.get(f"title{other}") or item["title"]
    value = item.get(f"value{other}") or item["value"] or item["note"]
    as_of = day_of(item["as_of"]) or timezone.localdate()
    url = reverse("evidence:item", args=[item["id"]])
    return EvidenceLine(title, value, verdict, as_of, day_of(item["expires_on"]), url)


def findings_of(town: Municipality, system: AISystem | None = None) -> tuple[FindingLine, ...]:
    """Findings that are not closed, the most urgent first."""
    rows = Finding.objects.filter(municipality=town).exclude(state=Finding.State.CLOSED)
    if system is not None:
        rows = rows.filter(scope_kind=ScopeKind.SYSTEM, scope_id=system.pk)
    rows = rows.select_related("owner", "department").prefetch_related("steps__person")
    rows = rows.only(*FINDING, "owner__name", "department__name", "department__name_en").order_by(
        "due_on", "number"
    )
    systems = AISystem.objects.filter(municipality=town).only("name", "name_en")
    names = {one.pk: system_name(one) for one in systems}
    return tuple(
        FindingLine(
            number=one.code,
            title=one.shown_title,
            control=one.control_id,
            scope=names.get(one.scope_id, "") if one.scope_kind == ScopeKind.SYSTEM else _("組織全体"),
            owner=(one.owner.name if one.owner else "") or (named(one.department) if one.department else ""),
            due_on=one.due_on,
            state=str(one.get_state_display()),
            overdue=one.is_overdue,
            plan=tuple(
                PlanLine(step.what, step.person.name if step.person else "", step.due_on, step.done_on)
                for step in one.steps.all()
            ),
            url=one.get_absolute_url(),
        )
        for one in rows
    )
