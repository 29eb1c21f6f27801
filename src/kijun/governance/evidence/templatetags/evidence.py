"""``{% load evidence %}{% evidence_of items %}``: evidence in few lines: value, verdict, as of when, until when, where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template

from kijun.governance.evidence.models import Finding, Item, Verdict
from kijun.governance.evidence.words import STATE_TONES, VERDICT_TONES
from kijun.web.who_may import may_open

register = template.Library()


@register.inclusion_tag("evidence/parts/items.html", takes_context=True)
def evidence_of(context: Any, items: Iterable[Item] | None, empty: str = "") -> dict[str, Any]:
    """A compact list of items (rows of ``queries.current_items``); ``empty`` is said when there are none."""
    return {"items": list(items or ()), "empty": empty, "user": context["user"]}


@register.filter
def source_for(item: Item, person: Any) -> str:
    """Where an automatic value comes from, as far as the person may go there; else empty."""
    return item.url if item.kind == Item.Kind.AUTOMATIC and item.url and may_open(person, item.url) else ""


@register.filter
def verdict_tone(value: str) -> str:
    """The tone of a verdict's tag."""
    return VERDICT_TONES[Verdict(value)] if value in Verdict.values else "neutral"


@register.filter
def finding_tone(value: str) -> str:
    """The tone of a finding's state."""
    return STATE_TONES[Finding.State(value)] if value in Finding.State.values else "neutral"
