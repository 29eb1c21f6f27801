"""The lists: services, models, purposes, grants, stop switches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from kijun.governance.access import queries, sheets, spending, states
from kijun.governance.access.models import Model, Purpose, Upstream
from kijun.governance.inventory.models import AISystem
from kijun.web.punctuation import labelled, listed
from kijun.web.tables import Column, Filter, Table
from kijun.web.templatetags.kit import named

Choices = Iterable[tuple[str, StrOrPromise]]


def _for_editors(name: str) -> Any:
    return lambda request: reverse(name) if request.user.has_perm("access.change") else None


# --- services -------------------------------------------------------------------------------


UPSTREAMS = Table(
    name="upstreams",
    caption=_("AIの接続先"),
    columns=[
        Column(
            "name",
            _("名称"),
            lambda row: row.name,
            ("name",),
            link=lambda row: reverse("access:upstream", args=[row.pk]),
            hint=lambda row: row.base_url,
        ),
        Column("kind", _("種類"), lambda row: row.get_kind_display(), ("kind",)),
        Column("models", _("使うモデル"), lambda row: row.model_count, ("model_count",), kind="number"),
        Column(
            "opt_out",
            _("学習に使われないことの確認"),
            lambda row: states.opt_out_state(row)[0],
            ("opt_out_on",),
            tone=lambda row: states.opt_out_state(row)[1],
        ),
        Column("checked", _("確かめた日"), lambda row: row.opt_out_on, ("opt_out_on",), kind="date"),
        Column(
            "state",
            _("状態"),
            lambda row: states.upstream_state(row)[0],
            ("enabled",),
            tone=lambda row: states.upstream_state(row)[1],
        ),
    ],
    search=("name", "base_url"),
    filters=[
        Filter(
            "opt_out",
            _("学習の確認"),
            lambda _request: [("no", _("未確認")), ("yes", _("確認済み"))],
            lambda rows, value: rows.filter(opt_out_on__isnull=value == "no"),
        )
    ],
    default=("name",),
    empty=_("接続先はまだありません。AIが動いているサービスやサーバーを、ここに登録します。"),
    first_step=_("接続先を登録する"),
    first_step_url=_for_editors("access:add_upstream"),
    sheet=sheets.UPSTREAM_SHEET,
    sheet_row=sheets.upstream_row,
)


def upstream_rows(rows: QuerySet[Upstream]) -> QuerySet[Upstream]:
    """With how many models each service answers."""
    return rows.annotate(model_count=Count("routes__model", distinct=True))


# --- models ---------------------------------------------------------------------------------


MODELS = Table(
    name="models",
    caption=_("AIのモデル"),
    columns=[
        Column(
            "name",
            _("モデル名"),
            lambda row: row.name,
            ("name",),
            link=lambda row: reverse("access:model", args=[row.pk]),
        ),
        Column(
            "system",
            pgettext_lazy("one", "AIシステム"),
            lambda row: row.system.shown_name,
            ("system__number",),
            hint=lambda row: row.system.code,
        ),
        Column(
            "routes",
            _("接続先"),
            lambda row: listed(dict.fromkeys(one.upstream.name for one in row.routes.all())),
        ),
        Column(
            "state",
            _("状態"),
            lambda row: states.served(row.system)[0],
            tone=lambda row: states.served(row.system)[1],
        ),
    ],
    search=("name", "system__name", "system__name_en", "routes__upstream__name", "routes__name"),
    default=("name",),
    empty=_("モデルはまだありません。アプリが指定する名前と、接続先のモデルを結びつけます。"),
    first_step=_("モデルを登録する"),
    first_step_url=_for_editors("access:add_model"),
    sheet=sheets.MODEL_SHEET,
    sheet_row=sheets.model_row,
)


# --- purposes -------------------------------------------------------------------------------


PURPOSES = Table(
    name="purposes",
    caption=_("利用目的"),
    columns=[
        Column(
            "name",
            _("名称"),
            lambda row: row.shown_name,
            ("name",),
            link=lambda row: reverse("access:purpose", args=[row.pk]),
        ),
        Column("classes", _("入力してよい情報"), lambda row: listed(states.class_labels(row))),
        Column("owner", _("目的の責任者"), lambda row: row.owner, ("owner__kana_sort",), kind="name"),
        Column("grants", _("利用権"), lambda row: row.grant_count, ("grant_count",), kind="number"),
        Column(
            "state",
            _("状態"),
            lambda row: states.purpose_state(row)[0],
            ("enabled",),
            tone=lambda row: states.purpose_state(row)[1],
        ),
    ],
    search=("name", "name_en", "description", "legal_basis", "consent_scope", "owner__name"),
    filters=[
        Filter(
            "state",
            _("状態"),
            lambda _request: [("on", _("使える")), ("off", _("使えない"))],
            lambda rows, value: rows.filter(enabled=value == "on"),
        )
    ],
    default=("-enabled", "name"),
    empty=_("利用目的はまだありません。何のためにAIを使ってよいか、どの情報を入れてよいかを決めます。"),
    first_step=_("利用目的を登録する"),
    first_step_url=_for_editors("access:add_purpose"),
    sheet=sheets.PURPOSE_SHEET,
    sheet_row=sheets.purpose_row,
)


def purpose_rows(rows: QuerySet[Purpose]) -> QuerySet[Purpose]:
    """With how many grants each purpose has."""
    return rows.annotate(grant_count=Count("grants", filter=Q(grants__revoked_at=None)))


# --- grants ---------------------------------------------------------------------------------


def _grant_states(_request: HttpRequest) -> Choices:
    return [
        ("active", pgettext_lazy("grant", "有効")),
        *states.STALE_LABELS.items(),
        ("ended", _("期限切れ・取消済み")),
    ]


def _by_grant_state(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "ended":
        return rows.filter(Q(revoked_at__isnull=False) | Q(expires_on__lt=timezone.localdate()))
    rows = queries.holding(rows)
    return queries.STALE[value](rows) if value in queries.STALE else rows


def _systems(request: HttpRequest) -> Choices:
    rows = AISystem.objects.of(getattr(request, "municipality", None)).filter(ai_grants__isnull=False)
    return [(str(one.pk), f"{one.code} {one.shown_name}") for one in rows.distinct().order_by("number")]


def _purposes(request: HttpRequest) -> Choices:
    rows = Purpose.objects.of(getattr(request, "municipality", None)).order_by("name")
    return [(str(one.pk), one.shown_name) for one in rows]


GRANTS = Table(
    name="grants",
    caption=_("利用権"),
    columns=[
        Column(
            "subject",
            _("使う人・アプリケーション"),
            lambda row: row.subject,
            ("person__kana_sort", "application"),
            link=lambda row: reverse("access:grant", args=[row.pk]),
            hint=lambda row: named(row.department or ""),
        ),
        Column(
            "purpose",
            pgettext_lazy("one", "利用目的"),
            lambda row: row.purpose.shown_name,
            ("purpose__name",),
        ),
        Column(
            "system",
            pgettext_lazy("one", "AIシステム"),
            lambda row: row.system.shown_name,
            ("system__number",),
            hint=lambda row: row.system.code,
        ),
        Column("expires", _("終わる日"), lambda row: row.expires_on, ("expires_on",), kind="date"),
        Column(
            "spent",
            _("今月の利用"),
            lambda row: spending.nearest(row).words,
            tone=lambda row: spending.nearest(row).mark[1],
            hint=lambda row: spending.nearest(row).mark[0],
        ),
        Column("used", _("最後に使った日"), lambda row: row.last_used_at, ("last_used_at",), kind="date"),
        Column(
            "state",
            _("状態"),
            lambda row: states.grant_state(row)[0],
            tone=lambda row: states.grant_state(row)[1],
        ),
    ],
    search=("person__name", "person__staff_number", "application", "purpose__name", "system__name"),
    filters=[
        Filter("state", _("状態"), _grant_states, _by_grant_state),
        Filter(
            "system",
            pgettext_lazy("one", "AIシステム"),
            _systems,
            lambda rows, value: rows.filter(system=value),
        ),
        Filter(
            "purpose",
            pgettext_lazy("one", "利用目的"),
            _purposes,
            lambda rows, value: rows.filter(purpose=value),
        ),
    ],
    default=("revoked_at", "expires_on"),
    empty=_("利用権はまだありません。だれが、どのAIを、何のために使ってよいかを決めます。"),
    first_step=_("利用権を与える"),
    first_step_url=_for_editors("access:add_grant"),
    prepare=spending.attach,
    sheet=sheets.GRANT_SHEET,
    sheet_row=sheets.grant_row,
)


# --- stop switches --------------------------------------------------------------------------


STOPS = Table(
    name="stops",
    caption=_("停止の記録"),
    columns=[
        Column(
            "target",
            _("止めたもの"),
            lambda row: row.target_name,
            ("scope",),
            hint=lambda row: str(row.get_scope_display()) if row.target else "",
        ),
        Column("reason", _("理由"), lambda row: row.shown_reason),
        Column("at", _("止めた日時"), lambda row: row.at, ("at",), kind="datetime"),
        Column("by", _("止めた人"), lambda row: states.by_whom(row.by), ("by__kana_sort",), kind="name"),
        Column(
            "lifted",
            _("再開した日時"),
            lambda row: row.lifted_at,
            ("lifted_at",),
            kind="datetime",
            hint=lambda row: labelled(states.by_whom(row.lifted_by), row.lifted_why) if row.lifted_at else "",
        ),
        Column(
            "state",
            _("状態"),
            lambda row: states.stop_state(row)[0],
            tone=lambda row: states.stop_state(row)[1],
        ),
    ],
    search=("reason", "system__name", "purpose__name", "person__name"),
    default=("-at",),
    empty=_("止めたことはありません。"),
    sheet=sheets.STOP_SHEET,
    sheet_row=sheets.stop_row,
)


def model_rows(rows: QuerySet[Model]) -> QuerySet[Model]:
    """Search looks into routes, of which a model has several."""
    return rows.distinct()
