"""``{% load trail %}{% history thing %}``: who changed a thing, when, and what."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Model

from kijun.governance.audit import queries, words
from kijun.governance.audit.models import Entry

register = template.Library()


@register.inclusion_tag("audit/history.html")
def history(*things: Model) -> dict[str, Any]:
    """The last entries about a thing (or several, taken together), folded away at the end of a page."""
    found = [entry for thing in things if thing is not None and thing.pk for entry in queries.history(thing)]
    found.sort(key=lambda entry: (entry.at, entry.seq), reverse=True)
    return {"entries": found[: queries.HISTORY]}


@register.filter
def action_words(entry: Entry) -> str:
    """What was done, in words."""
    return words.action(entry.action)


@register.filter
def changes(entry: Entry) -> list[queries.Change]:
    """The lines of the entry's before/after table."""
    return queries.changes(entry)
