"""What can be done with approvals and their routes; nothing else writes."""

from kijun.governance.approvals.actions.machine import (
    already_decided,
    approve,
    hindrance,
    return_,
    submit,
    view_later,
    withdraw,
)
from kijun.governance.approvals.actions.routes import (
    delete_route,
    ensure_default_route,
    ensure_route,
    save_route,
)

__all__ = [
    "already_decided",
    "approve",
    "delete_route",
    "ensure_default_route",
    "ensure_route",
    "hindrance",
    "return_",
    "save_route",
    "submit",
    "view_later",
    "withdraw",
]
