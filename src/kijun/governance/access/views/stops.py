"""Stop switches: what is off now, turning off, turning on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kijun.governance.access import actions, lists, publishing, queries
from kijun.governance.access.grant_forms import StopForm
from kijun.governance.access.models import Grant, Stop
from kijun.governance.access.plain import check_names
from kijun.governance.access.upstream_forms import ReasonForm
from kijun.governance.access.views._shared import carried, sent
from kijun.governance.accounts.models import Person
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.who_may import require, who_may


@who_may("access.view_stops")
def stops(request: StaffRequest) -> HttpResponse:
    """The state in large letters, then what is stopped, then the record."""
    rows = Stop.objects.of(request.municipality).select_related(
        "system", "purpose", "person", "by", "lifted_by"
    )
    everything = request.user.has_perm("access.view")
    if not everything:
        rows = rows.filter(system__owner=request.user) | rows.filter(scope=Stop.Scope.EVERYTHING)
    if lists.STOPS.wants_excel(request):
        return lists.STOPS.as_excel(request, rows, _("AIの停止の記録.xlsx"))
    on = [one for one in rows if one.lifted_at is None]
    kept = queries.kept_by_person(request.municipality) if any(one.person_id for one in on) else {}
    context = {
        "on": [(one, _may_lift(request, one), kept.get(one.person_id, [])) for one in on],
        "all_stopped": any(one.scope == Stop.Scope.EVERYTHING for one in on),
        "shown": lists.STOPS.show(request, rows),
        "may_stop": request.user.has_perm("access.stop"),
        "published": publishing.state(),
    }
    return render(request, "access/stops.html", context)


def _may_lift(request: StaffRequest, row: Stop) -> bool:
    permission = "access.stop" if row.scope == Stop.Scope.SYSTEM else "access.change"
    return bool(request.user.has_perm(permission, row))


@who_may("access.stop")
def add(request: StaffRequest) -> HttpResponse:
    """Turn something off; in force within seconds. Everything of the municipality is asked for once more."""
    first = {"scope": request.GET.get("scope", ""), "system": request.GET.get("system", "")}
    form = StopForm(
        request.POST or None,
        person=request.user,
        initial={name: value for name, value in first.items() if value.isascii() and value.isalnum()},
    )

    context = {"kept": _keepers(request)}
    if request.POST.get("step") == "back":
        return render(request, "access/stop_form.html", {**context, "form": form})

    def carry_out(valid: Any) -> HttpResponse:
        data = valid.cleaned_data
        if data["scope"] == Stop.Scope.EVERYTHING and request.POST.get("step") != "confirmed":
            return _confirm(request, data["reason"], data["reason_en"])
        row = actions.stop(
            request.user,
            request.municipality,
            target=valid.target(),
            why=data["reason"],
            why_en=data["reason_en"],
        )
        messages.warning(request, _("「%(name)s」を止めました。") % {"name": row.target_name})
        if row.person is not None and queries.kept_applications(row.person).exists():
            messages.warning(
                request,
                _("この職員がキーを預かるアプリケーションは、止まっていません。この画面で確かめてください。"),
            )
        return redirect("access:stops")

    return sent(request, form, carry_out, "access/stop_form.html", context)


def _keepers(request: StaffRequest) -> list[tuple[Person | None, list[Grant]]]:
    """Whose stop leaves applications running: people who keep keys, with those, for who may stop people."""
    if not request.user.has_perm("access.change"):
        return []
    return [(rows[0].responsible, rows) for rows in queries.kept_by_person(request.municipality).values()]


def _confirm(request: StaffRequest, why: str, why_en: str) -> HttpResponse:
    """One more look before the whole town hall is without AI: a button, nothing to type again."""
    check_names({"reason": why, "reason_en": why_en}, lines=True)
    holding = queries.holding(queries.grants(request.municipality))
    context = {"carried": carried(request), "reason": why, "grants": holding.count()}
    return render(request, "access/stop_confirm.html", context)


@who_may("access.stop")
def lift(request: StaffRequest, pk: int) -> HttpResponse:
    """What was stopped may be used again."""
    row: Stop = get_mine(
        request, Stop.objects.select_related("system", "purpose", "person", "by", "municipality"), pk=pk
    )
    if row.scope != Stop.Scope.EVERYTHING and not request.user.has_perm("access.view_stops", row):
        raise Http404
    require(request, "access.stop" if row.scope == Stop.Scope.SYSTEM else "access.change", row)
    form = ReasonForm(request.POST or None, initial={"revision": row.revision})

    def carry_out(valid: Any) -> HttpResponse:
        data = valid.cleaned_data
        actions.lift_stop(request.user, row, why=data["reason"], seen_revision=data["revision"])
        messages.success(request, _("「%(name)s」を再開しました。") % {"name": row.target_name})
        return redirect("access:stops")

    kept = queries.kept_applications(row.person).order_by("application") if row.person else []
    return sent(request, form, carry_out, "access/stop_lift.html", {"stop": row, "kept": kept})
