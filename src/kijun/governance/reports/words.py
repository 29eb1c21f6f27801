"""The labels that every form of a report shares."""

from __future__ import annotations

from django.utils.translation import gettext as _

from kijun.governance.reports.contents import SystemLine
from kijun.web.punctuation import bracketed


def status_labels() -> dict[str, str]:
    return {
        "done": _("実施済"),
        "partly": _("一部"),
        "planned": _("予定"),
        "not_done": _("未実施"),
        "not_applicable": _("該当なし"),
        "": _("未回答"),
    }


def percent(rate: float | None) -> str:
    """A share as people read it: 12.5 %; a dash when there is nothing to share."""
    return "–" if rate is None else f"{rate * 100:.1f}\u00a0%"


def assessed(line: SystemLine) -> str:
    """The state of a system's assessment, with how far it is while it is open: 作業中（9/83）."""
    if line.asked and line.answered < line.asked:
        return bracketed(line.assessed, f"{line.answered}/{line.asked}")
    return line.assessed


def labels() -> dict[str, str]:
    """Headings and column names, by the key that the PDF's template uses."""
    return {
        "as_of": _("現在"),
        "made_by": _("作成"),
        "sample": _("見本"),
        "figures": _("概況"),
        "facts": _("AIシステムの概要"),
        "risk": _("リスクの区分とその理由"),
        "systems": _("AIシステムの一覧"),
        "by_principle": _("原則ごとの実施状況"),
        "by_role": _("役割ごとの実施状況"),
        "trend": _("前回までとの比較"),
        "course": _("実施率の推移"),
        "judged": _("答えた対策"),
        "common": _("同じ対策"),
        "before": _("前回"),
        "now": _("今回"),
        "difference": _("差（ポイント）"),
        "assessed": _("自己点検"),
        "findings": _("完了していない指摘"),
        "no_findings": _("完了していない指摘はありません。"),
        "controls": _("対策ごとの回答と証跡"),
        "notes": _("この報告書について"),
        "item": _("項目"),
        "total": _("対策の数"),
        "rate": _("実施率"),
        "cycle": _("点検の回"),
        "number": _("番号"),
        "title": _("件名"),
        "control": _("対策"),
        "scope": _("対象"),
        "owner": _("担当"),
        "due": _("期限"),
        "state": _("状態"),
        "overdue": _("期限超過"),
        "answer": _("回答"),
        "reason": _("理由・内容"),
        "evidence": _("証跡"),
        "name": _("名称"),
        "stage": _("段階"),
        "tier": _("リスク"),
        "published": _("公開"),
        "code": _("番号"),
        "open": _("指摘"),
        "no_trend": _("前回の点検がないため、比較できません。"),
        "inherited": _("組織全体の回答"),
        "page": _("ページ"),
        "no_data": _("該当するものはありません。"),
        "plan": _("改善計画"),
        "printable": _("印刷用"),
    }
