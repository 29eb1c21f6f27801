"""Frozen copies in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from kijun.governance.reviews import checklist
from kijun.governance.reviews.models import Decision, Destination, Ground

register = template.Library()


@register.filter
def in_words(frozen: Mapping[str, Any]) -> dict[str, Any]:
    """The codes of a frozen copy as words: destination, decision, ground, checks; ``pk`` is the review's."""
    return {
        "pk": frozen.get("_review"),
        "destination": dict(Destination.choices).get(frozen.get("destination", ""), ""),
        "decision": dict(Decision.choices).get(frozen.get("decision", ""), ""),
        "ground": dict(Ground.choices).get(frozen.get("ground", ""), "—"),
        "checks": [
            {**one, "label": checklist.label_of({**one, "label": ""}) if not is_own(one) else one["label"]}
            for one in frozen.get("checks", [])
        ],
    }


def is_own(check: Mapping[str, Any]) -> bool:
    """A question of the purpose's own: it stands as it was written."""
    return str(check.get("key", "")).startswith("own")
