"""What is known of the town hall: its name and contact, its closing days."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kijun.governance.organisation import actions, queries
from kijun.governance.organisation.forms import ClosingDayForm, PasteForm, TownForm
from kijun.governance.organisation.models import ClosingDay
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.forms import add_errors
from kijun.web.who_may import who_may


@who_may("organisation.manage")
def settings(request: StaffRequest) -> HttpResponse:
    """Name, reading, English name, population, contact shown to residents."""
    town = request.municipality
    initial = {name: getattr(town, name) for name in TownForm.base_fields}
    form = TownForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            actions.change_municipality(request.user, town, seen_revision=data.pop("revision"), **data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("保存しました。"))
            return redirect("organisation:settings")
    status = 422 if form.is_bound else 200
    return render(request, "organisation/settings.html", {"form": form, "town": town}, status=status)


@who_may("organisation.manage")
def closing_days(request: StaffRequest) -> HttpResponse:
    """The list, and two ways to add."""
    one, many = ClosingDayForm(), PasteForm()
    if request.method == "POST":
        if "lines" in request.POST:
            many = PasteForm(request.POST)
            if many.is_valid():
                days = many.cleaned_data["lines"]
                made = actions.add_closing_days(request.user, request.municipality, days)
                text = _("%(count)s日を追加しました（登録済み%(known)s日は変えていません）。")
                messages.success(request, text % {"count": len(made), "known": len(days) - len(made)})
                return redirect("organisation:closing_days")
        else:
            one = ClosingDayForm(request.POST)
            if one.is_valid():
                try:
                    actions.add_closing_day(request.user, request.municipality, **one.cleaned_data)
                except ValidationError as error:
                    add_errors(one, error)
                else:
                    messages.success(request, _("追加しました。"))
                    return redirect("organisation:closing_days")
    today, shown_all = timezone.localdate(), request.GET.get("all") == "1"
    days = queries.closing_days(request.municipality)
    return render(
        request,
        "organisation/closing_days.html",
        {
            "one": one,
            "many": many,
            "days": days if shown_all else days.filter(day__gte=today),
            "past": 0 if shown_all else days.filter(day__lt=today).count(),
        },
        status=422 if one.is_bound or many.is_bound else 200,
    )


@require_POST
@who_may("organisation.manage")
def remove_closing_day(request: StaffRequest, pk: int) -> HttpResponse:
    """Take one day away."""
    actions.remove_closing_day(request.user, get_mine(request, ClosingDay, pk=pk))
    messages.success(request, _("削除しました。"))
    return redirect("organisation:closing_days")
