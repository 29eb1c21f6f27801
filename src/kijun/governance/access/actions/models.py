"""Models as clients name them, and the ways to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kijun.governance.access import queries
from kijun.governance.access.actions.common import allow_in, check_fields, same_town
from kijun.governance.access.models import Model, Route, Upstream
from kijun.governance.access.plain import wrong_name
from kijun.governance.access.publishing import publish
from kijun.governance.accounts.acting import Actor, allow
from kijun.governance.audit.actions import changes, record
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Municipality

_NAME: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:/@-]*$")


@dataclass(frozen=True, slots=True)
class Way:
    """A route as it is given: to which service, under which name there, in which order and weight."""

    upstream: Upstream
    name: str
    order: int = 0
    weight: int = 1

    def __str__(self) -> str:
        return f"{self.order}: {self.upstream} {self.name} ×{self.weight}"


@transaction.atomic
def save_model(
    actor: Actor,
    municipality: Municipality,
    model: Model | None,
    *,
    name: str,
    system: AISystem,
    routes: Sequence[Way],
    seen_revision: int | None = None,
) -> Model:
    """Make a model (``model`` None) or change one, with all its routes."""
    if model is None:
        allow_in(actor, "access.change", municipality)
    else:
        allow(actor, "access.change", model)
    same_town(municipality.pk, {"system": system, "routes": [one.upstream for one in routes]})
    row = model or Model(municipality=municipality)
    before = {} if model is None else _values(row)
    if model is not None:
        row.claim(seen_revision)
    row.name, row.system = name.strip(), system
    _check(row, routes)
    row.save()
    row.routes.all().delete()
    made = [
        Route(
            municipality=municipality,
            model=row,
            upstream=one.upstream,
            name=one.name.strip(),
            order=one.order,
            weight=one.weight,
        )
        for one in routes
    ]
    for one in made:
        check_fields(one, ("name", "order", "weight"))
        if wrong := wrong_name(one.name):
            raise ValidationError({"routes": [wrong]})
    Route.objects.bulk_create(made)
    after = {"name": row.name, "system": str(system), "routes": [str(one) for one in routes]}
    detail = changes(before, after)
    if detail["after"]:
        action = "access.model_added" if model is None else "access.model_changed"
        record(municipality.chain, actor, action, row, detail)
    publish(f"model {row.pk} saved")
    return row


def _values(row: Model) -> dict[str, object]:
    ways = [
        str(Way(one.upstream, one.name, one.order, one.weight))
        for one in row.routes.select_related("upstream")
    ]
    return {"name": row.name, "system": str(row.system), "routes": ways}


def check_name(name: str) -> str:
    """The name, where clients can ask for it by the API."""
    if not _NAME.match(name) or len(name) > 80:
        raise ValidationError(
            _("モデル名は、半角の英数字と . _ : / @ - で、80文字以内にしてください。例：assistant-standard")
        )
    return name


def _check(row: Model, routes: Sequence[Way]) -> None:
    wrong: dict[str, list[object]] = {}
    try:
        check_name(row.name)
    except ValidationError as error:
        wrong["name"] = [error]
    if not wrong and Model.objects.of(row.municipality).filter(name=row.name).exclude(pk=row.pk).exists():
        wrong["name"] = [_("同じモデル名があります。別の名前にしてください。")]
    if row.system.is_draft or row.system.is_retired:
        wrong["system"] = [_("登録が済み、廃止していないAIシステムを選んでください。")]
    if not routes:
        wrong["routes"] = [_("接続先を1つ以上指定してください。")]
    elif any(not one.name.strip() for one in routes):
        wrong["routes"] = [_("接続先でのモデル名を入力してください。")]
    elif any(not 1 <= one.weight <= 1000 or not 0 <= one.order <= 1000 for one in routes):
        wrong["routes"] = [_("順番は0から、重みは1から、それぞれ1000までの数にしてください。")]
    else:
        unsafe = [str(one.upstream) for one in routes if not one.upstream.opted_out]
        if unsafe and _has_personal_grants(row.system):
            wrong["routes"] = [
                ValidationError(
                    _(
                        "このAIシステムには個人情報を扱う利用権があります。学習に使われないことの確認が済んでいない接続先「%(name)s」は使えません。"
                        "先に接続先のページで確認を記録してください。"
                    ),
                    params={"name": unsafe[0]},
                )
            ]
    if wrong:
        raise ValidationError(wrong)


def _has_personal_grants(system: AISystem) -> bool:
    rows = queries.grants(system.municipality).filter(system=system, revoked_at=None)
    return any(grant.purpose.has_personal_data for grant in rows)


@transaction.atomic
def remove_model(actor: Actor, model: Model, seen_revision: int | None = None) -> None:
    """The name answers no longer. Grants stay: they are for the system, whatever its models are called."""
    allow(actor, "access.change", model)
    model.claim(seen_revision)
    record(model.municipality.chain, actor, "access.model_removed", model, {"before": _values(model)})
    publish(f"model {model.pk} removed")
    model.delete()
