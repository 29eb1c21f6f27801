"""Looking for records, one's own and others', and the reason that is asked before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_stubs_ext import StrOrPromise

from kijun.governance.interactions import searching, wording
from kijun.governance.interactions.forms import ReasonForm, SearchForm
from kijun.governance.interactions.looks import look
from kijun.governance.interactions.names import Names, names_of
from kijun.governance.interactions.reach import reach_of
from kijun.governance.interactions.reading import excerpt
from kijun.governance.interactions.searching import Interaction, Results
from kijun.governance.interactions.views._shared import keep_reason, number, reason_of, with_ledger
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.ledger.model import Query, Record
from kijun.web.who_may import who_may


@dataclass(frozen=True, slots=True)
class Line:
    """One interaction of the list."""

    one: Interaction
    who: str
    department: str
    system: str
    purpose: str
    excerpt: str
    verdicts: list[tuple[StrOrPromise, str]]
    findings: list[str]
    source: StrOrPromise


def _lines(results: Results, names: Names) -> list[Line]:
    made = []
    for one in results.interactions:
        first = one.first
        verdicts = [wording.verdict(half) for half in (one.question, one.answer) if half is not None]
        made.append(
            Line(
                one,
                names.who(first),
                names.of("department", first.department),
                names.of("system", first.system),
                names.of("purpose", first.purpose),
                excerpt(one.question or one.answer),
                list(dict.fromkeys(verdicts)),
                [wording.finding(type) for type in one.findings],
                wording.source(first.source),
            )
        )
    return made


def _next_url(request: StaffRequest, before: int | None) -> str:
    if before is None:
        return ""
    query = request.GET.copy()
    query["before"] = str(before)
    return "?" + query.urlencode()


def _page(request: StaffRequest, form: SearchForm, results: Results | None, **more: Any) -> HttpResponse:
    records = [entry for one in results.interactions for entry in one.entries] if results else []
    names = names_of(request.municipality, records)
    narrowed = form.is_bound and form.is_valid() and form.asked().is_narrowed
    context = {
        "form": form,
        "results": results,
        "lines": _lines(results, names) if results else [],
        "next_url": _next_url(request, results.before) if results else "",
        "later": "before" in request.GET,
        "narrowed": narrowed,
        **more,
    }
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "interactions/records.html", context, status=status)


def _find(request: StaffRequest, queries: Sequence[Query], keep: Callable[[Record], bool]) -> Results:
    return searching.search(queries, number(request.GET.get("before")), keep=keep)


@who_may("interactions.search")
@with_ledger
def records(request: StaffRequest) -> HttpResponse:
    """Others' records, as far as the person may read them. Asks for a reason first; each look is recorded before it is shown."""
    why = reason_of(request)
    if not why:
        return redirect(f"{reverse('interactions:reason')}?{_back(request)}")
    reach = reach_of(request.user)
    form = SearchForm(request.GET, viewer=request.user, reach=reach)
    if not form.is_valid():
        return _page(request, form, None, why=why)
    asked = form.asked()
    results = _find(request, searching.queries(request.municipality.code, asked, reach), reach.holds)
    entries = [entry for one in results.interactions for entry in one.entries]
    asked_for = {name: str(value) for name, value in form.cleaned_data.items() if value}
    look(request.user, "searched", why, entries, asked=asked_for)
    return _page(request, form, results, why=why, limited=not reach.everything)


def _back(request: StaffRequest) -> str:
    from urllib.parse import urlencode

    return urlencode({"next": request.get_full_path()})


@who_may("interactions.mine")
@with_ledger
def mine(request: StaffRequest) -> HttpResponse:
    """One's own records: no reason is asked, and nobody is told."""
    reach = reach_of(request.user)
    form = SearchForm(request.GET, viewer=request.user, reach=reach, own=True)
    if not form.is_valid():
        return _page(request, form, None, own=True)
    queries = searching.own_query(request.municipality.code, form.asked(), str(request.user.pk))
    return _page(request, form, _find(request, queries, reach.is_own), own=True)


@who_may("interactions.search")
def reason(request: StaffRequest) -> HttpResponse:
    """Why somebody looks at others' records: said once, kept for an hour after the last look."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    home = reverse("interactions:records")
    back = asked if asked.startswith(home) and url_has_allowed_host_and_scheme(asked, None) else home
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        keep_reason(request, form.cleaned_data["reason"].strip())
        return redirect(back)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "next": back, "before": reason_of(request)}
    return render(request, "interactions/reason.html", context, status=status)
