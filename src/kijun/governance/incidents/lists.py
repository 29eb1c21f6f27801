"""Declarations of the lists."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kijun.governance.incidents import queries
from kijun.governance.incidents.models import OPEN, Drill, Harm, Incident, Lesson, Severity, State
from kijun.governance.inventory.models import AISystem
from kijun.web.excel import SheetColumn
from kijun.web.punctuation import listed
from kijun.web.tables import Column, Filter, Table
from kijun.web.templatetags.kit import named


def _system(row: Any) -> str:
    return row.system.shown_name if row.system is not None else ""


def harms(row: Any) -> str:
    return listed(queries.harms_of(row))


def leader(row: Incident) -> str:
    """Who leads; IT staff where the post is vacant."""
    if row.leader is not None:
        return str(row.leader.name)
    return gettext("IT担当者（責任者が空席のため）") if row.is_open else ""


def hours(span: datetime.timedelta | None) -> float | None:
    """Hours with two decimals."""
    return None if span is None else round(span.total_seconds() / 3600, 2)


def _systems(request: HttpRequest) -> list[tuple[str, str]]:
    """Those of which an incident is told."""
    rows = queries.visible(request.user).exclude(system=None).order_by().values("system")  # type: ignore[arg-type]  # who_may lets only a person in
    return [(str(one.pk), one.shown_name) for one in AISystem.objects.filter(pk__in=rows).order_by("number")]


def _states(request: HttpRequest) -> list[tuple[str, Any]]:
    return [("open", _("終わっていないもの")), *State.choices]


def _of_state(rows: QuerySet[Incident], value: str) -> QuerySet[Incident]:
    return rows.filter(state__in=OPEN) if value == "open" else rows.filter(state=value)


def _late(rows: QuerySet[Incident], value: str) -> QuerySet[Incident]:
    return queries.late(rows)


def _row(row: Incident) -> dict[str, Any]:
    return {
        "code": row.code,
        "title": row.title,
        "state": row.get_state_display(),
        "severity": row.get_severity_display(),
        "harms": harms(row),
        "residents": row.get_residents_display(),
        "affected": row.affected,
        "affected_count": row.affected_count,
        "system": _system(row),
        "purpose": row.purpose.shown_name if row.purpose is not None else "",
        "department": named(row.department) if row.department is not None else "",
        "source": row.get_source_display(),
        "report": row.report.code if row.report is not None else "",
        "noticed_at": row.noticed_at,
        "reported_at": row.reported_at,
        "reporter": _reporter(row),
        "leader": leader(row),
        "leader_why": row.leader_why,
        "until_report": hours(row.until_report),
        "until_action": hours(row.until_action),
        "course": row.get_course_display(),
        "cause": row.cause,
        "redress": row.redress,
        "closed_at": row.closed_at,
        "closed_by": row.closed_by.name if row.closed_by is not None else "",
    }


def _reporter(row: Incident) -> str:
    return str(row.reporter.name)


INCIDENTS = Table(
    name="incidents",
    caption=_("インシデントの一覧"),
    columns=[
        Column(
            "code",
            _("番号"),
            lambda row: row.code,
            ("number",),
            lambda row: row.get_absolute_url(),
            kind="name",
        ),
        Column("title", _("件名"), lambda row: row.title, ("title",), hint=harms),
        Column(
            "state",
            _("状態"),
            lambda row: row.get_state_display(),
            ("state",),
            tone=lambda row: queries.TONES[State(row.state)],
        ),
        Column(
            "severity",
            _("重さ"),
            lambda row: row.get_severity_display(),
            ("severity",),
            tone=lambda row: queries.SEVERITY_TONES[Severity(row.severity)],
        ),
        Column("system", pgettext_lazy("one", "AIシステム"), _system, ("system__name",)),
        Column("leader", _("指揮をとる人"), leader, ("leader__kana_sort",), kind="name"),
        Column(
            "reported_at", _("報告した日時"), lambda row: row.reported_at, ("reported_at",), kind="datetime"
        ),
    ],
    search=("shown_code", "title", "what", "system__name", "affected", "cause"),
    filters=[
        Filter("state", _("状態"), _states, _of_state),
        Filter(
            "severity",
            _("重さ"),
            lambda request: Severity.choices,
            lambda rows, value: rows.filter(severity=value),
        ),
        Filter(
            "system",
            pgettext_lazy("one", "AIシステム"),
            _systems,
            lambda rows, value: rows.filter(system=int(value)),
        ),
        Filter("harm", _("害の種類"), lambda request: Harm.choices, queries.of_harm),
        Filter("late", _("期限"), lambda request: (("yes", _("期限超過")),), _late),
    ],
    default=("-number",),
    empty=_(
        "インシデントはまだありません。AIで困ったことや、ひやりとしたことがあれば、ここから報告できます。"
    ),
    first_step=_("インシデントを報告する"),
    first_step_url=lambda request: reverse("incidents:report"),
    sheet=[
        SheetColumn("code", _("番号"), width=10),
        SheetColumn("title", _("件名"), width=40),
        SheetColumn("state", _("状態")),
        SheetColumn("severity", _("重さ")),
        SheetColumn("harms", _("害の種類"), width=24),
        SheetColumn("residents", _("住民への影響")),
        SheetColumn("affected", _("影響を受けた人々"), width=24),
        SheetColumn("affected_count", _("影響を受けた人数"), "number"),
        SheetColumn("system", pgettext_lazy("one", "AIシステム"), width=24),
        SheetColumn("purpose", pgettext_lazy("one", "利用目的"), width=24),
        SheetColumn("department", _("部署"), width=20),
        SheetColumn("source", _("きっかけ")),
        SheetColumn("report", _("もとの報告"), width=12),
        SheetColumn("noticed_at", _("気づいた日"), "date"),
        SheetColumn("reported_at", _("報告した日"), "date"),
        SheetColumn("reporter", _("報告した人")),
        SheetColumn("leader", _("指揮をとる人")),
        SheetColumn("leader_why", _("責任者以外が指揮をとる理由"), width=24),
        SheetColumn("until_report", _("気づいてから報告まで（時間）"), "number"),
        SheetColumn("until_action", _("報告から最初の措置まで（時間）"), "number"),
        SheetColumn("course", _("使い方の判断"), width=20),
        SheetColumn("cause", _("原因"), width=40),
        SheetColumn("redress", _("住民への手当て"), width=40),
        SheetColumn("closed_at", _("完了した日"), "date"),
        SheetColumn("closed_by", _("完了を決めた人")),
    ],
    sheet_row=_row,
)


def _lesson_row(row: Lesson) -> dict[str, Any]:
    return {
        "title": row.title,
        "happened": row.happened,
        "learnt": row.learnt,
        "do": row.do,
        "published_at": row.published_at,
        "read": getattr(row, "read", 0),
    }


LESSONS = Table(
    name="lessons",
    caption=_("インシデントの教訓の一覧"),
    columns=[
        Column("title", _("題名"), lambda row: row.title, ("title",), lambda row: row.get_absolute_url()),
        Column("do", _("防ぎ方"), lambda row: row.do[:80]),
        Column("published", _("公開した日"), lambda row: row.published_on, ("published_at",), kind="date"),
        Column("read", _("読んだ人数"), lambda row: row.read, ("read",), kind="number"),
    ],
    search=("title", "happened", "learnt", "do"),
    default=("-published_at",),
    empty=_("教訓はまだありません。インシデントの対応で分かったことを公開すると、ここに並びます。"),
    sheet=[
        SheetColumn("title", _("題名"), width=40),
        SheetColumn("happened", _("あったこと"), width=50),
        SheetColumn("learnt", _("分かったこと"), width=50),
        SheetColumn("do", _("防ぎ方"), width=50),
        SheetColumn("published_at", _("公開した日"), "date"),
        SheetColumn("read", _("読んだ人数"), "number"),
    ],
    sheet_row=_lesson_row,
)


def _drill_row(row: Drill) -> dict[str, Any]:
    return {
        "code": row.code,
        "held_on": row.held_on,
        "scenario": row.scenario,
        "harms": harms(row),
        "system": _system(row),
        "playbook": str(row.playbook or ""),
        "people": row.people,
        "minutes": row.minutes,
        "stop_minutes": row.stop_minutes,
        "learnt": row.learnt,
        "next_on": row.next_on,
    }


DRILLS = Table(
    name="drills",
    caption=_("訓練の一覧"),
    columns=[
        Column(
            "code",
            _("番号"),
            lambda row: row.code,
            ("number",),
            lambda row: row.get_absolute_url(),
            kind="name",
        ),
        Column("held_on", _("訓練の日"), lambda row: row.held_on, ("held_on", "number"), kind="date"),
        Column("scenario", _("想定した事態"), lambda row: row.scenario[:80], hint=harms),
        Column("system", pgettext_lazy("one", "AIシステム"), _system, ("system__name",)),
        Column("minutes", _("最初の措置まで（分）"), lambda row: row.minutes, ("minutes",), kind="number"),
    ],
    search=("scenario", "people", "learnt", "system__name"),
    default=("-held_on", "-number"),
    empty=_("訓練の記録はまだありません。手順書どおりに動けるか、年に1回は試します。"),
    sheet=[
        SheetColumn("code", _("番号"), width=10),
        SheetColumn("held_on", _("訓練の日"), "date"),
        SheetColumn("scenario", _("想定した事態"), width=50),
        SheetColumn("harms", _("害の種類"), width=24),
        SheetColumn("system", pgettext_lazy("one", "AIシステム"), width=24),
        SheetColumn("playbook", _("手順の版"), width=24),
        SheetColumn("people", _("参加した人・部署"), width=30),
        SheetColumn("minutes", _("最初の措置まで（分）"), "number"),
        SheetColumn("stop_minutes", _("止める操作（分）"), "number"),
        SheetColumn("learnt", _("分かったこと・直すこと"), width=50),
        SheetColumn("next_on", _("次の訓練の予定日"), "date"),
    ],
    sheet_row=_drill_row,
)
