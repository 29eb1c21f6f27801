"""What runs by itself. May run at any time, twice, or not at all for a while."""

from __future__ import annotations

from kijun.governance.incidents import actions


def mend_holds() -> int:
    """Holds that could not be put or released while the ledger was away. Every hour."""
    return actions.mend_holds()
