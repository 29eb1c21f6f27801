"""Declarations of the lists."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kijun.governance.feedback import queries
from kijun.governance.feedback.models import Doubt, ImprovementRequest, Report
from kijun.governance.inventory.models import AISystem
from kijun.web.excel import SheetColumn
from kijun.web.punctuation import listed
from kijun.web.tables import Column, Filter, Table
from kijun.web.templatetags.kit import named


def _system(row: Any) -> str:
    return row.system.shown_name if row.system is not None else ""


def who(row: Report) -> str:
    """Who reported, where that is told."""
    return gettext("名前を出さない職員") if row.anonymous else str(row.reporter.name)


def kinds(row: Report) -> str:
    return listed(queries.kinds_of(row))


def _due_hint(row: Any) -> str:
    return gettext("期限超過") if row.is_overdue else ""


def _systems(request: HttpRequest) -> list[tuple[str, str]]:
    """Those of which something was reported."""
    rows = queries.visible(request.user).exclude(system=None).order_by().values("system")  # type: ignore[arg-type]  # who_may lets only a person in
    return [(str(one.pk), one.shown_name) for one in AISystem.objects.filter(pk__in=rows).order_by("number")]


def _late(rows: QuerySet[Report], value: str) -> QuerySet[Report]:
    return queries.overdue(rows)


def _report_row(row: Report) -> dict[str, Any]:
    return {
        "code": row.code,
        "kinds": kinds(row),
        "state": row.get_state_display(),
        "system": _system(row),
        "purpose": row.purpose.shown_name if row.purpose is not None else "",
        "department": named(row.department) if row.department is not None else "",
        "reporter": who(row),
        "text": row.text,
        "people": row.people,
        "reported_at": row.reported_at,
        "due_on": row.due_on,
        "handler": row.handler.name if row.handler is not None else "",
        "finding": row.get_finding_display(),
        "answer": row.answer,
        "answered_at": row.answered_at,
        "request": row.request.code if row.request is not None else "",
        "interaction": row.interaction,
    }


_REPORT_COLUMNS = [
    Column(
        "code", _("番号"), lambda row: row.code, ("number",), lambda row: row.get_absolute_url(), kind="name"
    ),
    Column("kinds", pgettext_lazy("doubt", "気になる点"), kinds, ("kinds",), hint=lambda row: row.text[:60]),
    Column(
        "state",
        _("状態"),
        lambda row: row.get_state_display(),
        ("state",),
        tone=lambda row: queries.TONES[Report.State(row.state)],
    ),
    Column("system", pgettext_lazy("one", "AIシステム"), _system, ("system__name",)),
    Column("reporter", _("報告した人"), who, kind="name"),
    Column("due", _("回答の期限"), lambda row: row.due_on, ("due_on",), kind="date", hint=_due_hint),
    Column("reported_at", _("報告した日時"), lambda row: row.reported_at, ("reported_at",), kind="datetime"),
]
_SHEET = [
    SheetColumn("code", _("番号"), width=12),
    SheetColumn("kinds", pgettext_lazy("doubt", "気になる点"), width=30),
    SheetColumn("state", _("状態")),
    SheetColumn("system", pgettext_lazy("one", "AIシステム"), width=24),
    SheetColumn("purpose", pgettext_lazy("one", "利用目的"), width=24),
    SheetColumn("department", _("部署"), width=24),
    SheetColumn("reporter", _("報告した人")),
    SheetColumn("text", _("説明"), width=50),
    SheetColumn("people", _("影響を受けた人々"), width=24),
    SheetColumn("reported_at", _("報告した日"), "date"),
    SheetColumn("due_on", _("回答の期限"), "date"),
    SheetColumn("handler", _("回答する人")),
    SheetColumn("finding", _("調べた結果"), width=24),
    SheetColumn("answer", _("回答"), width=50),
    SheetColumn("answered_at", _("回答した日"), "date"),
    SheetColumn("request", _("改善要望"), width=12),
    SheetColumn("interaction", _("記録の番号"), width=36),
]
_KIND = Filter("kind", pgettext_lazy("doubt", "気になる点"), lambda request: Doubt.choices, queries.of_kind)
_STATE = Filter(
    "state", _("状態"), lambda request: Report.State.choices, lambda rows, value: rows.filter(state=value)
)

REPORTS = Table(
    name="reports",
    caption=_("回答への報告の一覧"),
    columns=_REPORT_COLUMNS,
    search=("text", "answer", "system__name", "purpose__name"),
    filters=[
        Filter(
            "system",
            pgettext_lazy("one", "AIシステム"),
            _systems,
            lambda rows, value: rows.filter(system=int(value)),
        ),
        _KIND,
        _STATE,
        Filter("late", _("期限"), lambda request: (("yes", _("期限超過")),), _late),
    ],
    default=("-number",),
    empty=_("報告はまだありません。職員が回答の下やAIシステムのページから報告すると、ここに並びます。"),
    sheet=_SHEET,
    sheet_row=_report_row,
)
MINE = Table(
    name="my-reports",
    caption=_("自分の報告の一覧"),
    columns=[one for one in _REPORT_COLUMNS if one.key != "reporter"],
    search=("text", "answer", "system__name"),
    filters=[_KIND, _STATE],
    default=("-number",),
    empty=_(
        "報告はまだありません。AIの回答やAIシステムに気になる点があれば、回答の下か、AIシステムのページから報告できます。"
    ),
    sheet=_SHEET,
    sheet_row=_report_row,
)


def _request_row(row: ImprovementRequest) -> dict[str, Any]:
    return {
        "code": row.code,
        "title": row.title,
        "state": row.get_state_display(),
        "system": _system(row),
        "vendor": row.vendor,
        "reports": row.reports.count(),
        "asked_on": row.asked_on,
        "times": row.times,
        "due_on": row.due_on,
        "reply": row.get_reply_display(),
        "answered_on": row.answered_on,
        "meanwhile": row.get_meanwhile_display(),
        "verified_on": row.verified_on,
        "verified_by": row.verified_by.name if row.verified_by is not None else "",
        "verification": row.verification,
    }


REQUESTS = Table(
    name="requests",
    caption=_("事業者への改善要望の一覧"),
    columns=[
        Column(
            "code",
            _("番号"),
            lambda row: row.code,
            ("number",),
            lambda row: row.get_absolute_url(),
            kind="name",
        ),
        Column("title", _("件名"), lambda row: row.title, ("title",)),
        Column(
            "state",
            _("状態"),
            lambda row: row.get_state_display(),
            ("state",),
            tone=lambda row: queries.REQUEST_TONES[ImprovementRequest.State(row.state)],
        ),
        Column("system", pgettext_lazy("one", "AIシステム"), _system, ("system__name",)),
        Column("vendor", _("事業者"), lambda row: row.vendor, ("vendor",)),
        Column("asked_on", _("送った日"), lambda row: row.asked_on, ("asked_on",), kind="date"),
        Column("due", _("期限"), lambda row: row.due_on, ("due_on",), kind="date", hint=_due_hint),
    ],
    search=("title", "vendor", "body", "system__name"),
    filters=[
        Filter(
            "state",
            _("状態"),
            lambda request: ImprovementRequest.State.choices,
            lambda rows, value: rows.filter(state=value),
        )
    ],
    default=("-number",),
    empty=_("改善要望はまだありません。報告のページで「事業者に改善を求める」を選ぶと、ここに並びます。"),
    sheet=[
        SheetColumn("code", _("番号"), width=12),
        SheetColumn("title", _("件名"), width=40),
        SheetColumn("state", _("状態")),
        SheetColumn("system", pgettext_lazy("one", "AIシステム"), width=24),
        SheetColumn("vendor", _("事業者"), width=24),
        SheetColumn("reports", _("報告の件数"), "number"),
        SheetColumn("asked_on", _("送った日"), "date"),
        SheetColumn("times", _("求めた回数"), "number"),
        SheetColumn("due_on", _("期限"), "date"),
        SheetColumn("reply", _("事業者の判断")),
        SheetColumn("answered_on", _("回答の日"), "date"),
        SheetColumn("meanwhile", _("直るまでの使い方"), width=20),
        SheetColumn("verified_on", _("試した日"), "date"),
        SheetColumn("verified_by", _("試した人")),
        SheetColumn("verification", _("試した結果"), width=40),
    ],
    sheet_row=_request_row,
)
