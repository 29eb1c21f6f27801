"""The municipality's own policy of inspection as people write it: YAML, as ``kijun inspect --policy`` reads it."""

from __future__ import annotations

from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def read(text: str) -> dict[str, Any]:
    """The policy, empty for an empty text. Raises ValidationError that names the line; what it says is checked where it is saved."""
    try:
        if any(isinstance(one, yaml.AliasToken) for one in yaml.scan(text)):
            # a few lines could stand for gigabytes
            raise ValidationError(_("YAMLの参照（*）は使えません。値を書いてください。"))
        found = yaml.safe_load(text) if text.strip() else {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _unreadable(error) from error
    if not isinstance(found, dict):
        raise ValidationError(_("「項目: 値」の形で書いてください。"))
    return found


def _unreadable(error: Exception) -> ValidationError:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return ValidationError(_("YAMLとして読めません。字下げと記号を確かめてください。"))
    return ValidationError(
        _("%(n)s行目から先をYAMLとして読めません。字下げと記号を確かめてください。"),
        params={"n": mark.line + 1},
    )


def written(policy: dict[str, Any]) -> str:
    """The policy as a person changes it; empty for none."""
    return yaml.safe_dump(policy, allow_unicode=True, sort_keys=False) if policy else ""
