"""A municipality's own controls."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kijun.catalog import Control
from kijun.governance.accounts.models import Person
from kijun.governance.assessments import catalogue
from kijun.governance.assessments.models import OwnControls
from kijun.governance.audit.actions import record
from kijun.governance.organisation.models import Municipality


def stamp(imported: OwnControls | None) -> str:
    """Tells one import from another; an import that there never was has one too."""
    return str(imported.pk if imported else 0)


@transaction.atomic
def import_own(
    actor: Person, municipality: Municipality, controls: Iterable[Control], *, seen: str = ""
) -> OwnControls:
    """Put these own controls in the place of those there were. New cycles and upgrades use them; others keep theirs.

    ``seen`` is the :func:`stamp` of the import that the person compared with; after another one nothing is imported.
    """
    if actor.municipality_id != municipality.pk or not actor.has_perm("assessments.manage"):
        raise PermissionDenied
    Municipality.objects.select_for_update().get(pk=municipality.pk)  # one import after the other
    before = catalogue.newest_own(municipality)
    if seen and seen != stamp(before):
        message = _(
            "確認の間に、別の人が独自の対策を取り込みました。ファイルをもう一度選び、違いを確かめてください。"
        )
        raise ValidationError(message, code="changed")
    content = [catalogue.to_json(one) for one in controls]
    made = OwnControls.objects.create(municipality=municipality, content=content, imported_by=actor)
    detail = {
        "before": {"controls": [one["id"] for one in before.content] if before else []},
        "after": {"controls": [one["id"] for one in content]},
    }
    record(municipality.chain, actor, "assessments.own_controls_imported", made, detail)
    return made
