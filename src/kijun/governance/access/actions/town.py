"""What holds for all AI of a municipality: whom to ask, its own rules of inspection."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kijun.governance.access.actions.common import allow_in
from kijun.governance.access.models import TownRules
from kijun.governance.access.publishing import publish
from kijun.governance.accounts.acting import Actor
from kijun.governance.audit.actions import changes, record
from kijun.governance.organisation.models import Municipality
from kijun.inspection import Policy, RuleError


def rules_of(municipality: Municipality) -> TownRules:
    """The municipality's row, not yet saved where there is none."""
    found: TownRules | None = TownRules.objects.of(municipality).first()
    return found or TownRules(municipality=municipality)


@transaction.atomic
def save_town_rules(
    actor: Actor,
    municipality: Municipality,
    *,
    contact: str,
    inspection: Mapping[str, Any],
    seen_revision: int | None = None,
) -> TownRules:
    """Save both. A policy of inspection is read as the gateway reads it; what is wrong in it is told."""
    allow_in(actor, "access.change", municipality)
    if len(contact.strip()) > 200:
        raise ValidationError({"contact": [_("問い合わせ先は200文字以内で入力してください。")]})
    try:
        Policy.read(inspection)
    except RuleError as error:
        english = (get_language() or "").startswith("en")
        raise ValidationError({"inspection": [error.message.in_("en" if english else "ja")]}) from error
    try:
        json.dumps(inspection, allow_nan=False)
    except (TypeError, ValueError) as error:
        message = _("日付や特別な値は使えません。引用符で囲んで文字にしてください。")
        raise ValidationError({"inspection": [message]}) from error
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    row = rules_of(municipality)
    before = {"contact": row.contact, "inspection": row.inspection}
    if row.pk is not None:
        row.claim(seen_revision)
    row.contact, row.inspection = contact.strip(), dict(inspection)
    row.save()
    detail = changes(before, {"contact": row.contact, "inspection": row.inspection})
    if detail["after"]:
        record(municipality.chain, actor, "access.rules_saved", row, detail)
    publish(f"rules of {municipality.code} saved")
    return row
