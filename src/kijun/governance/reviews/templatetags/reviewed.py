"""Frozen copies in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from kijun.governance.reviews import actions, checklist
from kijun.governance.reviews.models import Decision, Destination, Ground, Review

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


@register.simple_tag(takes_context=True)
def may_open_material(context: Mapping[str, Any], pk: int | None) -> bool:
    """The reader may open what the frozen copy was made of."""
    review = Review.objects.select_related("approval").filter(pk=pk).first()
    return review is not None and actions.may_open(context["request"].user, review)


def is_own(check: Mapping[str, Any]) -> bool:
    """A question of the purpose's own: it stands as it was written."""
    return str(check.get("key", "")).startswith("own")
