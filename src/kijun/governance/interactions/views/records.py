"""Looking for records, one's own and others', and the reason that is asked before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from kijun.governance.interactions import searching, sending
from kijun.governance.interactions.by_time import place_of
from kijun.governance.interactions.forms import ReasonForm, SearchForm
from kijun.governance.interactions.lines import MOST, line, workbook
from kijun.governance.interactions.looks import look
from kijun.governance.interactions.names import names_of, resolve
from kijun.governance.interactions.narrowing import Questions
from kijun.governance.interactions.reach import reach_of
from kijun.governance.interactions.searching import Results
from kijun.governance.interactions.views._shared import keep_reason, reason_of, with_ledger
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.ledger.model import Record
from kijun.web.tables import excel_response
from kijun.web.who_may import who_may


def _address(request: StaffRequest, **changes: str) -> str:
    query = request.GET.copy()
    for key in ("before", "format"):
        query.pop(key, None)
    query.update(changes)
    return "?" + query.urlencode()


def _page(request: StaffRequest, form: SearchForm, results: Results | None, **more: Any) -> HttpResponse:
    records = [entry for one in results.interactions for entry in one.entries] if results else []
    names = names_of(request.municipality, records)
    narrowed = form.is_bound and form.is_valid() and form.asked().is_narrowed
    context = {
        "form": form,
        "results": results,
        "lines": [line(one, names) for one in results.interactions] if results else [],
        "next_url": _address(request, before=str(results.before))
        if results and results.before is not None
        else "",
        "excel_url": _address(request, format="xlsx"),
        "later": "before" in request.GET,
        "narrowed": narrowed,
        **more,
    }
    status = 422 if form.errors else 200
    return render(request, "interactions/records.html", context, status=status)


def _find(
    request: StaffRequest, form: SearchForm, queries: Questions, keep: Callable[[Record], bool]
) -> tuple[Results, bool]:
    """A page; or all for a file, where it can hold them (True). Where it cannot, the form says so above the page."""
    if request.GET.get("format") == "xlsx":
        found = searching.all_of(queries, MOST, keep)
        if found.before is None:
            return found, True
        form.add_error(None, _too_many())
    return searching.search(queries, place_of(request.GET.get("before")), keep=keep), False


def _too_many() -> str:
    words = _("Excelには%(most)s件までです。期間や条件で絞って、何回かに分けてください。")
    return words % {"most": f"{MOST:,}"}


def _file(request: StaffRequest, results: Results) -> HttpResponse:
    entries = [entry for one in results.interactions for entry in one.entries]
    names = names_of(request.municipality, entries)
    names.known |= resolve(request.municipality, {"upstream": sending.upstreams(results.interactions)}).known
    content = workbook(results, names)
    return excel_response(content, f"{_('入出力記録')}_{timezone.localdate():%Y%m%d}.xlsx")


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
    queries = searching.queries(request.municipality.code, asked, reach)
    results, whole = _find(request, form, queries, reach.holds)
    entries = [entry for one in results.interactions for entry in one.entries]
    asked_for = {name: str(value) for name, value in form.cleaned_data.items() if value}
    look(request.user, "exported" if whole else "searched", why, entries, asked=asked_for)
    if whole:
        return _file(request, results)
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
    results, whole = _find(request, form, queries, reach.is_own)
    return _file(request, results) if whole else _page(request, form, results, own=True)


def _leads_within(address: str, home: str) -> bool:
    """An address on these pages, as a browser reads it: it resolves dots, also written as %2e, and takes a backslash for a slash."""
    path = unquote(urlsplit(address).path).replace("\\", "/")
    return (
        url_has_allowed_host_and_scheme(address, None)
        and address.startswith(home)
        and not {".", ".."} & set(path.split("/"))
    )


@who_may("interactions.search")
def reason(request: StaffRequest) -> HttpResponse:
    """Why somebody looks at others' records: said once, kept for an hour after the last look."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    home = reverse("interactions:records")
    back = asked if _leads_within(asked, home) else home
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        keep_reason(request, form.cleaned_data["reason"].strip())
        return redirect(back)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "next": back, "before": reason_of(request)}
    return render(request, "interactions/reason.html", context, status=status)
