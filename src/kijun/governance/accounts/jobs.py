"""What runs every day for people: transfers take effect on their day."""

from __future__ import annotations

import logging

from django.core.exceptions import PermissionDenied, ValidationError

from kijun.governance.accounts import transfers
from kijun.governance.audit.refs import SYSTEM

log = logging.getLogger("kijun.jobs")


def apply_transfers() -> int:
    """Apply every staged transfer whose day has come; gives how many took effect. Idempotent.

    One that cannot take effect is left as it is, with the reason for the administrators, and holds no other up.
    """
    count = 0
    for transfer in transfers.due_transfers():
        try:
            transfers.apply_transfer(SYSTEM, transfer)
        except ValidationError as error:
            transfers.block(transfer, "\n".join(error.messages))
            log.warning("transfer %s did not take effect: %s", transfer.pk, "; ".join(error.messages))
        except (PermissionDenied, LookupError) as error:
            transfers.block(transfer, f"{type(error).__name__}: {error}")
            log.warning("transfer %s did not take effect: %r", transfer.pk, error)
        else:
            count += 1
    return count
