"""What runs by itself."""

from __future__ import annotations

import logging

from kijun.governance.interactions import ledger
from kijun.governance.reviews import actions
from kijun.ledger.model import LedgerError

log = logging.getLogger("kijun.reviews")


def forget() -> int:
    """At night, after the ledger has erased: texts whose records are gone go as well. Gives how many."""
    from kijun.ledger.client import FOLDER

    if not (ledger.home() / FOLDER).is_dir():
        return 0
    try:
        return actions.forget()
    except LedgerError as error:
        log.error("texts of erased records could not be looked for: %s", error.en)
        return 0
