"""What runs every day: departments take the name and place that were planned for them."""

from __future__ import annotations

import logging

from kijun.governance.organisation import actions
from kijun.governance.organisation.models import Municipality

log = logging.getLogger("kijun.jobs")


def apply_versions() -> int:
    """Apply today's versions in every municipality; gives how many departments changed. Idempotent."""
    count = 0
    for municipality in Municipality.objects.all():
        changed = actions.apply_versions(municipality)
        if changed:
            log.info("%s: %d departments changed today", municipality.code, len(changed))
        count += len(changed)
    return count
