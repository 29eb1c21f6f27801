"""All that changes who may use AI for what. Each function: permission, validation, transition, audit entry, one transaction, and the
policy published on commit."""

from kijun.governance.access.actions.grants import (
    Made,
    change_grant,
    create_grant,
    end_of_departed,
    end_of_retired,
    hand_over_grant,
    propose_grant,
    revoke_grant,
)
from kijun.governance.access.actions.keys import mark_used, revoke_key, rotate_key
from kijun.governance.access.actions.models import Way, remove_model, save_model
from kijun.governance.access.actions.purposes import hand_over_purpose, save_purpose, switch_purpose
from kijun.governance.access.actions.stops import lift_stop, stop
from kijun.governance.access.actions.town import rules_of, save_town_rules
from kijun.governance.access.actions.upstreams import (
    record_opt_out,
    save_upstream,
    switch_upstream,
    withdraw_opt_out,
)

__all__ = [
    "Made",
    "Way",
    "change_grant",
    "create_grant",
    "end_of_departed",
    "end_of_retired",
    "hand_over_grant",
    "hand_over_purpose",
    "lift_stop",
    "mark_used",
    "propose_grant",
    "record_opt_out",
    "remove_model",
    "revoke_grant",
    "revoke_key",
    "rotate_key",
    "rules_of",
    "save_model",
    "save_purpose",
    "save_town_rules",
    "save_upstream",
    "stop",
    "switch_purpose",
    "switch_upstream",
    "withdraw_opt_out",
]
