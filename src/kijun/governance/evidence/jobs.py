"""Jobs of evidence: idempotent, run by the scheduler or by hand (``kijun evidence collect``)."""

from __future__ import annotations

import logging

from kijun.governance.evidence.actions import CollectResult, collect
from kijun.governance.organisation.models import Municipality

log = logging.getLogger(__name__)


def collect_all() -> dict[str, CollectResult]:
    """Collect for every municipality; raises and mends findings on the way. Municipality code → what was done.

    One town's trouble does not hold up the others.
    """
    results = {}
    for municipality in Municipality.objects.order_by("code"):
        try:
            results[municipality.code] = collect(municipality)
        except Exception:
            log.exception("evidence of %s could not be collected", municipality.code)
            results[municipality.code] = CollectResult(failed=["collect"])
    return results
