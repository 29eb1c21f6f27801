"""An assessment as something that is decided."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.approvals import subjects
from kijun.governance.assessments import actions, plans
from kijun.governance.assessments.actions.states import SUBJECT
from kijun.governance.assessments.freezing import freeze
from kijun.governance.assessments.models import Assessment
from kijun.governance.organisation.models import Department


def load(municipality_id: int, subject_id: str) -> Assessment:
    rows = Assessment.objects.select_related("municipality", "cycle", "system__provider_department")
    found: Assessment = rows.get(municipality=municipality_id, pk=subject_id)
    return found


def url(assessment: Assessment) -> str:
    return reverse("assessments:assessment", args=[assessment.pk])


def department(assessment: Assessment) -> Department | None:
    """The route of the department that provides the system; of the IT department for the organisation."""
    provider = assessment.system.provider_department if assessment.system else None
    return provider or plans.it_department(assessment.municipality)


def may_submit(person: Person, assessment: Assessment) -> bool:
    return person.has_perm("assessments.submit", assessment)


def register_all() -> None:
    subjects.register(
        subjects.Subject(
            kind=SUBJECT,
            label=_("自己点検"),
            load=load,
            freeze=freeze,
            url=url,
            department=department,
            may_submit=may_submit,
            approved=actions.approved,
            returned=actions.returned,
            withdrawn=actions.withdrawn,
            template="assessments/frozen.html",
        )
    )
