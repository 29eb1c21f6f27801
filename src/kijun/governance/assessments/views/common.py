"""What several pages of an assessment share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kijun.catalog import Catalog, Control, Text
from kijun.governance.assessments import catalogue, proving, queries, rewording
from kijun.governance.assessments.forms import AnswerForm
from kijun.governance.assessments.models import GAPS, Answer, Assessment, Assignment
from kijun.governance.assessments.open_form import OpenAnswerForm, Words
from kijun.governance.assessments.permissions import Asked
from kijun.governance.assessments.readiness import ORGANISATION, principle_name
from kijun.governance.assessments.tallies import Results, Tally
from kijun.governance.evidence.models import Item
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.who_may import require

SHOW = ("", "open", "mine", "reworded", "gaps")
"""Which controls a page lists: all, 未回答, those that the person is asked, those whose question changed, those with a gap."""


def find(request: StaffRequest, pk: int) -> Assessment:
    """The assessment: 404 in another municipality, 403 when it does not concern the person."""
    assessment = get_mine(request, queries.assessments(request.municipality), pk=pk)
    require(request, "assessments.view", assessment)
    return assessment


def lang() -> str:
    return get_language() or "ja"


def name_of(assessment: Assessment) -> str:
    return assessment.system.shown_name if assessment.system else _("組織全体")


@dataclass(slots=True)
class Card:
    """One control with its answer and evidence, as a page shows it."""

    control: Control
    answer: Answer
    items: list[Item]
    may: bool
    proven: bool
    form: AnswerForm | OpenAnswerForm | None = None
    stale: bool = False
    saved: bool = False
    contradicted: bool = False
    """What Kijun collects says 満たしていない."""

    @property
    def anchor(self) -> str:
        return f"c-{self.control.id}"

    @property
    def needs_confirmation(self) -> bool:
        return not self.answer.status and bool(self.answer.previous)

    @property
    def reworded(self) -> list[tuple[str, str, str]]:
        """What of the question changed since it was answered last."""
        return rewording.lines(self.answer.previous, self.control, lang())


@dataclass(slots=True)
class Desk:
    """An assessment on somebody's desk: catalogue, answers, who is asked. Five queries."""

    request: StaffRequest
    assessment: Assessment
    catalog: Catalog
    answers: list[Answer]
    assignments: list[Assignment]
    asked: Asked
    results: Results
    _controls: dict[str, Control] = field(default_factory=dict)

    @classmethod
    def of(cls, request: StaffRequest, assessment: Assessment) -> Desk:
        answers = sorted(
            assessment.answers.select_related("answered_by", "department"),
            key=lambda one: catalogue.order(one.control_id, one.principle),
        )
        assignments = list(assessment.assignments.select_related("department", "person"))
        found = Results()
        for one in answers:
            one.assessment = assessment
            found.add(one.principle, one.role, one.status)
        asked = Asked(request.user, assessment, assignments)
        return cls(request, assessment, catalogue.pinned(assessment), answers, assignments, asked, found)

    @property
    def tally(self) -> Tally:
        return self.results.total

    def control(self, control_id: str) -> Control:
        return self.catalog.control(control_id)

    def name(self, principle: str) -> str:
        return principle_name(self.assessment, principle, lang())

    def wanted(self, answer: Answer, show: str, role: str) -> bool:
        if role and answer.role != role:
            return False
        if show == "open":
            return not answer.status
        if show == "reworded":
            return answer.is_reworded
        if show == "gaps":
            return answer.status in GAPS
        if show == "mine":
            return self.asked.asks(answer)
        return True

    @property
    def reworded(self) -> int:
        """How many open questions read differently than when they were answered last."""
        return sum(one.is_reworded for one in self.answers)

    def mine_left(self) -> int:
        return sum(not one.status and self.asked.asks(one) for one in self.answers)

    def next_open(self, after: str = "", role: str = "") -> Answer | None:
        """The next unanswered control (of ``role``) that the person may answer, behind ``after`` first, then from the start."""
        ids = [one.control_id for one in self.answers]
        start = ids.index(after) + 1 if after in ids else 0
        for one in self.answers[start:] + self.answers[:start]:
            if not one.status and role in {"", one.role} and self.asked.may(one):
                return one
        return None

    def cards(self, answers: list[Answer]) -> list[Card]:
        items = proving.items_of(self.assessment)
        made, words = [], Words()
        for one in answers:
            its = items.get(one.control_id, [])
            proven, may = proving.supports(its), self.asked.may(one)
            form = OpenAnswerForm(one, words, proven=proven) if may else None
            card = Card(self.control(one.control_id), one, its, may, proven, form)
            card.contradicted = proving.contradicts(its)
            made.append(card)
        return made


def topic_name(catalog: Catalog, topic: str) -> str:
    if topic == "G":
        return str(ORGANISATION)
    name: Text = catalog.topic(topic).name
    return f"{topic} {name.get(lang())}"


def page(request: StaffRequest, desk: Desk, **more: Any) -> dict[str, Any]:
    """The context that every page of an assessment needs."""
    assessment = desk.assessment
    return {
        "assessment": assessment,
        "name": name_of(assessment),
        "desk": desk,
        "tally": desk.tally,
        "may_manage": request.user.has_perm("assessments.manage", assessment),
        "may_submit": request.user.has_perm("assessments.submit", assessment),
        **more,
    }
