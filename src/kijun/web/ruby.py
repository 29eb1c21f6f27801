"""Readings over kanji, and the pages of residents that carry them.

Texts in やさしい日本語 are written 漢字《かんじ》, in the catalogue of messages as in what staff types. A finished page
turns this into ``<ruby>``; inside tags, titles and form fields, where no element may stand, the reading is left out.
"""

from __future__ import annotations

import re
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import get_language

_KANJI: Final = "[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々〆ヶ]+"
_NOTE: Final = re.compile(f"({_KANJI})《([ぁ-ゖァ-ヺー]+)》")
_READING: Final = re.compile(f"(?<={_KANJI[:-1]})《[ぁ-ゖァ-ヺー]+》")
_PIECES: Final = re.compile(
    r"(<!--.*?-->|<(?:script|style|title|textarea|option)\b.*?</(?:script|style|title|textarea|option)>|<[^>]*>)",
    re.S,
)
_DATE: Final = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_DAYS: Final = {1: "ついたち", 2: "ふつか", 3: "みっか", 4: "よっか", 5: "いつか", 6: "むいか", 7: "なのか", 8: "ようか",
                9: "ここのか", 10: "とおか", 14: "じゅうよっか", 20: "はつか", 24: "にじゅうよっか"}  # fmt: skip


def without(text: str) -> str:
    """The text without its readings."""
    return _READING.sub("", text)


def annotate(page: str) -> str:
    """A finished HTML page with its readings as ``<ruby>``; whole dates get theirs, too."""
    return "".join(
        without(piece) if piece.startswith("<") else _rubies(piece) for piece in _PIECES.split(page)
    )


def _rubies(text: str) -> str:
    return _NOTE.sub(r"<ruby>\1<rt>\2</rt></ruby>", _DATE.sub(_date, text))


def _date(match: re.Match[str]) -> str:
    day = int(match[3])
    last = f"<ruby>{day}日<rt>{_DAYS[day]}</rt></ruby>" if day in _DAYS else f"{day}日《にち》"
    return f"{match[1]}年《ねん》{match[2]}月《がつ》{last}"


def respond(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page for residents: in やさしい日本語 with readings, in English with the town's English name."""
    town = context.get("town")
    english = getattr(town, "name_en", "") if get_language() == "en" else ""
    context = {"town_name": english or getattr(town, "name", "")} | context
    page = loader.render_to_string(template, context, request)
    return HttpResponse(annotate(page) if get_language() == "ja-easy" else page, status=status)
