"""Inventory's own gates. Each says in one line what is missing and leads to the page where it is mended."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kijun.governance.inventory import gates, queries
from kijun.governance.inventory.gates import Obstacle
from kijun.governance.inventory.models import AISystem, Stage, Training

AHEAD = (Stage.PILOT, Stage.OPERATION, Stage.EXTENSION)
RUNNING = (Stage.OPERATION, Stage.EXTENSION)


def _step(system: AISystem, slug: str) -> str:
    return reverse("inventory:step", args=[system.pk, slug])


def owner_named(system: AISystem) -> Obstacle | None:
    """P8.1.1: somebody who works here today answers for the system."""
    if queries.has_current_owner(system):
        return None
    if system.owner is None:
        return Obstacle(_("AIサービス責任者が決まっていません。"), _step(system, "people"))
    return Obstacle(
        _("AIサービス責任者が異動・退職しています。後任を決めてください。"), _step(system, "people")
    )


def departments_named(system: AISystem) -> Obstacle | None:
    """G.14: provider and user are known."""
    if system.provider_department is None:
        return Obstacle(_("提供する部署（AI提供者）が決まっていません。"), _step(system, "people"))
    if not system.user_departments.exists():
        return Obstacle(_("利用する部署（AI利用者）が決まっていません。"), _step(system, "people"))
    return None


def no_training(system: AISystem) -> Obstacle | None:
    """P5.1.2: personal data go in only where it is confirmed that they do not train the model."""
    if not system.has_personal_data or system.training == Training.OFF_CONFIRMED:
        return None
    return Obstacle(
        _("個人情報を扱いますが、入力が学習に使われないことを確認できていません。"), _step(system, "data")
    )


def verified(system: AISystem) -> Obstacle | None:
    """P3.1.8: suitable, tested, integrated."""
    newest = queries.verification(system)
    url = reverse("inventory:verify", args=[system.pk])
    if newest is None and system.verifications.exists():
        return Obstacle(_("運用から戻したあとの検証が登録されていません。"), url)
    if newest is None:
        return Obstacle(_("運用前の検証が登録されていません。"), url)
    if not newest.passed:
        return Obstacle(_("最後の検証で、満たしていない項目があります。"), url)
    return None


def pilot_evaluated(system: AISystem) -> Obstacle | None:
    """G.5: what a pilot showed stands on file before the system is used widely."""
    if not queries.had_pilot(system):
        return None
    newest = queries.pilot_result(system)
    url = reverse("inventory:pilot", args=[system.pk])
    if newest is None and system.pilot_results.exists():
        return Obstacle(_("今回の実証の結果と効果が登録されていません。"), url)
    if newest is None:
        return Obstacle(_("実証の結果と効果が登録されていません。"), url)
    if not newest.go_on:
        return Obstacle(_("最後の実証の結果が「運用に進まない」になっています。"), url)
    return None


def supported(system: AISystem) -> Obstacle | None:
    """P3.1.8: whom users ask, and what happens when the AI stops."""
    if not system.support_contact:
        return Obstacle(_("運用の問い合わせ先が決まっていません。"), _step(system, "people"))
    if not system.fallback:
        return Obstacle(_("停止したときの代わりの方法が決まっていません。"), _step(system, "residents"))
    return None


def register_all() -> None:
    """Called once, when Django starts."""
    gates.register("owner", _("責任者が決まっている"), (Stage.PLAN, *AHEAD), owner_named)
    gates.register("departments", _("提供者と利用者が決まっている"), AHEAD, departments_named)
    gates.register("no_training", _("個人情報が学習に使われない"), AHEAD, no_training)
    gates.register("pilot", _("実証の結果と効果がある"), RUNNING, pilot_evaluated)
    gates.register("verified", _("業務に適していることを検証した"), RUNNING, verified)
    gates.register("supported", _("問い合わせ先と代わりの方法がある"), RUNNING, supported)
