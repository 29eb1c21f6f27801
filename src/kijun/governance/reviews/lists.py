"""Declarations of the lists."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kijun.governance.reviews import codes, queries
from kijun.governance.reviews.models import Decision, Destination, Label, Review
from kijun.web.excel import SheetColumn
from kijun.web.tables import Column, Filter, Table
from kijun.web.templatetags.kit import named


def _system(row: Review) -> str:
    return row.system.shown_name if row.system is not None else ""


def _purpose(row: Review) -> str:
    return row.purpose.shown_name if row.purpose is not None else ""


def _department(row: Review) -> str:
    return named(row.department) if row.department is not None else ""


def _review_row(row: Review) -> dict[str, Any]:
    return {
        "title": row.title,
        "person": row.person.name,
        "department": _department(row),
        "system": _system(row),
        "purpose": _purpose(row),
        "destination": row.get_destination_display(),
        "level": row.get_level_display(),
        "decision": row.get_decision_display(),
        "changed_share": row.changed_share,
        "ground": row.get_ground_display(),
        "state": str(queries.standing(row).label),
        "legal_basis": row.legal_basis,
        "confirmed_at": row.confirmed_at,
        "interaction": row.interaction,
    }


REVIEWS = Table(
    name="reviews",
    caption=_("回答の確認の一覧"),
    columns=[
        Column("title", _("件名"), lambda row: row.title, ("title",), lambda row: row.get_absolute_url()),
        Column(
            "state",
            _("状態"),
            lambda row: queries.standing(row).label,
            ("state",),
            tone=lambda row: queries.standing(row).tone,
        ),
        Column("decision", _("判断"), lambda row: row.get_decision_display(), ("decision",)),
        Column("destination", _("使い道"), lambda row: row.get_destination_display(), ("destination",)),
        Column("system", pgettext_lazy("one", "AIシステム"), _system, ("system__name",)),
        Column(
            "person",
            pgettext_lazy("answer", "確認した人"),
            lambda row: row.person.name,
            ("person__kana_sort",),
            kind="name",
        ),
        Column(
            "confirmed_at",
            pgettext_lazy("answer", "確認した日時"),
            lambda row: row.confirmed_at,
            ("confirmed_at",),
            kind="datetime",
        ),
    ],
    search=("title", "person__name", "system__name", "purpose__name"),
    filters=[
        Filter(
            "state", _("状態"), lambda request: Review.State.choices, lambda rows, v: rows.filter(state=v)
        ),
        Filter(
            "decision", _("判断"), lambda request: Decision.choices, lambda rows, v: rows.filter(decision=v)
        ),
        Filter(
            "destination",
            _("使い道"),
            lambda request: Destination.choices,
            lambda rows, v: rows.filter(destination=v),
        ),
    ],
    default=("-confirmed_at",),
    empty=_("確認した回答はまだありません。AIの回答を使うときに「使う」から始めると、ここに並びます。"),
    sheet=[
        SheetColumn("title", _("件名"), width=40),
        SheetColumn("person", pgettext_lazy("answer", "確認した人")),
        SheetColumn("department", _("部署"), width=24),
        SheetColumn("system", pgettext_lazy("one", "AIシステム"), width=24),
        SheetColumn("purpose", pgettext_lazy("one", "利用目的"), width=24),
        SheetColumn("destination", _("使い道")),
        SheetColumn("level", _("確認の厳しさ"), width=30),
        SheetColumn("decision", _("判断")),
        SheetColumn("changed_share", _("直した割合（%）"), "number"),
        SheetColumn("ground", _("どう確かめたか"), width=30),
        SheetColumn("state", _("状態")),
        SheetColumn("legal_basis", _("根拠の条文"), width=30),
        SheetColumn("confirmed_at", _("確認した日"), "date"),
        SheetColumn("interaction", _("記録の番号"), width=36),
    ],
    sheet_row=_review_row,
)


def _label_state(row: Label) -> tuple[Any, str]:
    return (_("取下げ"), "warning") if row.withdrawn_at is not None else (_("表示中"), "success")


def _label_row(row: Label) -> dict[str, Any]:
    from kijun.governance.reviews.exports.blocks import parts_of

    return {
        "code": codes.shown(row.code),
        "title": row.review.title,
        "kind": row.get_kind_display(),
        "parts": "\n".join(parts_of(row)),
        "system": _system(row.review),
        "office": row.office,
        "post": row.post,
        "decided_by": row.decided_by.name,
        "decided_on": row.decided_on,
        "made_by": row.made_by.name,
        "made_at": row.made_at,
        "state": str(_label_state(row)[0]),
        "withdrawn_at": row.withdrawn_at,
        "withdrawn_why": row.withdrawn_why,
    }


LABELS = Table(
    name="labels",
    caption=_("AI利用の表示の一覧"),
    columns=[
        Column(
            "code",
            _("番号"),
            lambda row: codes.shown(row.code),
            ("code",),
            lambda row: row.get_absolute_url(),
            kind="name",
        ),
        Column("title", _("件名"), lambda row: row.review.title, ("review__title",)),
        Column(
            "state",
            _("状態"),
            lambda row: _label_state(row)[0],
            ("withdrawn_at",),
            tone=lambda row: _label_state(row)[1],
        ),
        Column("kind", _("何に付けるか"), lambda row: row.get_kind_display(), ("kind",)),
        Column("office", _("決めた部署"), lambda row: row.office, ("office",)),
        Column(
            "made_by", _("発行した人"), lambda row: row.made_by.name, ("made_by__kana_sort",), kind="name"
        ),
        Column("made_at", _("発行した日時"), lambda row: row.made_at, ("made_at",), kind="datetime"),
    ],
    search=("code", "review__title", "office", "made_by__name"),
    filters=[
        Filter(
            "state",
            _("状態"),
            lambda request: (("shown", _("表示中")), ("withdrawn", _("取下げ"))),
            lambda rows, v: rows.filter(withdrawn_at__isnull=v == "shown"),
        )
    ],
    default=("-made_at",),
    empty=_("AI利用の表示はまだありません。決裁で承認された文章のページで付けられます。"),
    sheet=[
        SheetColumn("code", _("番号"), width=18),
        SheetColumn("title", _("件名"), width=40),
        SheetColumn("kind", _("何に付けるか")),
        SheetColumn("parts", _("AIがしたこと"), width=30),
        SheetColumn("system", pgettext_lazy("one", "AIシステム"), width=24),
        SheetColumn("office", _("決めた部署"), width=24),
        SheetColumn("post", _("決めた人の職")),
        SheetColumn("decided_by", _("決めた人")),
        SheetColumn("decided_on", _("決めた日"), "date"),
        SheetColumn("made_by", _("発行した人")),
        SheetColumn("made_at", _("発行した日"), "date"),
        SheetColumn("state", _("状態")),
        SheetColumn("withdrawn_at", _("取り下げた日"), "date"),
        SheetColumn("withdrawn_why", _("取り下げた理由"), width=40),
    ],
    sheet_row=_label_row,
)
