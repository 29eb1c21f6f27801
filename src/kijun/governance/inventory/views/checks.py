"""Verification and pilot forms."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kijun.governance.inventory import actions
from kijun.governance.inventory.check_forms import PilotForm, VerificationForm
from kijun.governance.inventory.views.system import find
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.forms import add_errors
from kijun.web.who_may import who_may


@who_may("inventory.change")
def verify(request: StaffRequest, pk: int) -> HttpResponse:
    """Suitable, tested, integrated: before operation."""
    system = find(request, pk, "inventory.change")
    form, status = VerificationForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                row = actions.verify_system(request.user, system, **form.cleaned_data)
            except ValidationError as error:
                add_errors(form, error)
            else:
                if row.passed:
                    messages.success(request, _("検証の結果を保存しました。"))
                else:
                    messages.warning(
                        request, _("保存しました。満たしていない項目があるので、まだ運用には進めません。")
                    )
                return redirect("inventory:section", pk, "checks")
    return render(request, "inventory/verify.html", {"system": system, "form": form}, status=status)


@who_may("inventory.change")
def pilot(request: StaffRequest, pk: int) -> HttpResponse:
    """What the pilot showed, with the effect figure."""
    system = find(request, pk, "inventory.change")
    form, status = PilotForm(request.POST or None, municipality=request.municipality), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.record_pilot(request.user, system, **form.cleaned_data)
            except ValidationError as error:
                add_errors(form, error)
            else:
                messages.success(request, _("実証の結果を保存しました。"))
                return redirect("inventory:section", pk, "checks")
    return render(request, "inventory/pilot.html", {"system": system, "form": form}, status=status)
