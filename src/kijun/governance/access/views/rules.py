"""What holds for all AI of the municipality, and which policy the gateway has."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kijun.governance.access import actions, inspection_policy, publishing
from kijun.governance.access.grant_forms import RulesForm
from kijun.governance.access.models import PublishedSnapshot
from kijun.governance.access.views._shared import sent
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.who_may import who_may


@who_may("access.view")
def rules(request: StaffRequest) -> HttpResponse:
    """Whom to ask, the own policy of inspection, and the versions that were handed to the gateway."""
    row = actions.rules_of(request.municipality)
    context = {
        "rules": row,
        "inspection": inspection_policy.written(row.inspection),
        "published": publishing.state(),
        "versions": PublishedSnapshot.objects.all()[:10],
        "gateway": publishing.base_url(),
        "may_change": request.user.has_perm("access.change"),
    }
    return render(request, "access/rules.html", context)


@who_may("access.change")
def change(request: StaffRequest) -> HttpResponse:
    """Change both."""
    row = actions.rules_of(request.municipality)
    form = RulesForm(request.POST or None, rules=row)

    def carry_out(valid: Any) -> HttpResponse:
        data = valid.cleaned_data
        actions.save_town_rules(
            request.user,
            request.municipality,
            contact=data["contact"],
            inspection=data["inspection"],
            seen_revision=data["revision"] if row.pk else None,
        )
        messages.success(request, _("保存しました。数秒でゲートウェイに反映されます。"))
        return redirect("access:rules")

    return sent(request, form, carry_out, "access/rules_form.html", {})
