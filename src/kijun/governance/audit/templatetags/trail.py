"""``{% load trail %}{% history thing %}``: who changed a thing, when, and what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.db.models import Model

from kijun.governance.audit import queries, words
from kijun.governance.audit.models import Entry

register = template.Library()


@register.inclusion_tag("audit/history.html")
def history(*things: Model | Sequence[Model] | None) -> dict[str, Any]:
    """The last entries about a thing (or several, or a list), folded away at the end of a page; nothing without any."""
    found: list[Model] = []
    for thing in things:
        if isinstance(thing, Model):
            found.append(thing)
        else:
            found += thing or []
    entries = queries.history(*(one for one in found if one.pk))
    return {"entries": entries[: queries.HISTORY], "more": len(entries) > queries.HISTORY}


@register.filter
def action_words(entry: Entry) -> str:
    """What was done, in words."""
    return words.action(entry.action)


@register.filter
def actor_words(entry: Entry) -> str:
    """Who did it; a command on the machine in the reader's language, where the trail keeps one label for all."""
    return words.actor(entry.actor_label)


@register.filter
def changes(entry: Entry) -> list[queries.Change]:
    """The lines of the entry's before/after table."""
    return queries.changes(entry)
