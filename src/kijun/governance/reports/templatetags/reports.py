"""``{% load reports %}``: how far the assessment of a system is."""

from __future__ import annotations

from django import template

from kijun.governance.reports import words
from kijun.governance.reports.contents import SystemLine

register = template.Library()


@register.filter
def assessed(line: SystemLine) -> str:
    """作業中（9/83）."""
    return words.assessed(line)
