"""What can be done with reviews and labels; nothing else writes."""

from kijun.governance.reviews.actions.approving import (
    ROUTE,
    SUBJECT,
    SUBJECT_STRICT,
    approved,
    decides,
    hinders,
    may_open,
    open_material,
    returned,
    subject_kind,
    submit,
    withdrawn,
)
from kijun.governance.reviews.actions.confirming import Confirmation, confirm
from kijun.governance.reviews.actions.forgetting import forget
from kijun.governance.reviews.actions.labelling import make_label, save_rules, withdraw_label
from kijun.governance.reviews.actions.taking import take

__all__ = [
    "ROUTE",
    "SUBJECT",
    "SUBJECT_STRICT",
    "Confirmation",
    "approved",
    "confirm",
    "decides",
    "forget",
    "hinders",
    "make_label",
    "may_open",
    "open_material",
    "returned",
    "save_rules",
    "subject_kind",
    "submit",
    "take",
    "withdraw_label",
    "withdrawn",
]
