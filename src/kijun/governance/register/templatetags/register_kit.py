"""Filters that draw a frozen entry for those who decide."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from kijun.governance.approvals.models import Approval
from kijun.governance.register import showing
from kijun.governance.register.fields import LANGUAGES
from kijun.governance.register.models import Kind, NotPublic, Publication
from kijun.governance.register.words import ui_language
from kijun.web import ruby

register = template.Library()
NAMES = {"ja": "日本語", "en": "English", "ja-easy": "やさしい日本語"}


@register.filter
def in_each_language(values: Any) -> list[tuple[str, str, list[showing.Section]]]:
    """(language, its name, sections of both tiers) for each of the three languages."""
    found = []
    for language in LANGUAGES:
        both = showing.sections(values or {}, 1, language) + showing.sections(values or {}, 2, language)
        found.append((language, NAMES[language], both))
    return found


@register.filter
def revision_of_entry(approval: Approval) -> dict[str, Any] | None:
    """What an approval changes against the version before it; None for a first publication."""
    rows = Publication.objects.filter(
        municipality_id=approval.municipality_id, entry_id=int(approval.subject_id), kind=Kind.ENTRY
    )
    made = rows.filter(approval=approval).first()
    before = (rows.filter(version__lt=made.version) if made else rows.filter(withdrawn_at=None)).first()
    if before is None:
        return None
    changed = showing.changes(before.fields, approval.frozen["fields"], ui_language())
    return {"before": before, "changed": changed}


@register.filter
def readings(text: str) -> SafeString:
    """A text with its readings above the kanji, as residents will see it."""
    return mark_safe(ruby.annotate(escape(text)))  # noqa: S308  escaped before the readings are set


@register.filter
def reads(language: str) -> bool:
    """Whether the reader's language is this one; plain Japanese is nobody's on staff pages."""
    return language == ui_language()


@register.filter
def reason_words(code: str) -> str:
    return str(dict(NotPublic.choices).get(code, code))


@register.filter
def iso_day(value: str) -> str:
    return showing.day(value or "", showing.reader_language())
