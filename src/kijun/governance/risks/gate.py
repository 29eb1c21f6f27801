"""The gate that risks puts into the life cycle: known beforehand, current, and accepted where it is critical."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kijun.governance.inventory import gates
from kijun.governance.inventory.gates import Obstacle
from kijun.governance.inventory.models import IN_USE, AISystem
from kijun.governance.risks import queries
from kijun.governance.risks.models import Tier


def assessed(system: AISystem) -> Obstacle | None:
    """G.13: a risk assessment is in force, not past its review, and of the system as it is today."""
    url = reverse("inventory:section", args=[system.pk, "risk"])
    found = queries.current_assessment(system)
    if found is None:
        return Obstacle(_("リスク評価がまだ完了していません。"), url)
    if queries.is_due(found):
        return Obstacle(_("リスク評価が見直しの期限を過ぎています。"), url)
    if queries.outdated(found):
        return Obstacle(_("リスク評価のあとに、台帳の登録内容が変わりました。評価し直してください。"), url)
    return None


def accepted(system: AISystem) -> Obstacle | None:
    """G.17: an executive accepted what remains of a critical system."""
    found = queries.current_assessment(system)
    if found is None or found.tier != Tier.CRITICAL or found.accepted_at is not None:
        return None
    return Obstacle(
        _("リスク区分が「極めて高い」です。首長・CDOが、残るリスクを受け入れる必要があります。"),
        reverse("risks:assessment", args=[found.pk]),
    )


def register_all() -> None:
    """Called once, when Django starts."""
    gates.register("risk", _("リスクを評価した"), IN_USE, assessed)
    gates.register("acceptance", _("残るリスクを受け入れた（極めて高いとき）"), IN_USE, accepted)
