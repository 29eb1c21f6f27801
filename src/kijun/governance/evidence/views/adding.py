"""Adding evidence: choose what and for which controls, then the form of that kind."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from kijun.governance.evidence import actions, attestations, controls, scopes
from kijun.governance.evidence.controls import Book
from kijun.governance.evidence.forms import AttestationForm, ChooseForm, FileForm, LinkForm, scope_of
from kijun.governance.evidence.models import Item
from kijun.governance.evidence.proofs import Scope
from kijun.governance.evidence.scopes import ScopeFacts
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.who_may import who_may

FORMS: dict[str, Any] = {
    Item.Kind.FILE: FileForm,
    Item.Kind.LINK: LinkForm,
    Item.Kind.ATTESTATION: AttestationForm,
}
MOST_CONTROLS = 60


@who_may("evidence.add")
def choose(request: StaffRequest) -> HttpResponse:
    """Where, which controls, what kind. ``?scope=system-3&control=P6.1.2`` comes with both chosen."""
    visible, book = scopes.visible(request.user), controls.of(request.municipality)
    if request.method == "POST":
        form = ChooseForm(request.POST, visible=visible, book=book)
        if form.is_valid():
            data = form.cleaned_data
            query = [("scope", data["scope"]), *(("control", one) for one in data["controls"])]
            if _next(request):
                query.append(("next", _next(request)))
            return redirect(reverse("evidence:add", args=[data["kind"]]) + "?" + urlencode(query))
    else:
        initial = {
            "scope": request.GET.get("scope", ""),
            "controls": request.GET.getlist("control"),
            "kind": Item.Kind.FILE,
        }
        form = ChooseForm(visible=visible, book=book, initial=initial)
    context = {"form": form, "next": _next(request)}
    return render(request, "evidence/choose.html", context, status=422 if form.is_bound else 200)


@who_may("evidence.add")
def add(request: StaffRequest, kind: str) -> HttpResponse:
    """The form of one kind for one or several controls. ``next`` is a page of ours to go back to."""
    book = controls.of(request.municipality)
    facts, control_ids = _asked(request, kind, book)
    scope = Scope(request.municipality, facts.kind, facts.id)
    form_class = FORMS[kind]
    replaces = _replaced(request, facts, control_ids)
    if request.method == "POST":
        form = form_class(request.POST, request.FILES, control_ids=control_ids, book=book)
        if form.is_valid():
            try:
                added = _add(request, scope, kind, form, replaces)
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, _("証跡を追加しました。"))
                return redirect(_next(request) or added[0].get_absolute_url())
    else:
        form = form_class(control_ids=control_ids, book=book, initial=_as_before(replaces))
    context = {
        "replaces": replaces,
        "form": form,
        "kind": kind,
        "kind_label": Item.Kind(kind).label,
        "scope": facts,
        "controls": [(one, book.title(one)) for one in control_ids],
        "next": _next(request),
        "others": _other_kinds(request, kind, control_ids, book),
    }
    return render(request, "evidence/add.html", context, status=422 if form.is_bound else 200)


def _asked(request: StaffRequest, kind: str, book: Book) -> tuple[ScopeFacts, list[str]]:
    if kind not in FORMS:
        raise Http404
    facts = scope_of(request.GET.get("scope", ""), scopes.visible(request.user))
    control_ids = list(dict.fromkeys(request.GET.getlist("control")))[:MOST_CONTROLS]
    known = all(book.control(one) is not None for one in control_ids)
    if facts is None or not control_ids or not known:
        raise Http404
    if kind == Item.Kind.ATTESTATION and "replaces" not in request.GET:  # what was stated can be stated again
        control_ids = [one for one in control_ids if attestations.answerable(one, book).attestation]
        if not control_ids:
            raise Http404
    return facts, control_ids


def _replaced(request: StaffRequest, facts: ScopeFacts, control_ids: list[str]) -> Item | None:
    """The older evidence by hand that ``?replaces=`` names; 404 for one of another scope or control, or no longer in force."""
    asked = request.GET.get("replaces", "")
    if not asked:
        return None
    if not asked.isdecimal() or len(asked) > 18:
        raise Http404
    rows = Item.objects.filter(
        scope_kind=facts.kind, scope_id=facts.id, control_id__in=control_ids, superseded_at=None
    )
    found: Item = get_mine(request, rows.exclude(kind=Item.Kind.AUTOMATIC), pk=int(asked))
    return found


def _as_before(old: Item | None) -> dict[str, Any]:
    """What of the old evidence is likely to hold for the new one."""
    return {"title": old.title, "url": old.url, "note": old.note} if old is not None else {}


def _add(request: StaffRequest, scope: Scope, kind: str, form: Any, replaces: Item | None) -> list[Item]:
    data = form.cleaned_data
    if kind == Item.Kind.ATTESTATION:
        return actions.attest(
            request.user,
            scope,
            form.checked,
            note=data["note"],
            verdict=data["verdict"],
            effective_on=data["effective_on"],
            expires_on=data["expires_on"],
            replaces=replaces,
        )
    return actions.add_item(
        request.user,
        scope,
        form.control_ids,
        kind=kind,
        title=data["title"],
        note=data["note"],
        verdict=data["verdict"],
        url=data.get("url", ""),
        upload=data.get("upload"),
        effective_on=data["effective_on"],
        expires_on=data["expires_on"],
        replaces=replaces,
    )


def _next(request: StaffRequest) -> str:
    url = request.POST.get("next") or request.GET.get("next", "")
    here = {request.get_host()}
    return url if url_has_allowed_host_and_scheme(url, here, require_https=request.is_secure()) else ""


def _other_kinds(
    request: StaffRequest, kind: str, control_ids: list[str], book: Book
) -> list[tuple[str, str]]:
    """Links to the other forms for the same controls."""
    query = request.GET.urlencode()
    allowed = {one for control_id in control_ids for one in attestations.answerable(control_id, book).kinds}
    return [
        (str(Item.Kind(one).label), reverse("evidence:add", args=[one]) + "?" + query)
        for one in FORMS
        if one != kind and one in allowed
    ]
