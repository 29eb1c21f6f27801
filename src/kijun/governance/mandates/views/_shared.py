"""What the views of this app share: one guided form, saved by one action."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.forms import add_errors


def initial_of(row: Model | None, form: type[forms.Form], **more: Any) -> dict[str, Any]:
    """The form's fields as the row has them."""
    if row is None:
        return more
    names = [name for name in form.base_fields if hasattr(row, name)]
    return {name: getattr(row, name) for name in names} | more


def form_page(
    request: StaffRequest,
    form: forms.Form,
    save: Callable[[dict[str, Any]], Model | None],
    *,
    title: str,
    back: str,
    back_label: str,
    lead: str = "",
    button: str = "",
    after: Callable[[Model | None], str] | None = None,
) -> HttpResponse:
    """Show a form; on POST save it by ``save(cleaned_data)`` and go on. Refusals stand in the form."""
    if request.method == "POST" and form.is_valid():
        try:
            saved = save(dict(form.cleaned_data))
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("保存しました。"))
            return redirect(after(saved) if after else back)
    context = {
        "form": form,
        "title": title,
        "back": back,
        "back_label": back_label,
        "lead": lead,
        "button": button or _("保存する"),
    }
    return render(request, "mandates/form.html", context, status=422 if form.is_bound else 200)


def posted(request: StaffRequest) -> Any:
    """The data of a POST, else None (an unbound form)."""
    return request.POST if request.method == "POST" else None


def split_revision(data: dict[str, Any]) -> dict[str, Any]:
    """The form's ``revision`` as the action's ``seen_revision``."""
    return {"seen_revision": data.pop("revision", None)} | data
