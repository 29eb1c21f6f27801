"""A municipality's own controls."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction

from kijun.catalog import Control
from kijun.governance.accounts.models import Person
from kijun.governance.assessments import catalogue
from kijun.governance.assessments.models import OwnControls
from kijun.governance.audit.actions import record
from kijun.governance.organisation.models import Municipality


@transaction.atomic
def import_own(actor: Person, municipality: Municipality, controls: Iterable[Control]) -> OwnControls:
    """Put these own controls in the place of those there were. New cycles and upgrades use them; others keep theirs."""
    if actor.municipality_id != municipality.pk or not actor.has_perm("assessments.manage"):
        raise PermissionDenied
    before = catalogue.newest_own(municipality)
    content = [catalogue.to_json(one) for one in controls]
    made = OwnControls.objects.create(municipality=municipality, content=content, imported_by=actor)
    detail = {
        "before": {"controls": [one["id"] for one in before.content] if before else []},
        "after": {"controls": [one["id"] for one in content]},
    }
    record(municipality.chain, actor, "assessments.own_controls_imported", made, detail)
    return made
