"""The list of systems by tier."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from kijun.governance.inventory.lists import stage_label, stage_tone
from kijun.governance.inventory.models import AISystem
from kijun.governance.risks import facts, queries, wording
from kijun.governance.risks.models import Tier
from kijun.web.excel import SheetColumn
from kijun.web.tables import Column, Filter, Table


def panel_url(system: Any) -> str:
    return reverse("inventory:section", args=[system.pk, "risk"])


def tier_of(row: Any) -> StrOrPromise:
    return wording.tier_label(row.risk_tier or "")


def tier_tone(row: Any) -> str:
    return wording.tone(row.risk_tier) if row.risk_tier else "neutral"


def tier_hint(row: Any) -> str:
    """An overruled tier is never shown without its reason."""
    if not row.risk_overruled:
        return ""
    return str(
        _("判定は「%(computed)s」。変更の理由：%(reason)s")
        % {"computed": wording.tier_label(row.risk_computed), "reason": row.risk_reason}
    )


def state_of(row: Any, day: datetime.date | None = None) -> tuple[StrOrPromise, str]:
    """State of a system's assessment: (words, tone)."""
    day = day or timezone.localdate()
    if not row.risk_tier:
        return (_("下書き"), "progress") if row.risk_draft else (_("未評価"), "warning")
    if row.risk_review_on and row.risk_review_on < day:
        return _("見直し期限超過"), "danger"
    if facts.changed(row.risk_facts or {}, facts.registered(row)):
        return _("登録内容が変わった"), "danger"
    if row.risk_tier == Tier.CRITICAL and row.risk_accepted_at is None:
        return _("残るリスクの受け入れ待ち"), "warning"
    return pgettext_lazy("assessment", "有効"), "success"


def _by_state(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    today = timezone.localdate()
    if value == "none":
        return rows.filter(risk_tier__isnull=True)
    if value == "due":
        return rows.filter(risk_review_on__lt=today)
    if value == "draft":
        return rows.filter(risk_draft__isnull=False)
    if value == "changed":
        return rows.filter(pk__in=queries.outdated_systems(rows))
    return rows.filter(risk_tier__in=[Tier.HIGH, Tier.CRITICAL], risk_accepted_at__isnull=True)


def by_tier(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    """Filter of rows from :func:`queries.with_tier`; ``none`` are those without an assessment."""
    return rows.filter(risk_tier__isnull=True) if value == "none" else rows.filter(risk_tier=value)


def tier_choices(_request: Any) -> list[tuple[str, StrOrPromise]]:
    return [*((str(value), label) for value, label in Tier.choices), ("none", _("未評価"))]


OVERVIEW = Table(
    name="risks",
    caption=_("リスク評価"),
    columns=[
        Column("number", _("番号"), lambda row: row.code, ("number",)),
        Column("name", _("名称"), lambda row: row.shown_name, ("name",), link=panel_url),
        Column("stage", _("段階"), stage_label, ("stage",), tone=stage_tone),
        Column("tier", _("リスク区分"), tier_of, ("-risk_rank",), tone=tier_tone, hint=tier_hint),
        Column("assessed", _("評価日"), lambda row: row.risk_assessed_on, ("risk_assessed_on",), kind="date"),
        Column("review", _("次に見直す日"), lambda row: row.risk_review_on, ("risk_review_on",), kind="date"),
        Column("state", _("状態"), lambda row: state_of(row)[0], tone=lambda row: state_of(row)[1]),
    ],
    search=("name", "summary", "field"),
    filters=[
        Filter("tier", _("リスク区分"), tier_choices, by_tier),
        Filter(
            "state",
            _("状態"),
            lambda _request: [
                ("none", _("未評価")),
                ("due", _("見直し期限超過")),
                ("changed", _("登録内容が変わった")),
                ("draft", _("下書きあり")),
                ("unaccepted", _("残るリスクの受け入れ待ち")),
            ],
            _by_state,
        ),
    ],
    default=("-risk_rank", "number"),
    empty=_("評価するAIシステムがまだありません。先に台帳に登録します。"),
    first_step=_("AIシステムの台帳を開く"),
    first_step_url=lambda _request: reverse("inventory:systems"),
    sheet=[
        SheetColumn("code", _("番号"), width=10),
        SheetColumn("name", _("名称"), width=40),
        SheetColumn("stage", _("段階"), width=10),
        SheetColumn("tier", _("リスク区分"), width=12),
        SheetColumn("computed", _("判定された区分"), width=14),
        SheetColumn("reason", _("変更の理由"), width=40),
        SheetColumn("assessed", _("評価日"), "date", width=14),
        SheetColumn("review", _("次に見直す日"), "date", width=14),
        SheetColumn("state", _("状態"), width=24),
    ],
    sheet_row=lambda row: {
        "code": row.code,
        "name": row.name,
        "stage": str(stage_label(row)),
        "tier": str(tier_of(row)),
        "computed": str(wording.tier_label(row.risk_computed)) if row.risk_computed else "",
        "reason": row.risk_reason or "",
        "assessed": row.risk_assessed_on,
        "review": row.risk_review_on,
        "state": str(state_of(row)[0]),
    },
)


def rows_for(rows: QuerySet[AISystem]) -> QuerySet[AISystem]:
    """Registered systems that are not retired: those that are assessed."""
    return rows.filter(registered_at__isnull=False).exclude(stage="retired")
