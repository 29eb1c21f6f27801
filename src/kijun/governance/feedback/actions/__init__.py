"""All that changes: opinions, reports, requests to vendors, escalations, reports of people who move."""

from kijun.governance.feedback.actions.answering import acknowledge, answer, close, mark_read, withdraw
from kijun.governance.feedback.actions.asking import (
    ask,
    attach,
    detach,
    record_reply,
    save_request,
    verify,
)
from kijun.governance.feedback.actions.escalating import escalate, settle
from kijun.governance.feedback.actions.giving import give, report
from kijun.governance.feedback.actions.moving import end_of_departed, hand_over, open_interaction, set_handler

__all__ = [
    "acknowledge",
    "answer",
    "ask",
    "attach",
    "close",
    "detach",
    "end_of_departed",
    "escalate",
    "give",
    "hand_over",
    "mark_read",
    "open_interaction",
    "record_reply",
    "report",
    "save_request",
    "set_handler",
    "settle",
    "verify",
    "withdraw",
]
