"""A dataset: its page, its form, the end of its use."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.inventory import actions, lists
from kijun.governance.inventory.dataset_forms import DatasetForm, RetireDatasetForm
from kijun.governance.inventory.models import Dataset
from kijun.governance.inventory.sheet_cells import LISTS
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.forms import add_errors
from kijun.web.who_may import require, who_may


def _find(request: StaffRequest, pk: int, permission: str = "inventory.view_dataset") -> Dataset:
    rows = Dataset.objects.select_related("owner_department", "owner", "municipality")
    found: Dataset = get_mine(request, rows, pk=pk)
    require(request, permission, found)
    return found


@who_may("inventory.view_dataset")
def dataset(request: StaffRequest, pk: int) -> HttpResponse:
    """One dataset: where it comes from, who answers for it, when it was checked."""
    thing = _find(request, pk)
    label, tone = lists.review_state(thing)
    context = {
        "dataset": thing,
        "state": label,
        "tone": tone,
        "kinds": [LISTS["data_kinds"](kind).label for kind in thing.data_kinds],
        "systems": thing.systems.order_by("number"),
        "may_change": thing.retired_on is None and request.user.has_perm("inventory.change_dataset", thing),
    }
    return render(request, "inventory/dataset.html", context)


@who_may("inventory.add_dataset")
def add(request: StaffRequest) -> HttpResponse:
    """A new dataset; ``?system=`` chooses the system that uses it."""
    system = request.GET.get("system", "")
    form = DatasetForm(
        request.POST or None,
        person=request.user,
        initial={"systems": [system] if system.isdecimal() else []},
    )
    return _save(request, form, None)


@who_may("inventory.change_dataset")
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """Change a dataset."""
    thing = _find(request, pk, "inventory.change_dataset")
    return _save(request, DatasetForm(request.POST or None, person=request.user, dataset=thing), thing)


def _save(request: StaffRequest, form: DatasetForm, thing: Dataset | None) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            seen = form.cleaned_data["revision"]
            try:
                saved = actions.save_dataset(request.user, request.municipality, thing, form.values(), seen)
            except ValidationError as error:
                add_errors(form, error)
            else:
                messages.success(request, _("保存しました。"))
                return redirect("inventory:dataset", saved.pk)
    return render(request, "inventory/dataset_form.html", {"form": form, "dataset": thing}, status=status)


@who_may("inventory.change_dataset")
def retire(request: StaffRequest, pk: int) -> HttpResponse:
    """The dataset is no longer used."""
    thing = _find(request, pk, "inventory.change_dataset")
    initial = {"on": timezone.localdate(), "revision": thing.revision}
    form, status = RetireDatasetForm(request.POST or None, initial=initial), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                actions.retire_dataset(request.user, thing, data["on"], data["revision"])
            except ValidationError as error:
                add_errors(form, error)
            else:
                messages.success(request, _("使用をやめたことを記録しました。"))
                return redirect("inventory:dataset", pk)
    return render(request, "inventory/dataset_retire.html", {"form": form, "dataset": thing}, status=status)
