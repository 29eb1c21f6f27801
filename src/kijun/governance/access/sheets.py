"""The lists of access as Excel: one row a thing. Of keys and of the values of headers nothing is written."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kijun.governance.access import cards, spending, states
from kijun.governance.access.models import Grant, Model, Purpose, Stop, Upstream
from kijun.web.excel import SheetColumn
from kijun.web.punctuation import listed
from kijun.web.templatetags.kit import named

UPSTREAM_SHEET = (
    SheetColumn("name", gettext_lazy("名称"), width=24),
    SheetColumn("kind", gettext_lazy("種類")),
    SheetColumn("base_url", gettext_lazy("接続先のURL"), width=40),
    SheetColumn("api_version", gettext_lazy("APIの版")),
    SheetColumn("models", gettext_lazy("使うモデル"), "number"),
    SheetColumn("state", gettext_lazy("状態")),
    SheetColumn("opt_out", gettext_lazy("学習に使われないことの確認"), width=30),
    SheetColumn("opt_out_on", gettext_lazy("確かめた日"), "date"),
    SheetColumn("opt_out_by", gettext_lazy("確かめた人")),
    SheetColumn("opt_out_proof", gettext_lazy("確かめた方法と根拠"), width=40),
)
MODEL_SHEET = (
    SheetColumn("name", gettext_lazy("モデル名"), width=24),
    SheetColumn("code", gettext_lazy("システムの番号")),
    SheetColumn("system", pgettext_lazy("one", "AIシステム"), width=30),
    SheetColumn("routes", gettext_lazy("接続先（順番）"), width=50),
    SheetColumn("state", gettext_lazy("状態")),
)
PURPOSE_SHEET = (
    SheetColumn("name", gettext_lazy("名称"), width=30),
    SheetColumn("name_en", gettext_lazy("英語の名称"), width=30),
    SheetColumn("description", gettext_lazy("何のために使うか"), width=40),
    SheetColumn("owner", gettext_lazy("目的の責任者")),
    SheetColumn("classes", gettext_lazy("入力してよい情報"), width=30),
    SheetColumn("legal_basis", gettext_lazy("法令・条例の根拠"), width=30),
    SheetColumn("consent_scope", gettext_lazy("本人の同意の範囲"), width=30),
    SheetColumn("input", gettext_lazy("入力に見つかったときの扱い"), width=50),
    SheetColumn("output", gettext_lazy("回答に見つかったときの扱い"), width=50),
    SheetColumn("uninspected", gettext_lazy("検査できないもの（画像・音声）も送ってよい")),
    SheetColumn("retention", gettext_lazy("記録の保存期間")),
    SheetColumn("review", gettext_lazy("回答の確認"), width=30),
    SheetColumn("public_power", gettext_lazy("公権力の行使に関わる")),
    SheetColumn("checklist", gettext_lazy("この目的で確かめること"), width=40),
    SheetColumn("networks", gettext_lazy("使えるネットワーク"), width=24),
    SheetColumn("hours", gettext_lazy("使える時間"), width=24),
    SheetColumn("grants", gettext_lazy("利用権"), "number"),
    SheetColumn("state", gettext_lazy("状態")),
)
GRANT_SHEET = (
    SheetColumn("number", gettext_lazy("利用権の番号"), "number"),
    SheetColumn("subject", gettext_lazy("使う人・アプリケーション"), width=24),
    SheetColumn("staff_number", gettext_lazy("職員番号")),
    SheetColumn("department", gettext_lazy("部署"), width=24),
    SheetColumn("responsible", gettext_lazy("キーの管理者")),
    SheetColumn("purpose", pgettext_lazy("one", "利用目的"), width=30),
    SheetColumn("code", gettext_lazy("システムの番号")),
    SheetColumn("system", pgettext_lazy("one", "AIシステム"), width=30),
    SheetColumn("starts_on", gettext_lazy("始まる日"), "date"),
    SheetColumn("expires_on", gettext_lazy("終わる日"), "date"),
    SheetColumn("last_used", gettext_lazy("最後に使った日"), "date"),
    SheetColumn("state", gettext_lazy("状態")),
    SheetColumn(
        "stale",
        gettext_lazy("見直しが要る理由"),
        width=34,
        hint=gettext_lazy(
            "使える利用権のうち、90日以上使っていないもの、与えてから90日たっても一度も使っていないもの、管理する人が在籍していないもの、30日以内に終わるもの。"
        ),
    ),
    SheetColumn("requests", gettext_lazy("1か月の回数"), "number"),
    SheetColumn("tokens", gettext_lazy("1か月のトークン数"), "number"),
    SheetColumn("per_minute", gettext_lazy("1分の回数"), "number"),
    SheetColumn("used_requests", gettext_lazy("今月使った回数"), "number"),
    SheetColumn("used_tokens", gettext_lazy("今月使ったトークン数"), "number"),
    SheetColumn("revoked", gettext_lazy("取り消した日"), "date"),
    SheetColumn("revoked_why", gettext_lazy("取り消した理由"), width=30),
)
STOP_SHEET = (
    SheetColumn("scope", gettext_lazy("止める範囲")),
    SheetColumn("target", gettext_lazy("止めたもの"), width=30),
    SheetColumn("reason", gettext_lazy("理由"), width=40),
    SheetColumn("at", gettext_lazy("止めた日時"), width=18),
    SheetColumn("by", gettext_lazy("止めた人")),
    SheetColumn("lifted_at", gettext_lazy("再開した日時"), width=18),
    SheetColumn("lifted_by", gettext_lazy("再開した人")),
    SheetColumn("lifted_why", gettext_lazy("再開の理由"), width=40),
    SheetColumn("state", gettext_lazy("状態")),
)


def _moment(at: datetime.datetime | None) -> str:
    return "" if at is None else f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def _day(at: datetime.datetime | None) -> datetime.date | None:
    return None if at is None else timezone.localtime(at).date()


def upstream_row(row: Upstream) -> dict[str, Any]:
    """A service; expects ``model_count`` of `lists.upstream_rows`."""
    return {
        "name": row.name,
        "kind": row.get_kind_display(),
        "base_url": row.base_url,
        "api_version": row.api_version,
        "models": getattr(row, "model_count", None),
        "state": str(states.upstream_state(row)[0]),
        "opt_out": str(states.opt_out_state(row)[0]),
        "opt_out_on": row.opt_out_on,
        "opt_out_by": str(states.by_whom(row.opt_out_by)) if row.opt_out_on else "",
        "opt_out_proof": row.opt_out_proof,
    }


def model_row(row: Model) -> dict[str, Any]:
    """A model with its ways, a line each, in the order in which they are tried."""
    ways = [
        _("%(upstream)s：%(name)s（順番 %(order)s、重み %(weight)s）")
        % {"upstream": one.upstream.name, "name": one.name, "order": one.order, "weight": one.weight}
        for one in row.routes.all()
    ]
    return {
        "name": row.name,
        "code": row.system.code,
        "system": row.system.shown_name,
        "routes": "\n".join(ways),
        "state": str(states.served(row.system)[0]),
    }


def purpose_row(row: Purpose) -> dict[str, Any]:
    """A purpose as its card says it; expects ``grant_count`` of `lists.purpose_rows`."""
    card = cards.card(row)
    lines = [*card.lines, *card.exceptions]
    return {
        **{key: getattr(row, key) for key in ("name", "name_en", "description", "legal_basis")},
        "consent_scope": row.consent_scope,
        "owner": str(row.owner),
        "classes": listed(card.classes),
        "input": _handling((one.label, one.input) for one in lines),
        "output": _handling((one.label, one.output) for one in lines),
        "uninspected": _("はい") if row.uninspected else _("いいえ"),
        "retention": str(card.retention),
        "review": row.get_review_display(),
        "public_power": _("はい") if row.public_power else _("いいえ"),
        "checklist": "\n".join(row.checklist),
        "networks": "\n".join(card.networks),
        "hours": "\n".join(card.hours),
        "grants": getattr(row, "grant_count", None),
        "state": str(states.purpose_state(row)[0]),
    }


def _handling(lines: Iterable[tuple[Any, cards.Cell]]) -> str:
    return "\n".join(
        _("%(label)s：%(value)s") % {"label": label, "value": cell.label} for label, cell in lines
    )


def grant_row(row: Grant) -> dict[str, Any]:
    """A grant; why somebody should look at it comes from `queries.with_stale`."""
    spent = spending.spent(row)
    why = [str(label) for key, label in states.STALE_LABELS.items() if getattr(row, f"stale_{key}", False)]
    return {
        "number": row.pk,
        "subject": row.person.name if row.person else row.application,
        "staff_number": row.person.staff_number if row.person else "",
        "department": named(row.department or ""),
        "responsible": str(row.responsible or ""),
        "purpose": row.purpose.shown_name,
        "code": row.system.code,
        "system": row.system.shown_name,
        **{key: getattr(row, key) for key in ("starts_on", "expires_on", "requests", "tokens", "per_minute")},
        "used_requests": spent.requests if spent else None,
        "used_tokens": spent.tokens if spent else None,
        "last_used": _day(row.last_used_at),
        "state": str(states.grant_state(row)[0]),
        "stale": listed(why),
        "revoked": _day(row.revoked_at),
        "revoked_why": row.revoked_why,
    }


def stop_row(row: Stop) -> dict[str, Any]:
    """A stop switch, on or lifted."""
    return {
        "scope": str(row.get_scope_display()),
        "target": row.target_name,
        "reason": row.reason,
        "at": _moment(row.at),
        "by": str(states.by_whom(row.by)),
        "lifted_at": _moment(row.lifted_at),
        "lifted_by": str(states.by_whom(row.lifted_by)) if row.lifted_at else "",
        "lifted_why": row.lifted_why,
        "state": str(states.stop_state(row)[0]),
    }
