"""Everything that changes municipalities, departments and closing days."""

from kijun.governance.organisation.actions.closing_days import (
    add_closing_day,
    add_closing_days,
    remove_closing_day,
)
from kijun.governance.organisation.actions.departments import (
    add_department,
    apply_versions,
    cancel_version,
    change_department,
    close_department,
    reopen_department,
    revise_department,
)
from kijun.governance.organisation.actions.imports import carry_out, discard, stage
from kijun.governance.organisation.actions.municipalities import change_municipality, found_municipality
from kijun.governance.organisation.actions.succeeding import hand_on, name_successors

__all__ = [
    "add_closing_day",
    "add_closing_days",
    "add_department",
    "apply_versions",
    "cancel_version",
    "carry_out",
    "change_department",
    "change_municipality",
    "close_department",
    "discard",
    "found_municipality",
    "hand_on",
    "name_successors",
    "remove_closing_day",
    "reopen_department",
    "revise_department",
    "stage",
]
