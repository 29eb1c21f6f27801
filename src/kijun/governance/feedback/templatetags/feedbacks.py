"""The buttons below an answer."""

from __future__ import annotations

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kijun.governance.feedback.models import OF_ANSWERS, Opinion

register = template.Library()


@register.simple_tag
def doubts() -> list[Any]:
    """What may look wrong about an answer."""
    return list(OF_ANSWERS)


@register.simple_tag
def verdicts() -> list[Any]:
    """Useful or not."""
    return list(Opinion.Verdict)


@register.simple_tag(takes_context=True)
def feedback_assets(context: template.Context) -> SafeString:
    """Style and script of the buttons, once a page; nothing where a script asked for the buttons alone."""
    request = context.get("request")
    if request is None or request.headers.get("HX-Request") or getattr(request, "feedback_assets", False):
        return SafeString("")
    request.feedback_assets = True
    return format_html(
        '<link rel="stylesheet" href="{}"><script src="{}" defer></script>',
        static("feedback/feedback.css"),
        static("feedback/feedback.js"),
    )
