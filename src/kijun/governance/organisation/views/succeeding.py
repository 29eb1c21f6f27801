"""What follows a closed department: which departments, and what it had."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.organisation import actions, succession
from kijun.governance.organisation.forms import HandOnForm, SuccessorsForm
from kijun.governance.organisation.models import Department
from kijun.governance.organisation.queries import exists_on
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.doing import filled
from kijun.web.forms import add_errors
from kijun.web.who_may import who_may


@who_may("organisation.manage")
def successors(request: StaffRequest, pk: int) -> HttpResponse:
    """Which departments follow this one."""
    found = get_mine(request, Department, pk=pk)
    back = reverse("organisation:department", args=[pk])
    initial = {
        "successors": [str(one) for one in found.successors.values_list("pk", flat=True)],
        "revision": found.revision,
    }
    form = SuccessorsForm(request.POST or None, department=found, initial=initial)

    def save(data: dict[str, Any]) -> tuple[str, str]:
        actions.name_successors(request.user, found, data["successors"], seen_revision=data["revision"])
        return _("引継ぎ先を保存しました。"), back

    context = {
        "title": _("%(name)sの引継ぎ先を決める") % {"name": found.name},
        "button": _("保存する"),
        "back": back,
        "department": found,
    }
    return filled(request, "organisation/form.html", form, context, save)


@who_may("organisation.manage")
def hand_on(request: StaffRequest, pk: int) -> HttpResponse:
    """Everything that belonged to a closed department, each with where it goes; one button moves it all."""
    found = get_mine(request, Department, pk=pk)
    back = reverse("organisation:department", args=[pk])
    named, today = list(found.successors.all()), timezone.localdate()
    begun = [one for one in named if exists_on(one, today)]
    if found.closed_on is None or not begun:
        messages.error(
            request,
            _("引継ぎ先の部署が、まだ始まっていません。始まる日から移せます。")
            if named
            else _("先に、引継ぎ先の部署を決めてください。"),
        )
        return redirect(back)
    form = HandOnForm(request.POST or None, things=succession.left(found), successors=begun)
    if request.method == "POST" and form.is_valid():
        try:
            n = actions.hand_on(request.user, found, form.chosen())
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("%(n)s件を引き継ぎました。") % {"n": n})
            return redirect(back)
    context = {"department": found, "form": form, "back": back}
    return render(
        request, "organisation/hand_on.html", context, status=422 if request.method == "POST" else 200
    )
