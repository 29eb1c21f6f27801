"""An entry's values as people read them, in one of the three languages."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from kijun.governance.register import content
from kijun.governance.register.fields import LANGUAGES, Field, spec
from kijun.web import dates


@dataclass(frozen=True, slots=True)
class Shown:
    """A value in words. ``lang`` is set where it is in another language than the page.

    ``untranslated``: it should be told in the page's language and is not.
    """

    text: str
    lang: str = ""
    untranslated: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    field: Field
    label: str
    value: Shown


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title: str
    rows: list[Row]


def reader_language() -> str:
    """ja, en or ja-easy: the language of the page."""
    chosen = get_language() or "ja"
    return chosen if chosen in LANGUAGES else "ja"


def day(value: str, language: str) -> str:
    """A date in words; やさしい日本語 keeps to the Western year."""
    try:
        found = datetime.date.fromisoformat(value)
    except ValueError:
        return value
    if language == "ja-easy":
        return f"{found.year}年{found.month}月{found.day}日"
    return dates.format_date(found, language)


def show(one: Field, value: Any, language: str) -> Shown:
    """One value in words; empty for None."""
    if value in (None, "", [], {}):
        return Shown("")
    if isinstance(value, dict):
        text = value.get(language)
        if text:
            return Shown(text)
        return Shown(value.get("ja", ""), "ja" if language == "en" else "", one.typed)  # a name is no lack
    if one.kind == "date":
        return Shown(day(str(value), language))
    if one.kind == "number":
        unit = one.unit.get(language)
        return Shown(f"{value:,}{' ' if unit and language == 'en' else ''}{unit}")
    if one.key == "languages":
        names = {"ja": "日本語", "en": "English", "ja-easy": "やさしい日本語"}
        return Shown("、".join(names.get(code, code) for code in value))
    if one.codes:
        codes = value if isinstance(value, list) else [value]
        return Shown(_join([spec().code(one, code).get(language) for code in codes], language))
    if isinstance(value, list):
        return Shown(_join([str(item) for item in value], language))
    return Shown(str(value), "ja" if language == "en" and not str(value).isascii() else "")


def _join(parts: list[str], language: str) -> str:
    return ("; " if language == "en" else "、").join(parts)


def value_of(values: Mapping[str, Any], key: str, language: str) -> Shown:
    return show(spec().field(key), values.get(key), language)


FIRST = ("used_for", "not_used_for", "who_decides", "objection", "contact", "name", "description")
"""What stands above the details, so that it is not told twice."""


ORDER = ("purpose", "residents", "risk", "data", "technology", "performance", "overview", "history")
"""For residents: what it means for them first, figures and dates last."""


def sections(
    values: Mapping[str, Any],
    tier: int,
    language: str,
    *,
    leave_out: tuple[str, ...] = (),
    order: tuple[str, ...] = (),
) -> list[Section]:
    """The filled fields of a tier by category, in the list's order or in ``order``."""
    found = []
    known = {one.key: one for one in spec().categories}
    for category in [known[key] for key in order or known]:
        rows = [
            Row(one, one.label.get(language), show(one, values[one.key], language))
            for one in spec().of(category.key)
            if one.tier == tier and one.key in values and one.key not in leave_out
        ]
        if rows:
            found.append(Section(category.key, category.label.get(language), rows))
    return found


Change = tuple[str, str, Shown, Shown]


def changes(before: Mapping[str, Any], after: Mapping[str, Any], reader: str) -> list[Change]:
    """(label, language or empty, old, new) of everything that changed, a row for each language of a text."""
    found = []
    for one, old, new in content.differences(before, after):
        for language in LANGUAGES if one.translated else (reader,):
            pair = show(one, _only(old, language), language), show(one, _only(new, language), language)
            if pair[0].text != pair[1].text:
                found.append((one.label.get(reader), language if one.translated else "", *pair))
    return found


def _only(value: object, language: str) -> object:
    """A translated value in one language alone, so that a missing text is seen as missing."""
    if not isinstance(value, dict):
        return value
    return {language: value.get(language, ""), "ja": value.get(language, "")}


def first_sentence(text: str) -> str:
    """Up to the first full stop."""
    for at, character in enumerate(text):
        if character in "。！？\n" or (character in ".!?" and text[at + 1 : at + 2] in ("", " ", "\n")):
            return text[: at + 1].strip()
    return text
