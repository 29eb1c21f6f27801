"""``{% load spoken %}{{ name|spoken }}``: what people wrote in Japanese is told to be so on an English page, for screen readers (WCAG 3.1.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from kijun.governance.interactions import wording
from kijun.web.punctuation import mark

register = template.Library()
_JAPANESE: Final = re.compile(
    r"[\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)


def _is_foreign(text: str) -> bool:
    return wording.english() and _JAPANESE.search(text) is not None


@register.filter
def spoken(value: Any) -> Any:
    """The value, as a Japanese phrase where it is one and the page is English."""
    if not value or not _is_foreign(str(value)):
        return value
    return format_html('<span lang="ja">{}</span>', value)


@register.filter
def spoken_list(values: Iterable[Any]) -> SafeString:
    """As `listed`, each in its language."""
    between = format_html("{}", mark("、"))
    return mark_safe(between.join(format_html("{}", spoken(one)) for one in values))  # noqa: S308 - every part was escaped


@register.filter
def spoken_in(parts: Iterable[Any]) -> str:
    """The language of the parts of a text (`reading.Part`), as an attribute; empty where it is the page's."""
    text = "".join(str(one.text) for one in parts)
    return mark_safe(' lang="ja"') if _is_foreign(text) else ""
