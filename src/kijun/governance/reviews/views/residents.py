"""What residents find by a code: which AI had what part, who decided, how to ask and object. Nothing of the content, no account."""

from __future__ import annotations

import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from kijun.governance.reviews import codes, public
from kijun.governance.reviews.exports.blocks import decided
from kijun.governance.reviews.models import Label
from kijun.web import dates, ruby
from kijun.web.tries import Limit
from kijun.web.who_may import everyone

GUESSES: Final = 10
"""Well-formed codes that lead nowhere which one address may ask for within `WINDOW`; what is mistyped has a wrong check character."""
WINDOW: Final = 600
LIMIT: Final = Limit("label-guesses", GUESSES, WINDOW)


@everyone
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """A code is typed here; with one in the address it leads to its page."""
    typed = request.GET.get("code", "")[:100].strip()
    if not typed:
        return _ask(request, "", "")
    code = codes.read(typed)
    if code is None:
        return _ask(request, typed, "wrong", 404)
    return HttpResponseRedirect(reverse("labels:label", args=[codes.shown(code)]))


@everyone
@require_safe
def label(request: HttpRequest, code: str) -> HttpResponse:
    """One label."""
    read = codes.read(code)
    if read is None:
        return _ask(request, code[:40], "wrong", 404)
    if LIMIT.is_reached(request):
        return _ask(request, "", "often", 429)
    found = (
        Label.objects.filter(code=read)
        .select_related("municipality", "review__system", "review__system__municipality", "decided_by")
        .first()
    )
    if found is None:
        LIMIT.count(request)
        return _ask(request, codes.shown(read), "unknown", 404)
    return ruby.respond(request, "reviews/resident_label.html", _context(found))


def _context(found: Label) -> dict[str, object]:
    return {
        "town": found.municipality,
        "label": found,
        "code": codes.shown(found.code),
        "decided": decided(found),
        "decided_on": _day(found.decided_on),
        "withdrawn_on": _day(timezone.localdate(found.withdrawn_at))
        if found.withdrawn_at is not None
        else "",
        "changed": found.review.changed,
        "ai": public.of(found.review.system),
        "page": "label",
    }


def _day(day: datetime.date) -> str:
    language = get_language() or "ja"
    return (
        f"{day.year}年{day.month}月{day.day}日" if language == "ja-easy" else dates.format_date(day, language)
    )


def _ask(request: HttpRequest, typed: str, why: str, status: int = 200) -> HttpResponse:
    context = {"typed": typed, "why": why, "town": None, "page": "label"}
    response = ruby.respond(request, "reviews/resident_code.html", context, status)
    if status == 429:
        response["Retry-After"] = str(WINDOW)
    return response
