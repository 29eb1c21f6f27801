"""``{% load assessments %}``: where an answer is given, and a status as a tag."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kijun.governance.assessments.models import GAPS, STATUS_TONES, Answer, Assessment, Status
from kijun.governance.assessments.readiness import ORGANISATION
from kijun.governance.assessments.tallies import from_summary
from kijun.governance.evidence.models import Finding, Verdict
from kijun.web.templatetags.kit import short_day, tag

register = template.Library()


@register.simple_tag
def place(answer: Answer) -> str:
    """The address of the answer's form on its principle's page."""
    url = reverse("assessments:principle", args=[answer.assessment_id, answer.principle])
    return f"{url}#c-{answer.control_id}"


@register.simple_tag
def status_tag(status: str) -> SafeString:
    """実施済 and so on; 未回答 for an empty status."""
    label = Status(status).label if status in Status.values else _("未回答")
    return tag(label, STATUS_TONES.get(status, "neutral"))


@register.simple_tag(takes_context=True)
def add_evidence_url(context: template.Context, assessment: Assessment, control_id: str) -> str:
    """Where evidence is added for this control in this scope; it leads back to where one was, filters and all."""
    if context.get("topics") is not None:  # a principle's page, where many controls stand
        back = reverse("assessments:principle", args=[assessment.pk, context["principle"]])
        back += f"{context['narrowing']}#c-{control_id}"
    else:
        back = reverse("assessments:control", args=[assessment.pk, control_id])
    scope = f"{assessment.scope_kind}-{assessment.scope_id}"
    query = urlencode({"scope": scope, "control": control_id, "next": back})
    return reverse("evidence:add", args=["file"]) + "?" + query


@register.filter
def frozen_day(text: str | None) -> SafeString | str:
    """A day or a moment of a frozen copy (ISO 8601) as tables write days, in the town's time zone; "" for None."""
    if not text:
        return ""
    moment = len(text) > len("2026-11-23")
    return short_day(datetime.datetime.fromisoformat(text) if moment else datetime.date.fromisoformat(text))


@register.filter
def frozen_words(item: dict[str, Any], key: str) -> str:
    """What a frozen copy keeps under ``key`` in the reader's language, as far as it was written in it."""
    return str((item.get(f"{key}_en") if get_language() == "en" else "") or item.get(key, ""))


@register.simple_tag
def finding_url(finding: Finding) -> str:
    """The finding's page."""
    return reverse("evidence:finding", args=[finding.pk])


@register.simple_tag
def verdict_label(verdict: str) -> str:
    """満たしている and so on, of a frozen item."""
    return str(Verdict(verdict).label) if verdict in Verdict.values else verdict


@register.simple_tag
def frozen_counts(frozen: dict[str, Any]) -> list[tuple[str, int]]:
    """Status and number of controls of a frozen copy."""
    total = from_summary(frozen.get("summary")).total
    return [(status, total.of(status)) for status in [*Status.values, ""] if total.of(status)]


@register.simple_tag
def frozen_groups(frozen: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]], int]]:
    """Name of the principle, its controls, and how many of them have a gap: of a frozen copy, in order."""
    lang = "en" if (get_language() or "ja").startswith("en") else "ja"
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in frozen.get("controls", []):
        groups.setdefault(one["principle"], []).append(one)
    names = frozen.get("principles", {})
    found = []
    for id, controls in groups.items():
        name = f"{id}. {names[id][lang]}" if id in names else str(ORGANISATION)
        found.append((name, controls, sum(one["status"] in GAPS for one in controls)))
    return found
