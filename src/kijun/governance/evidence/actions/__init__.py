"""What can be done with evidence and findings; nothing else writes."""

from kijun.governance.evidence.actions.collecting import CollectResult, collect
from kijun.governance.evidence.actions.findings import (
    advance,
    close_finding,
    give_finding,
    plan,
    raise_finding,
    reopen,
)
from kijun.governance.evidence.actions.items import add_item, attest, withdraw_item
from kijun.governance.evidence.actions.reassigning import pass_on_finding, reassign
from kijun.governance.evidence.actions.steps import finish_step, give_step, remove_step, save_step

__all__ = [
    "CollectResult",
    "add_item",
    "advance",
    "attest",
    "close_finding",
    "collect",
    "finish_step",
    "give_finding",
    "give_step",
    "pass_on_finding",
    "plan",
    "raise_finding",
    "reassign",
    "remove_step",
    "reopen",
    "save_step",
    "withdraw_item",
]
