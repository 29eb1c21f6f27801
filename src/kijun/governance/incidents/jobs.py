"""What runs by itself. May run at any time, twice, or not at all for a while."""

from __future__ import annotations

from kijun.governance.incidents import actions


def mend_holds() -> int:
    """Records of open incidents that could not be put on hold when they were opened. Every hour."""
    return actions.mend_holds()
