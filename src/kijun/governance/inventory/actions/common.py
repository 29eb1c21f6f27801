"""What the actions share."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from kijun.governance.inventory.models import AISystem


def same_town(municipality_id: int, values: dict[str, Any]) -> None:
    """Refuse people and departments of another municipality, however they came in."""
    for name, value in values.items():
        for one in value if isinstance(value, list | tuple) else [value]:
            if isinstance(one, Model) and getattr(one, "municipality_id", municipality_id) != municipality_id:
                raise ValidationError({name: [_("この自治体の部署・職員から選んでください。")]})


def not_retired(system: AISystem) -> None:
    if system.is_retired:
        raise ValidationError(_("廃止したAIシステムは変更できません。必要なら、先に段階を戻してください。"))


def registered_only(system: AISystem) -> None:
    if system.is_draft:
        raise ValidationError(_("下書きのAIシステムです。先に登録を終えてください。"))
