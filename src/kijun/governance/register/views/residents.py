"""The list and the pages of AI that residents read. Every value comes from an approved publication; no working copy is touched."""

from __future__ import annotations

import datetime
import functools
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kijun.governance.inventory.models import Stage
from kijun.governance.organisation.models import Municipality
from kijun.governance.register import content, finding, queries, showing, terms
from kijun.governance.register.fields import spec
from kijun.governance.register.models import Publication
from kijun.governance.register.showing import Section, Shown
from kijun.web import ruby
from kijun.web.who_may import everyone

PER_PAGE = 20
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Card:
    number: int
    name: Shown
    sentence: Shown
    used_for: Shown
    not_used_for: Shown
    field: str
    status: str
    as_of: str
    ended: bool


def find_town(code: str) -> Municipality | None:
    """The municipality of an address; None for a code that is not in this installation."""
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return None
    return Municipality.objects.filter(code=code).first()


def missing(request: HttpRequest, town: Municipality | None, status: int = 404) -> HttpResponse:
    """The friendly page for an address without anything behind it: it says what to do next, and no more."""
    context = {"town": town, "gone": status == 410}
    return ruby.respond(request, "register/resident_missing.html", context, status)


def of_town(
    view: Callable[Concatenate[HttpRequest, Municipality, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """The view gets the municipality of the address; an unknown code is a 404 that helps."""

    @functools.wraps(view)
    def found(request: HttpRequest, code: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        town = find_town(code)
        return missing(request, None) if town is None else view(request, town, *args, **kwargs)

    return found


def ended(values: Mapping[str, Any]) -> bool:
    """Whether the approved words say that the AI is no longer used."""
    return values.get("status") == Stage.RETIRED


@everyone
@require_safe
@of_town
def town(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """この町のAI: what AI is, which the town uses, who decides, whom to ask."""
    language = showing.reader_language()
    rows = list(queries.published(municipality).select_related("entry__system"))
    rows.sort(key=lambda one: ended(one.fields))  # in use first; each part stays in the order of its numbers
    labels = spec().codes["field_of_work"]
    words, chosen = request.GET.get("q", "")[:100].strip(), request.GET.get("field", "")
    chosen = chosen if chosen in labels else ""
    found = [one for one in rows if finding.matches(one.fields, words, chosen)]
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    fields = Counter(one.fields.get("field_of_work", "other") for one in rows)
    used = [one for one in rows if not ended(one.fields)]
    context = {
        "town": municipality,
        "cards": [_card(one, language) for one in page],
        "shown_page": page,
        "paging": _paging(request, page),
        "found": len(found),
        "count": len(rows),
        "used": len(used),
        "ended": len(rows) - len(used),
        "narrowed": bool(words or chosen),
        "words": words,
        "choices": [
            (key, labels[key].get(language), fields[key], key == chosen) for key in labels if fields[key]
        ],
        "decisions": Counter(one.fields.get("public_authority", "") for one in used),
        "not_public": [
            (spec().codes["not_public"][key].get(language), number)
            for key, number in sorted(queries.not_public(municipality).items())
            if key in spec().codes["not_public"]
        ],
        "updated": last_day(municipality, language),
        "page": "town",
    }
    return ruby.respond(request, "register/resident_town.html", context)


def _paging(request: HttpRequest, page: Any) -> dict[str, str]:
    """The addresses of the pages before and after, with what was asked for."""
    found = {}
    query = request.GET.copy()
    query.pop("lang", None)
    if page.has_previous():
        query["page"] = str(page.previous_page_number())
        found["previous"] = f"?{query.urlencode()}#list"
    if page.has_next():
        query["page"] = str(page.next_page_number())
        found["next"] = f"?{query.urlencode()}#list"
    return found


def last_day(municipality: Municipality, language: str) -> str:
    """The day of the last change of what is public, in words; empty when there was none."""
    last = queries.last_change(municipality)
    return showing.day(timezone.localdate(last).isoformat(), language) if last else ""


def _card(one: Publication, language: str) -> Card:
    description = showing.value_of(one.fields, "description", language)
    return Card(
        one.entry.system.number,
        showing.value_of(one.fields, "name", language),
        Shown(showing.first_sentence(description.text), description.lang, description.untranslated),
        showing.value_of(one.fields, "used_for", language),
        showing.value_of(one.fields, "not_used_for", language),
        showing.value_of(one.fields, "field_of_work", language).text,
        showing.value_of(one.fields, "status", language).text,
        showing.value_of(one.fields, "updated_on", language).text,
        ended(one.fields),
    )


def entry_context(town: Municipality, values: Mapping[str, Any], language: str) -> dict[str, Any]:
    """What the page of one AI shows, from the values of a publication (or, in a preview, of a working copy)."""
    first = {key: showing.value_of(values, key, language) for key in showing.FIRST}
    sections: list[Section] = showing.sections(
        values, 1, language, leave_out=showing.FIRST, order=showing.ORDER
    )
    special = showing.sections(values, 2, language)
    shown = [*first.values(), *(row.value for part in (*sections, *special) for row in part.rows)]
    review = str(values.get("next_review_on", ""))
    return {
        "town": town,
        "values": values,
        "first": first,
        "sections": sections,
        "special": special,
        "status": showing.value_of(values, "status", language).text,
        "as_of": showing.value_of(values, "updated_on", language).text,
        "ended": ended(values),
        "used_to": showing.value_of(values, "used_to", language).text,
        "late": showing.day(review, language) if _passed(review) and not ended(values) else "",
        "untranslated": any(one.untranslated for one in shown),
        "terms": terms.used_in([one.text for one in shown], language),
        "page": "entry",
        "page_title": ruby.without(first["name"].text),
    }


def _passed(day: str) -> bool:
    try:
        return datetime.date.fromisoformat(day) < timezone.localdate()
    except ValueError:
        return False


@everyone
@require_safe
@of_town
def entry(request: HttpRequest, municipality: Municipality, number: int) -> HttpResponse:
    """One AI: the four questions first, then details, then what specialists ask for, then its versions."""
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
