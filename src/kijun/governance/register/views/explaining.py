"""What residents read around the list: whom to ask, how principles are kept, hard words, accessibility, open data."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from kijun.catalog import load
from kijun.governance.organisation.models import Municipality
from kijun.governance.register import opendata, principles, queries, showing, terms
from kijun.governance.register.fields import spec
from kijun.governance.register.models import Publication
from kijun.governance.register.views.residents import ended, last_day, of_town
from kijun.web import ruby
from kijun.web.who_may import everyone


def _in_use(municipality: Municipality) -> list[Publication]:
    rows = queries.published(municipality).select_related("entry__system")
    return [one for one in rows if not ended(one.fields)]


@everyone
@require_safe
@of_town
def about(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """このページについて: how an entry comes to be here."""
    return ruby.respond(request, "register/resident_about.html", {"town": municipality, "page": "about"})


@everyone
@require_safe
@of_town
def ask(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """聞く・申し出る: what one may ask for, and each AI's own contact and way to object, as approved."""
    language = showing.reader_language()
    desks: list[dict[str, Any]] = [
        {
            "number": one.entry.system.number,
            **{key: showing.value_of(one.fields, key, language) for key in ("name", "contact", "objection")},
        }
        for one in _in_use(municipality)
    ]
    context = {"town": municipality, "desks": desks, "page": "ask"}
    return ruby.respond(request, "register/resident_ask.html", context)


@everyone
@require_safe
@of_town
def promises(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """10の約束: each principle, and what the approved entries show of how it is kept."""
    language = showing.reader_language()
    hidden = sum(queries.not_public(municipality).values())
    kept = [
        (
            one,
            [
                (
                    fact.text,
                    [
                        (other.entry.system.number, showing.value_of(other.fields, "name", language))
                        for other in fact.others
                    ],
                )
                for fact in one.facts
            ],
        )
        for one in principles.kept(load(), _in_use(municipality), hidden, language)
    ]
    context = {
        "town": municipality,
        "kept": kept,
        "updated": last_day(municipality, language),
        "page": "promises",
    }
    return ruby.respond(request, "register/resident_promises.html", context)


@everyone
@require_safe
@of_town
def words(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """ことばの説明: every hard word of these pages."""
    context = {
        "town": municipality,
        "terms": terms.explained(showing.reader_language()),
        "page": "words",
    }
    return ruby.respond(request, "register/resident_words.html", context)


@everyone
@require_safe
@of_town
def accessibility(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """アクセシビリティ方針: the aim (JIS X 8341-3:2016, AA), how it is checked, known limits, whom to tell."""
    context = {"town": municipality, "page": "accessibility"}
    return ruby.respond(request, "register/resident_accessibility.html", context)


@everyone
@require_safe
@of_town
def data(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """オープンデータ: what the files hold, and under which licence."""
    language = showing.reader_language()
    fields = [
        (one.key, one.label.get(language), one.kind, one.tier)
        for one in spec().fields
        if one.key != "not_public_reason"
    ]
    context = {
        "town": municipality,
        "fields": fields,
        "licence": opendata.LICENCE,
        "updated": last_day(municipality, language),
        "page": "data",
    }
    return ruby.respond(request, "register/resident_data.html", context)
