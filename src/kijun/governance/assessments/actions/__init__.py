"""What can be done with self-assessments; nothing else writes."""

from kijun.governance.assessments.actions.answers import answer, ask_department
from kijun.governance.assessments.actions.cycles import add_missing, open_cycle
from kijun.governance.assessments.actions.dropping import drop, end_cycle, resume
from kijun.governance.assessments.actions.own import import_own
from kijun.governance.assessments.actions.states import (
    approved,
    close,
    finish,
    reopen,
    returned,
    submit,
    withdrawn,
)
from kijun.governance.assessments.actions.tiers import follow_tier
from kijun.governance.assessments.actions.upgrading import upgrade
from kijun.governance.assessments.actions.work import assign, change_assignment, remove_assignment

__all__ = [
    "add_missing",
    "answer",
    "approved",
    "ask_department",
    "assign",
    "change_assignment",
    "close",
    "drop",
    "end_cycle",
    "finish",
    "follow_tier",
    "import_own",
    "open_cycle",
    "remove_assignment",
    "reopen",
    "resume",
    "returned",
    "submit",
    "upgrade",
    "withdrawn",
]
