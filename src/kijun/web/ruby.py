"""Readings over kanji, and the pages of residents that carry them.

Texts in やさしい日本語 are written 漢字《かんじ》, in the catalogue of messages as in what staff types. A finished page
turns this into ``<ruby>``; inside tags, titles and form fields, where no element may stand, the reading is left out.
"""

from __future__ import annotations

import re
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language

from kijun.web.kana import normalise_kana

_KANJI: Final = "[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々〆ヶ]+"
_NOTE: Final = re.compile(f"({_KANJI})《([ぁ-ゖァ-ヺー]+)》")
_READING: Final = re.compile(f"(?<={_KANJI[:-1]})《[ぁ-ゖァ-ヺー]+》")
_PIECES: Final = re.compile(
    r"(<!--.*?-->|<(?:script|style|title|textarea|option)\b.*?</(?:script|style|title|textarea|option)>|<[^>]*>)",
    re.S,
)
_TO_HIRAGANA: Final = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_DATE: Final = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
READER_LANGUAGES: Final = (("ja", "日本語"), ("en", "English"), ("ja-easy", "やさしい日本語"))
_DAYS: Final = {1: "ついたち", 2: "ふつか", 3: "みっか", 4: "よっか", 5: "いつか", 6: "むいか", 7: "なのか", 8: "ようか",
                9: "ここのか", 10: "とおか", 14: "じゅうよっか", 20: "はつか", 24: "にじゅうよっか"}  # fmt: skip


def without(text: str) -> str:
    """The text without its readings."""
    return _READING.sub("", text)


def spoken(text: str) -> str:
    """The text as it is read aloud: every reading in place of its kanji."""
    return _NOTE.sub(r"\2", text)


def with_reading(name: str, kana: str) -> str:
    """A name with the reading of its kanji taken from its フリガナ; as it is where the two do not fit.

    みちしるべ市 and ミチシルベシ give みちしるべ市《し》.
    """
    pieces = [piece for piece in re.split(f"({_KANJI})", name) if piece]
    pattern = "".join(
        "([ぁ-ゖー]+?)" if re.fullmatch(_KANJI, piece) else re.escape(_hiragana(piece)) for piece in pieces
    )
    found = re.fullmatch(pattern, _hiragana(kana))
    if found is None:
        return name
    readings = iter(found.groups())
    return "".join(
        f"{piece}《{next(readings)}》" if re.fullmatch(_KANJI, piece) else piece for piece in pieces
    )


def _hiragana(text: str) -> str:
    return normalise_kana(text).translate(_TO_HIRAGANA)


def annotate(page: str) -> str:
    """A finished HTML page with its readings as ``<ruby>``; whole dates get theirs, too."""
    return "".join(
        without(piece) if piece.startswith("<") else _rubies(piece) for piece in _PIECES.split(page)
    )


def _rubies(text: str) -> str:
    return _NOTE.sub(lambda found: _ruby(found[1], found[2]), _DATE.sub(_date, text))


def _ruby(written: str, reading: str) -> str:
    """A screen reader knows how kanji are read and would say everything twice; a browser without ruby shows brackets."""
    return f'<ruby>{written}<rp>（</rp><rt aria-hidden="true">{reading}</rt><rp>）</rp></ruby>'


def _date(match: re.Match[str]) -> str:
    day = int(match[3])
    last = _ruby(f"{day}日", _DAYS[day]) if day in _DAYS else f"{day}日《にち》"
    return f"{match[1]}年《ねん》{match[2]}月《がつ》{last}"


def respond(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page for residents: in やさしい日本語 with readings, in English with the town's English name and contact.

    No cache may answer for us: what is withdrawn is gone at once, and the language is in a cookie.
    """
    language = get_language() or "ja"
    query = request.GET.copy()
    query.pop("lang", None)
    rest = f"?{query.urlencode()}&lang=" if query else "?lang="
    context = (
        _about_town(context.get("town"), language)
        | {"reader_languages": READER_LANGUAGES, "language_query": rest}
        | context
    )
    page = loader.render_to_string(template, context, request)
    response = HttpResponse(annotate(page) if language == "ja-easy" else page, status=status)
    response["Content-Language"] = "en" if language == "en" else "ja"
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _about_town(town: Any, language: str) -> dict[str, Any]:
    """Name and contact in the language of the page; ``town_contact_lang`` is set where only the Japanese is known."""
    name, contact = getattr(town, "name", ""), getattr(town, "contact", "")
    translated = ""
    if language == "en":
        name = getattr(town, "name_en", "") or name
        translated = getattr(town, "contact_en", "")
    elif language == "ja-easy":
        name = with_reading(name, getattr(town, "kana", ""))
        translated = getattr(town, "contact_easy", "")
    only_japanese = bool(contact) and not translated and language != "ja"
    return {
        "town_name": name,
        "town_contact": translated or contact,
        "town_contact_lang": "ja" if only_japanese and language == "en" else "",
        "town_contact_untranslated": only_japanese,
    }
