"""人事異動: moves that are prepared, looked at, staged, and take effect together on a day.

Until that day nothing but the transfer itself is written, so that taking it back leaves no trace in postings or roles.
"""

from kijun.governance.accounts.transfers.applying import (
    apply_transfer,
    block,
    departments_before,
    due_transfers,
)
from kijun.governance.accounts.transfers.drafting import (
    Choice,
    add_line,
    cancel_transfer,
    change_transfer,
    choose_handovers,
    draft_transfer,
    remove_line,
    reopen_transfer,
    stage_transfer,
)
from kijun.governance.accounts.transfers.review import Left, Review, review
from kijun.governance.accounts.transfers.sheet import carry_out_lines, stage_lines

__all__ = [
    "Choice",
    "Left",
    "Review",
    "add_line",
    "apply_transfer",
    "block",
    "cancel_transfer",
    "carry_out_lines",
    "change_transfer",
    "choose_handovers",
    "departments_before",
    "draft_transfer",
    "due_transfers",
    "remove_line",
    "reopen_transfer",
    "review",
    "stage_lines",
    "stage_transfer",
]
