"""What the staff's views of the register share."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse

from kijun.governance.inventory.models import AISystem
from kijun.governance.inventory.queries import visible_systems
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.governance.register import content
from kijun.governance.register.models import Entry
from kijun.governance.register.words import TOPIC_NAMES
from kijun.web.punctuation import bracketed
from kijun.web.who_may import require


def find_system(request: StaffRequest, pk: int) -> AISystem:
    """A registered system that the person sees; anything else is a 404."""
    rows = visible_systems(request.user).filter(registered_at__isnull=False)
    rows = rows.select_related("municipality", "provider_department", "owner")
    return get_mine(request, rows, pk=pk)


def find_entry(request: StaffRequest, pk: int, *, to_edit: bool = False) -> Entry:
    """The working copy of a system that the person sees (404) and, where asked, may change (403)."""
    system = find_system(request, pk)
    if to_edit:
        require(request, "register.edit", system)
    entry: Entry | None = (
        Entry.objects.filter(system=system).select_related("municipality", "approval").first()
    )
    if entry is None:
        raise Http404
    entry.system = system
    return entry


def steps(entry: Entry, here: str) -> list[tuple[Any, str, str]]:
    """The stepper: topics, then check and submit."""
    lacking = {gap.topic for gap in content.gaps(entry)}
    found = [
        (
            TOPIC_NAMES[one.slug],
            reverse("register:topic", args=[entry.system_id, one.slug]),
            "current" if one.slug == here else "todo" if one.slug in lacking else "done",
        )
        for one in content.TOPICS
    ]
    last = reverse("register:submit", args=[entry.system_id])
    return [*found, (TOPIC_NAMES["submit"], last, "current" if here == "submit" else "todo")]


def lacking(entry: Entry) -> list[tuple[Any, str, list[str]]]:
    """What is missing by topic: its name, its address, the fields in words."""
    by_topic: dict[str, list[str]] = {}
    for gap in content.gaps(entry):
        by_topic.setdefault(gap.topic, []).append(words_of(gap))
    return [
        (TOPIC_NAMES[slug], reverse("register:topic", args=[entry.system_id, slug]), texts)
        for slug, texts in by_topic.items()
    ]


def words_of(gap: content.Gap) -> str:
    from kijun.governance.register.forms import NAMES
    from kijun.governance.register.words import IN_A_YEAR, ui_language

    label = gap.field.label.get(ui_language())
    if gap.invalid:
        return bracketed(label, IN_A_YEAR)
    return bracketed(label, NAMES[gap.language]) if gap.language else label


def posted(request: StaffRequest) -> Any:
    """What was sent; None when the page is only opened."""
    return request.POST if request.method == "POST" else None
