"""Running numbers of a municipality's rows."""

from __future__ import annotations

from typing import Any

from django.db.models import Max

from kijun.governance.organisation.models import Municipality


def next_number(model: Any, municipality: Municipality) -> int:
    """The ``number`` of the municipality's next row of a model, from 1. Locks the municipality's row until the transaction ends, so that two never share one."""
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    last = model.objects.filter(municipality=municipality).aggregate(last=Max("number"))["last"]
    return int(last or 0) + 1
