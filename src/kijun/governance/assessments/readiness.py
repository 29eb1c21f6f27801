"""What still stands between an assessment and its submission."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from kijun.governance.assessments import catalogue
from kijun.governance.assessments.models import AskedRole, Assessment
from kijun.governance.assessments.queries import live_results
from kijun.governance.assessments.tiering import plan_tier
from kijun.web.templatetags.kit import named

ORGANISATION = gettext_lazy("組織としての取組")


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing to do first, and the page where it is done."""

    message: StrOrPromise
    url: str


def principle_name(assessment: Assessment, principle: str, lang: str) -> str:
    """原則の名称, as the pinned catalogue words it."""
    if principle == "G":
        return str(ORGANISATION)
    return catalogue.pinned(assessment).principle(principle).name.get(lang)


def missing(assessment: Assessment, lang: str = "ja") -> list[Missing]:
    """Empty when it can be submitted. Unanswered controls by principle, roles nobody is asked, unfinished work."""
    found = []
    results = live_results([assessment.pk])[assessment.pk]
    for principle in results.principles:
        left = results.principle(principle).left
        if left:
            name = principle_name(assessment, principle, lang)
            url = reverse("assessments:principle", args=[assessment.pk, principle])
            message = _("「%(name)s」に、まだ答えていない対策が%(n)s件あります。") % {"name": name, "n": left}
            found.append(Missing(message, url + "?show=open"))
    if plan_tier(assessment) is not None:
        message = _("リスク評価が変わったため、求められる対策が変わります。先に対策を合わせてください。")
        found.append(Missing(message, reverse("assessments:tier", args=[assessment.pk])))
    url = reverse("assessments:work", args=[assessment.pk])
    assignments = list(assessment.assignments.select_related("department"))
    for role in results.roles:
        label = AskedRole(role).label
        if not any(one.role == role for one in assignments):
            message = _("%(role)sの対策を担当する部署が決まっていません。") % {"role": label}
            found.append(Missing(message, url))
    for one in assignments:
        if one.finished_at is None and one.role in results.roles:
            words = {"department": named(one.department), "role": one.get_role_display()}
            message = _("%(department)sの担当分「%(role)s」が、まだ完了になっていません。") % words
            found.append(Missing(message, url))
    return found
