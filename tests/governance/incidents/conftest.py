"""A ledger of the test's own, a system in use, and incidents."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.incidents import actions
from kijun.governance.incidents.models import Incident, Notice, Playbook, Step
from kijun.governance.inventory.models import AISystem
from tests.governance.feedback.conftest import report  # noqa: F401  a fixture
from tests.governance.interactions.conftest import home, purpose, record, say, system  # noqa: F401  fixtures

SAID: dict[str, Any] = {
    "title": "対象でない人に給付の対象と案内した",
    "what": "窓口の案内の下書きで、要綱にない条件をAIが答えた。",
    "harms": ["wrong"],
    "severity": "2medium",
    "residents": "yes",
}
LESSON: dict[str, Any] = {
    "title": "制度の対象は要綱で確かめる",
    "happened": "AIの答えをそのまま案内した。",
    "learnt": "参照した文書が古かった。",
    "do": "案内の前に、要綱の版を確かめる。",
}


def anew(incident: Incident) -> Incident:
    """As it stands in the database now, with what actions ask of it."""
    from kijun.governance.incidents.queries import incidents

    return incidents(incident.municipality).get(pk=incident.pk)


@pytest.fixture
def incident(staff: Person, system: AISystem) -> Callable[..., Incident]:  # noqa: F811  the fixture
    """``incident(severity=…)``: 介護 三郎 reports one of 責任 次郎's system, noticed an hour ago."""

    def make(person: Person | None = None, **values: Any) -> Incident:
        told: dict[str, Any] = {"noticed_at": timezone.now() - datetime.timedelta(hours=1), "system": system}
        return actions.open_incident(person or staff, actions.Told(**(SAID | told | values)))

    return make


@pytest.fixture
def playbook(it_staff: Person, executive: Person) -> Playbook:
    """A version in force: a step for any harm, one for leaks, and the vendor to be told within a day."""
    row = actions.draft_playbook(it_staff, "初めて作る")
    parts = {"stop": "責任者が決める。", "order": "責任者、CDO、広報。", "correction": "窓口とHPで訂正する。"}
    row = actions.save_playbook(it_staff, row, parts | {"night": "宿直 内線100", "contacts": "事業者 窓口"})
    for order, values in enumerate(
        (
            {"text": "使うのを止める", "hours": 2, "who": "責任者"},
            {"text": "漏れた範囲を調べる", "harms": ["leak"], "hours": 24},
            {"text": "事業者に知らせる", "whom": "vendor", "hours": 24},
            {"text": "広報に知らせる", "whom": "section", "severity": "3serious"},
        )
    ):
        actions.save_step(it_staff, row, None, {"order": order, **values})
    row = actions.propose_playbook(it_staff, row)
    return actions.adopt_playbook(executive, row)


def finish_all(actor: Person, incident: Incident) -> None:
    """Everything on its lists is done, and residents were told."""
    for step in Step.objects.filter(incident=incident, done_at=None):
        actions.finish_step(actor, step, note="した")
    for notice in Notice.objects.filter(incident=incident, done_at=None):
        actions.finish_notice(actor, notice, note="電話")


def contained(actor: Person, incident: Incident) -> Incident:
    """Measured, decided, under control, explained; nothing is left but a decision."""
    actions.measure(actor, incident, "画面を閉じた")
    actions.decide_course(actor, anew(incident), "check", "全件を人が確かめる")
    actions.contain(actor, anew(incident), "同じ案内はない")
    finish_all(actor, incident)
    actions.explain(
        actor,
        anew(incident),
        cause="文書が古い",
        redress="全員に訂正の電話をした",
        no_prevention_why="文書を差し替えて済んだ",
        no_lesson_why="前の教訓と同じ",
    )
    return anew(incident)
