"""What residents read. Every value comes from an approved publication; no working copy is touched here."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kijun.catalog import load
from kijun.governance.organisation.models import Municipality
from kijun.governance.register import content, opendata, principles, queries, showing
from kijun.governance.register.fields import spec
from kijun.governance.register.models import Publication
from kijun.governance.register.showing import Section, Shown
from kijun.web import ruby
from kijun.web.who_may import everyone


@dataclass(frozen=True, slots=True)
class Card:
    number: int
    name: Shown
    sentence: Shown
    used_for: Shown
    not_used_for: Shown
    field: str
    status: str


def find_town(code: str) -> Municipality | None:
    """The municipality of an address; None for a code that is not in this installation."""
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return None
    return Municipality.objects.filter(code=code).first()


def missing(request: HttpRequest, town: Municipality | None, status: int = 404) -> HttpResponse:
    """The friendly page for an address without anything behind it: it says what to do next, and no more."""
    context = {"town": town, "gone": status == 410}
    return ruby.respond(request, "register/resident_missing.html", context, status)


@everyone
@require_safe
def town(request: HttpRequest, code: str) -> HttpResponse:
    """この町のAI: what AI is, which the town uses, who decides, whom to ask."""
    municipality = find_town(code)
    if municipality is None:
        return missing(request, None)
    language = showing.reader_language()
    rows = list(queries.published(municipality).select_related("entry__system"))
    words, chosen = request.GET.get("q", "")[:100].strip(), request.GET.get("field", "")
    found = [one for one in rows if _matches(one, words, chosen)]
    fields = Counter(one.fields.get("field_of_work", "other") for one in rows)
    labels = spec().codes["field_of_work"]
    context = {
        "town": municipality,
        "cards": [_card(one, language) for one in found],
        "count": len(rows),
        "narrowed": bool(words or chosen),
        "words": words,
        "choices": [
            (key, labels[key].get(language), fields[key], key == chosen) for key in labels if fields[key]
        ],
        "decisions": Counter(one.fields.get("public_authority", "") for one in rows),
        "not_public": [
            (spec().codes["not_public"][key].get(language), number)
            for key, number in sorted(queries.not_public(municipality).items())
            if key in spec().codes["not_public"]
        ],
        "updated": _last_day(municipality, language),
        "page": "town",
    }
    return ruby.respond(request, "register/resident_town.html", context)


def _last_day(municipality: Municipality, language: str) -> str:
    last = queries.last_change(municipality)
    return showing.day(timezone.localdate(last).isoformat(), language) if last else ""


def _card(one: Publication, language: str) -> Card:
    description = showing.value_of(one.fields, "description", language)
    return Card(
        one.entry.system.number,
        showing.value_of(one.fields, "name", language),
        Shown(showing.first_sentence(description.text), description.lang),
        showing.value_of(one.fields, "used_for", language),
        showing.value_of(one.fields, "not_used_for", language),
        showing.value_of(one.fields, "field_of_work", language).text,
        showing.value_of(one.fields, "status", language).text,
    )


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", ruby.without(text)).casefold()


def _matches(one: Publication, words: str, field: str) -> bool:
    if field and field in spec().codes["field_of_work"] and one.fields.get("field_of_work") != field:
        return False
    texts = [text for value in one.fields.values() if isinstance(value, dict) for text in value.values()]
    code = spec().codes["field_of_work"].get(str(one.fields.get("field_of_work")))
    texts += list(code.as_dict().values()) if code else []
    whole = _plain("\n".join(texts))
    return all(_plain(word) in whole for word in words.split())


def entry_context(town: Municipality, values: Mapping[str, Any], language: str) -> dict[str, Any]:
    """What the page of one AI shows, from the values of a publication (or, in a preview, of a working copy)."""
    first = {key: showing.value_of(values, key, language) for key in showing.FIRST}
    sections: list[Section] = showing.sections(
        values, 1, language, leave_out=showing.FIRST, order=showing.ORDER
    )
    return {
        "town": town,
        "values": values,
        "first": first,
        "sections": sections,
        "special": showing.sections(values, 2, language),
        "status": showing.value_of(values, "status", language).text,
        "page": "entry",
        "page_title": ruby.without(first["name"].text),
    }


@everyone
@require_safe
def entry(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One AI: the four questions first, then details, then what specialists ask for, then its versions."""
    municipality = find_town(code)
    if municipality is None:
        return missing(request, None)
    found = queries.published_entry(municipality, number)
    if found is None:
        return missing(request, municipality, 410 if queries.was_public(municipality, number) else 404)
    language = showing.reader_language()
    context = entry_context(municipality, found.fields, language)
    context["versions"] = _versions(queries.versions(found), language)
    return ruby.respond(request, "register/resident_entry.html", context)


def _versions(rows: list[Publication], language: str) -> list[dict[str, Any]]:
    """The versions, the newest first, each with the names of the fields that changed in it."""
    found = []
    for at, one in enumerate(rows):
        before = rows[at + 1] if at + 1 < len(rows) else None
        changed = content.differences(before.fields, one.fields) if before else []
        found.append(
            {
                "version": one.version,
                "day": showing.day(str(one.fields.get("updated_on", "")), language),
                "first": before is None,
                "changed": [field.label.get(language) for field, _old, _new in changed],
            }
        )
    return found


@everyone
@require_safe
def about(request: HttpRequest, code: str) -> HttpResponse:
    """このページについて: how an entry comes to be here, the ten principles, accessibility."""
    municipality = find_town(code)
    if municipality is None:
        return missing(request, None)
    language = showing.reader_language()
    context = {
        "town": municipality,
        "principles": principles.sentences(load(), language),
        "page": "about",
    }
    return ruby.respond(request, "register/resident_about.html", context)


@everyone
@require_safe
def data(request: HttpRequest, code: str) -> HttpResponse:
    """オープンデータ: what the files hold, and under which licence."""
    municipality = find_town(code)
    if municipality is None:
        return missing(request, None)
    language = showing.reader_language()
    fields = [
        (one.key, one.label.get(language), one.kind, one.tier)
        for one in spec().fields
        if one.key != "not_public_reason"
    ]
    context = {"town": municipality, "fields": fields, "licence": opendata.LICENCE, "page": "data"}
    return ruby.respond(request, "register/resident_data.html", context)
