"""The lists: AI systems and datasets."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from kijun.governance.inventory import columns, dataset_sheets, queries, sheets
from kijun.governance.inventory.models import AISystem, Dataset, Stage
from kijun.governance.organisation.models import Department
from kijun.web.punctuation import listed
from kijun.web.tables import Column, Filter, Table
from kijun.web.templatetags.kit import named

STAGE_TONES = {
    Stage.IDEA: "neutral",
    Stage.PLAN: "info",
    Stage.PILOT: "progress",
    Stage.OPERATION: "success",
    Stage.EXTENSION: "success",
    Stage.RETIRED: "neutral",
}


def stage_label(system: AISystem) -> StrOrPromise:
    """The stage as people read it; a draft is a draft."""
    return _("下書き") if system.is_draft else system.get_stage_display()


def stage_tone(system: AISystem) -> str:
    return "warning" if system.is_draft else STAGE_TONES[Stage(system.stage)]


def _stages(_request: HttpRequest) -> Iterable[tuple[str, StrOrPromise]]:
    return [("active", _("廃止したものを除く")), ("draft", _("下書き")), *Stage.choices]


def _by_stage(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "draft":
        return rows.filter(registered_at__isnull=True)
    if value == "active":
        return rows.filter(registered_at__isnull=False).exclude(stage=Stage.RETIRED)
    return rows.filter(registered_at__isnull=False, stage=value)


def _departments(request: HttpRequest) -> Iterable[tuple[str, StrOrPromise]]:
    town = getattr(request, "municipality", None)
    rows = Department.objects.of(town).order_by("path")
    return [(str(one.pk), "\u3000" * (one.path.count("/") - 1) + named(one)) for one in rows]


def _by_department(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    path = Department.objects.filter(pk=value).values_list("path", flat=True).first() or "-"
    uses = rows.model.user_departments.through.objects.filter(department__path__startswith=path)
    return rows.filter(Q(provider_department__path__startswith=path) | Q(pk__in=uses.values("aisystem")))


def _owners(request: HttpRequest) -> Iterable[tuple[str, StrOrPromise]]:
    rows = queries.visible_systems(request.user).exclude(owner=None)  # type: ignore[arg-type]  # who_may lets only a person in
    found = (
        rows.order_by("owner__kana_sort").values_list("owner", "owner__name", "owner__kana_sort").distinct()
    )
    return [("none", _("決まっていない")), *((str(pk), name) for pk, name, _kana in found)]


def _by_owner(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(owner=None) if value == "none" else rows.filter(owner=value)


def user_departments(system: AISystem) -> str:
    """The first two departments that use the system, and how many more."""
    names = [named(one) for one in system.user_departments.all()]
    more = len(names) - 2
    return listed(names[:2]) + (str(_(" ほか%(n)s") % {"n": more}) if more > 0 else "")


def system_url(system: AISystem) -> str:
    return reverse("inventory:system", args=[system.pk])


def systems_table() -> Table:
    """The inventory. Made for each request, because upper apps add columns."""
    extras = columns.extras()
    return Table(
        name="systems",
        caption=_("AIシステム台帳"),
        columns=[
            Column("number", _("番号"), lambda row: row.code, ("number",)),
            Column(
                "name",
                _("名称"),
                lambda row: row.shown_name,
                ("name",),
                link=system_url,
                hint=lambda row: row.field,
            ),
            Column("stage", _("段階"), stage_label, ("stage",), tone=stage_tone),
            *(one.column for one in extras),
            Column(
                "provider",
                _("提供する部署"),
                lambda row: named(row.provider_department or ""),
                ("provider_department__path",),
            ),
            Column("users", _("利用する部署"), user_departments),
            Column("owner", _("責任者"), lambda row: row.owner, ("owner__kana_sort",), kind="name"),
        ],
        search=(
            "shown_code",
            "name",
            "name_en",
            "summary",
            "vendor_name",
            "service_name",
            "model_name",
            "field",
            "owner__name",
        ),
        filters=[
            Filter("stage", _("段階"), _stages, _by_stage),
            Filter("department", _("部署"), _departments, _by_department),
            Filter("owner", _("責任者"), _owners, _by_owner),
            *(one.filter for one in extras if one.filter),
        ],
        default=("number",),
        empty=_("AIシステムはまだ登録されていません。試しに使っているものも、IT担当者がここに登録します。"),
        first_step=_("AIシステムを登録する"),
        first_step_url=lambda request: (
            reverse("inventory:start") if request.user.has_perm("inventory.register") else None
        ),
        sheet=sheets.all_columns(),
        sheet_row=sheets.sheet_row,
    )


def systems_rows(rows: QuerySet[AISystem]) -> QuerySet[AISystem]:
    """The rows with what the list shows, in a constant number of queries."""
    rows = queries.with_code(sheets.for_sheet(rows))
    for one in columns.extras():
        rows = one.annotate(rows)
    return rows


# --- datasets -------------------------------------------------------------------------------


def review_state(dataset: Dataset, day: datetime.date | None = None) -> tuple[StrOrPromise, str]:
    """State tag of a dataset: (words, tone)."""
    day = day or timezone.localdate()
    if dataset.retired_on:
        return _("使用終了"), "neutral"
    if dataset.review_on is None:
        return _("見直し日なし"), "warning"
    if dataset.review_on < day:
        return _("見直し期限超過"), "danger"
    if dataset.review_on <= day + datetime.timedelta(days=30):
        return _("まもなく見直し"), "warning"
    return pgettext_lazy("dataset", "有効"), "success"


def _dataset_states(_request: HttpRequest) -> Iterable[tuple[str, StrOrPromise]]:
    return [
        ("overdue", _("見直し期限超過")),
        ("no_owner", _("管理責任者なし")),
        ("no_provenance", _("収集の記録なし")),
        ("retired", _("使用終了")),
    ]


def _by_dataset_state(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "retired":
        return rows.filter(retired_on__isnull=False)
    if value == "overdue":
        return queries.overdue(rows)
    rows = rows.filter(retired_on__isnull=True)
    if value == "no_owner":
        return rows.filter(owner=None)
    return rows.filter(Q(collected_from=None) | Q(collected_where="") | Q(collected_why=""))


DATASETS = Table(
    name="datasets",
    caption=_("データセット"),
    columns=[
        Column("number", _("番号"), lambda row: row.code, ("number",)),
        Column(
            "name",
            _("名称"),
            lambda row: row.name,
            ("name",),
            link=lambda row: reverse("inventory:dataset", args=[row.pk]),
            hint=lambda row: listed(one.code for one in row.systems.all()),
        ),
        Column("use", _("使い方"), lambda row: row.get_use_display(), ("use",)),
        Column(
            "department",
            _("管理する部署"),
            lambda row: named(row.owner_department or ""),
            ("owner_department__path",),
        ),
        Column("owner", _("管理責任者"), lambda row: row.owner, ("owner__kana_sort",), kind="name"),
        Column(
            "checked",
            _("正確さの確認"),
            lambda row: row.accuracy_checked_on,
            ("accuracy_checked_on",),
            kind="date",
        ),
        Column("review", _("次に見直す日"), lambda row: row.review_on, ("review_on",), kind="date"),
        Column("state", _("状態"), lambda row: review_state(row)[0], tone=lambda row: review_state(row)[1]),
    ],
    search=("name", "collected_where", "collected_why", "systems__name", "owner__name"),
    filters=[
        Filter("state", _("状態"), _dataset_states, _by_dataset_state),
        Filter(
            "use",
            _("使い方"),
            lambda _request: [("training", _("学習")), ("reference", _("参照")), ("evaluation", _("評価"))],
            lambda rows, value: rows.filter(use=value),
        ),
    ],
    default=("review_on", "name"),
    empty=_("データセットはまだありません。AIが学習・参照するデータを登録すると、確認の期限を見張ります。"),
    first_step=_("データセットを登録する"),
    first_step_url=lambda request: (
        reverse("inventory:add_dataset") if request.user.has_perm("inventory.add_dataset") else None
    ),
    sheet=dataset_sheets.all_columns(),
    sheet_row=dataset_sheets.sheet_row,
)


def dataset_rows(rows: QuerySet[Dataset]) -> QuerySet[Dataset]:
    """The rows with what the list shows, in a constant number of queries."""
    return dataset_sheets.for_sheet(rows).distinct()


def stage_counts(rows: QuerySet[AISystem]) -> dict[str, int]:
    """How many registered systems stand in each stage, in one query."""
    found = dict(
        rows.filter(registered_at__isnull=False)
        .order_by()
        .values_list("stage")
        .annotate(n=Count("pk", distinct=True))
    )
    return {stage: found.get(stage, 0) for stage in Stage.values}
