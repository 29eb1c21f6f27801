"""Pages that belong to no app: home, search, health."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language

from kijun.governance.accounts import waiting
from kijun.governance.accounts.roles import Role
from kijun.governance.chat import queries as chat
from kijun.governance.inventory.queries import reads_everything
from kijun.governance.organisation.models import Municipality
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.sites import standing
from kijun.web import navigation, ruby
from kijun.web import search as finders
from kijun.web.who_may import everyone, signed_in

MOST = 8
"""So many tasks are shown at once; the most urgent come first, and what else stands on the page stays in sight."""


@everyone
def health(request: HttpRequest) -> HttpResponse:
    """200 when the web process reaches its database; for the supervisor and for load balancers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@signed_in
def home(request: StaffRequest) -> HttpResponse:
    """What waits for me, what I may use AI for, how AI governance stands and, for those who lead, what is late elsewhere."""
    person, today = request.user, timezone.localdate()
    tasks = waiting.tasks(person)
    context = {
        "tasks": tasks if "all" in request.GET else tasks[:MOST],
        "waiting_count": len(tasks),
        "late": sum(task.due is not None and task.due < today for task in tasks),
        "today": today,
        "standing": standing.of(person),
        "whole_town": reads_everything(person),
        "has_role": bool(person.roles_today()),
        "purposes": chat.usable(person),
        "uses_ai": Role.STAFF in person.roles_today(),
        "notice": chat.notice(request.municipality),
    }
    return render(request, "sites/home.html", context)


@signed_in
def pages(request: StaffRequest) -> HttpResponse:
    """Every page of the menu that this person may open, with one line on what it is for."""
    return render(request, "sites/pages.html", {"groups": navigation.menu(request)})


@signed_in
def search(request: StaffRequest) -> HttpResponse:
    """Everything that this person may open and that matches the words."""
    words = request.GET.get("q", "")[:100]
    return render(
        request, "sites/search.html", {"search_words": words, "results": finders.find(request, words)}
    )


@everyone
def residents_home(request: HttpRequest) -> HttpResponse:
    """The towns of this installation; with one town alone its page at once."""
    towns = list(Municipality.objects.order_by("is_sample", "kana", "code"))
    if len(towns) == 1:
        return redirect("public:town", towns[0].code)
    english = get_language() == "en"
    return ruby.respond(request, "sites/towns.html", {"towns": towns, "english": english})
