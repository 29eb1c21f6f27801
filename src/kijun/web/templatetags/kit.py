"""Small template components. Builtin in every template: no ``{% load %}`` needed."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import template
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext
from django_stubs_ext import StrOrPromise

from kijun.web import dates, invisible, markdown, punctuation

if TYPE_CHECKING:
    from kijun.web.charts import Chart
    from kijun.web.tables import Shown

register = template.Library()
WEEK = 7
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U000323af]")


def _day(value: Any) -> datetime.date | None:
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).date()
    return value if isinstance(value, datetime.date) else None


@register.filter
def took(hours: float | None) -> SafeString | str:
    """How long something took, in the unit that suits it: 12分, 3.5時間, 4.0日; a dash where it has not ended."""
    if hours is None:
        return "—"
    if hours < 1:
        number, unit = f"{hours * 60:.0f}", gettext("分")
    elif hours < 48:
        number, unit = f"{hours:.1f}", gettext("時間")
    else:
        number, unit = f"{hours / 24:.1f}", gettext("日")
    space = " " if (get_language() or "").startswith("en") else ""
    return format_html("{}<small>{}{}</small>", number, space, unit)


@register.filter
def ai_text(value: str) -> SafeString:
    """What an AI wrote in Markdown, as HTML that loads and runs nothing (`kijun.web.markdown`)."""
    return markdown.rendered(value)


@register.filter
def day(value: Any) -> SafeString | str:
    """A date in the reader's language: 2026年11月23日（令和8年） or 23 November 2026."""
    date = _day(value)
    if date is None:
        return ""
    return format_html(
        '<time datetime="{}">{}</time>', date.isoformat(), dates.format_date(date, get_language() or "ja")
    )


@register.filter
def short_day(value: Any) -> SafeString | str:
    """A date for tables: 2026/11/23."""
    date = _day(value)
    return format_html('<time datetime="{}">{}</time>', date.isoformat(), f"{date:%Y/%m/%d}") if date else ""


@register.filter
def moment(value: Any) -> SafeString | str:
    """Date and time in the town's time zone: 2026/11/23 14:05."""
    if not isinstance(value, datetime.datetime):
        return ""
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), f"{local:%Y/%m/%d %H:%M}"
    )


@register.filter
def named(thing: Any) -> str:
    """A municipality or department by its English name where the reader reads English and it has one."""
    english = getattr(thing, "name_en", "") if get_language() == "en" else ""
    return str(english or getattr(thing, "name", thing))


@register.filter
def text(value: Any) -> str:
    """A catalogue text (ja, en) in the reader's language."""
    return str(value.get(get_language() or "ja")) if hasattr(value, "get") else str(value)


@register.filter
def plainly(value: Any) -> SafeString:
    """What people or programs said, with characters that cannot be seen or that turn the text about shown as ⟨U+202E⟩."""
    return invisible.marked(value if isinstance(value, str) else str(value))


@register.filter
def precise(value: Any) -> SafeString | str:
    """As `moment`, to the second: 2026/11/23 14:05:09."""
    if not isinstance(value, datetime.datetime):
        return ""
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), f"{local:%Y/%m/%d %H:%M:%S}"
    )


@register.filter
def in_japanese(value: Any) -> Any:
    """What people wrote in Japanese, marked as such on a page in another language, so that it is read aloud as it is written."""
    if (get_language() or "ja").startswith("ja") or not _JAPANESE.search(str(value)):
        return value
    return format_html('<span lang="ja">{}</span>', value)


@register.filter
def listed(words: Any) -> str:
    """Words in a row: A、B、C, in English A, B, C."""
    return punctuation.listed(words)


@register.simple_tag
def mark(japanese: str) -> str:
    """A mark between words as the reader's language writes it: ``{% mark "：" %}``."""
    return punctuation.mark(japanese)


@register.simple_tag
def tag(label: StrOrPromise, tone: str = "neutral") -> SafeString:
    """A state tag. Tones: neutral, progress, success, warning, danger, info. The words carry the meaning."""
    return format_html('<span class="tag tag-{}">{}</span>', tone or "neutral", label)


@register.simple_tag
def due(value: Any) -> SafeString | str:
    """A due date with how far it is: 2026/11/05 25日超過, 今日まで, あと3日; the date alone where a week or more is left."""
    date = _day(value)
    if date is None:
        return ""
    left = (date - timezone.localdate()).days
    if left > WEEK:
        return short_day(date)
    if left < 0:
        late = ngettext("%(n)s日超過", "%(n)s日超過", -left) % {"n": -left}
        return format_html("{} {}", short_day(date), tag(late, "danger"))
    words = ngettext("あと%(n)s日", "あと%(n)s日", left) % {"n": left} if left else gettext("今日まで")
    return format_html("{} {}", short_day(date), tag(words, "warning"))


@register.inclusion_tag("web/parts/error_summary.html")
def error_summary(*forms: BaseForm | list[BaseForm] | None) -> dict[str, Any]:
    """All errors of the forms (or lists of them) on top of the page, each a link to its field."""
    entries = []
    given = [one for part in forms for one in (part if isinstance(part, list) else [part])]
    for form in (one for one in given if one is not None and one.is_bound):
        entries += [("", message) for message in form.non_field_errors()]
        for bound in form:
            entries += [(bound.id_for_label or bound.auto_id, message) for message in bound.errors]
    return {"entries": entries}


@register.inclusion_tag("web/parts/stepper.html")
def stepper(steps: Sequence[tuple[StrOrPromise, str, str]]) -> dict[str, Any]:
    """Where one is in a guided form: (label, url or "", state done|current|todo)."""
    return {"steps": steps}


@register.inclusion_tag("web/parts/chart.html")
def chart(value: Chart, heading: str = "", table: bool = True) -> dict[str, Any]:
    """A chart with its table beside it; ``table`` False where the page shows the same figures in a table of its own."""
    return {"chart": value, "heading": heading, "table": table}


@register.inclusion_tag("web/parts/table.html", takes_context=True)
def listing(context: template.Context, shown: Shown) -> dict[str, Any]:
    """A list with its search, filters, headers and paging."""
    request: HttpRequest = context["request"]
    table = shown.table
    return {
        "shown": shown,
        "request": request,
        "first_step_url": table.first_step_url(request) if table.first_step_url else None,
    }


@register.inclusion_tag("web/parts/tip.html")
def tip(term: StrOrPromise, explanation: StrOrPromise) -> dict[str, Any]:
    """A term with its explanation, which opens by mouse, touch and keyboard and needs no script."""
    return {"term": term, "explanation": explanation}


@register.inclusion_tag("web/parts/breadcrumb.html")
def breadcrumb(*parts: Any) -> dict[str, Any]:
    """Label, url, label, url, …, label of this page."""
    pairs = [(parts[i], parts[i + 1]) for i in range(0, len(parts) - 1, 2)]
    return {"pairs": pairs, "here": parts[-1] if len(parts) % 2 else None}


@register.filter
def item(mapping: Any, key: Any) -> Any:
    """``mapping[key]`` in a template; empty when it is not there."""
    try:
        return mapping[key]
    except (KeyError, IndexError, TypeError):
        return ""


@register.filter
def rate(value: float | None) -> str:
    """A share of 0 to 1 in per cent with one decimal: 12.5 %; a dash for None."""
    return "–" if value is None else f"{value * 100:.1f}\u00a0%"
