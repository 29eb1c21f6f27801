"""A list of interactions: a line each, for the page and as Excel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_stubs_ext import StrOrPromise

from kijun.gateway.handling import NOT_INSPECTED
from kijun.governance.interactions import sending, wording
from kijun.governance.interactions.names import Names
from kijun.governance.interactions.reading import excerpt
from kijun.governance.interactions.searching import Interaction, Results
from kijun.ledger.model import Record
from kijun.web import excel
from kijun.web.excel import SheetColumn
from kijun.web.punctuation import listed

MOST: Final = 1_000
"""Interactions that a file holds: as many as the record of the look names."""
EXCERPT: Final = 200
SHEET: Final = (
    SheetColumn("at", gettext_lazy("日時"), width=20),
    SheetColumn("who", gettext_lazy("使った人")),
    SheetColumn("department", gettext_lazy("部署"), width=24),
    SheetColumn("system", pgettext_lazy("one", "AIシステム"), width=24),
    SheetColumn("purpose", pgettext_lazy("one", "利用目的"), width=24),
    SheetColumn("excerpt", gettext_lazy("内容（はじめの部分）"), width=50),
    SheetColumn("verdict", gettext_lazy("結果"), width=20),
    SheetColumn("findings", gettext_lazy("見つかったもの"), width=30),
    SheetColumn("held", gettext_lazy("保全")),
    SheetColumn("model", gettext_lazy("モデル")),
    SheetColumn("sent", gettext_lazy("送った先"), width=30),
    SheetColumn("source", gettext_lazy("記録の経路")),
    SheetColumn("tokens_in", gettext_lazy("入力のトークン数"), "number"),
    SheetColumn("tokens_out", gettext_lazy("出力のトークン数"), "number"),
    SheetColumn("id", gettext_lazy("記録の番号"), width=36),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One interaction of the list."""

    one: Interaction
    who: str
    department: str
    system: str
    purpose: str
    excerpt: str
    verdicts: list[tuple[str, str]]
    findings: list[str]
    source: StrOrPromise
    sent: list[str]


def line(one: Interaction, names: Names, length: int = 80) -> Line:
    """What a list shows of an interaction; ``length`` characters of what was asked."""
    first = one.head
    findings = [*one.findings, NOT_INSPECTED] if one.is_partly_unread else one.findings
    return Line(
        one,
        names.who(first),
        names.of("department", first.department),
        names.of("system", first.system),
        names.of("purpose", first.purpose),
        excerpt(one.question or one.answer, length),
        [_verdict(half) for half in (one.question, one.answer) if half is not None],
        [wording.finding(type) for type in dict.fromkeys(findings)],
        wording.source(first.source),
        sending.told(one, names),
    )


def _verdict(half: Record) -> tuple[str, str]:
    """What became of a half, and that it is this one."""
    word, tone = wording.verdict(half)
    half_of = wording.HALVES.get(half.kind, half.kind)
    return _("%(half)s：%(verdict)s") % {"half": half_of, "verdict": word}, tone


def workbook(results: Results, names: Names) -> bytes:
    """The list as an Excel file, and a sheet that says so where segments could not be read."""
    rows = [_row(line(one, names, EXCERPT)) for one in results.interactions]
    sheets = [excel.Sheet(_("入出力記録"), SHEET, rows)]
    if results.unread:
        words = _(
            "封入した記録の%(n)s区画が読めませんでした。ここに出ていない記録があるかもしれません。IT担当者が kijun ledger verify で確かめてください。"
        ) % {"n": results.unread}
        columns: Sequence[SheetColumn] = [SheetColumn("note", _("注意"), width=80)]
        sheets.insert(0, excel.Sheet(_("注意"), columns, [{"note": words}]))
    return excel.write_workbook(sheets)


def _row(shown: Line) -> dict[str, Any]:
    one = shown.one
    return {
        **{key: getattr(shown, key) for key in ("who", "department", "system", "purpose", "excerpt")},
        "at": f"{timezone.localtime(one.at):%Y-%m-%d %H:%M:%S}",
        "verdict": listed(word for word, _tone in shown.verdicts),
        "findings": listed(shown.findings),
        "held": _("保全中") if one.holds else "",
        "model": one.model,
        "sent": listed(shown.sent),
        "source": str(shown.source),
        "tokens_in": max(entry.tokens_in for entry in one.entries),
        "tokens_out": max(entry.tokens_out for entry in one.entries),
        "id": one.id,
    }
