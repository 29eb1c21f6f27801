"""The two lists."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kijun.governance.inventory import lists, queries
from kijun.governance.inventory.models import Stage
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.who_may import who_may


@who_may("inventory.view")
def systems(request: StaffRequest) -> HttpResponse:
    """The inventory: AI systems that this person may see."""
    visible = queries.visible_systems(request.user)
    table, rows = lists.systems_table(), lists.systems_rows(visible)
    if table.wants_excel(request):
        return table.as_excel(request, rows, _("AIシステム台帳.xlsx"))
    counts = lists.stage_counts(visible)
    drafts = visible.filter(registered_at__isnull=True).count()
    figures = [(Stage(stage).label, count) for stage, count in counts.items()]
    context = {"shown": table.show(request, rows), "figures": figures, "drafts": drafts}
    return render(request, "inventory/systems.html", context)


@who_may("inventory.view_dataset")
def datasets(request: StaffRequest) -> HttpResponse:
    """The data that AI systems learn from and refer to."""
    visible = queries.visible_datasets(request.user)
    rows = lists.dataset_rows(visible)
    if lists.DATASETS.wants_excel(request):
        return lists.DATASETS.as_excel(request, rows, _("データセット.xlsx"))
    active = visible.filter(retired_on__isnull=True)
    context = {
        "shown": lists.DATASETS.show(request, rows),
        "active": active.count(),
        "overdue": queries.overdue(visible).count(),
        "no_owner": active.filter(owner=None).count(),
    }
    return render(request, "inventory/datasets.html", context)
