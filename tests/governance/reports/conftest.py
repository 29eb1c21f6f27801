"""A whole report, made by hand: two principles, two cycles, one finding that is late."""

from __future__ import annotations

import datetime

import pytest

from kijun.governance.reports.contents import (
    Change,
    Comparison,
    ControlLine,
    EvidenceLine,
    Fact,
    Figure,
    FindingLine,
    Group,
    PlanLine,
    Point,
    Report,
    SystemLine,
)

DAY = datetime.date(2026, 11, 23)


@pytest.fixture
def report() -> Report:
    evidence = EvidenceLine("責任者のいるシステム", "4件中4件", "満たしている", DAY, None)
    return Report(
        title="AIガバナンス報告書",
        municipality="𠮷野市",
        is_sample=False,
        scope="組織全体",
        cycle="令和8年度 自己点検",
        state="承認済",
        approved="2026年11月20日（令和8年）承認 市長",
        language="ja",
        made_on=DAY,
        made_by="情報 太郎",
        catalog_version="2026.11.0",
        figures=(Figure("AIシステム", "4件", "運用中 2件"), Figure("実施率", "75.0 %")),
        by_principle=(
            Group("1 人間中心", {"done": 6, "partly": 1, "not_done": 1}),
            Group("2 住民第一", {"done": 0, "not_applicable": 2}),
        ),
        by_role=(Group("AI提供者", {"done": 6, "partly": 1, "not_done": 1, "not_applicable": 2}),),
        trend=(Point("令和7年度", 9, 8, 0.5), Point("令和8年度", 10, 8, 0.75)),
        comparison=Comparison(
            "令和7年度", "令和8年度", "同じ対策8件で比べると、実施率は50 %から75 %になりました。",
            Change("全体", 8, 0.5, 0.75), (Change("1 人間中心", 8, 0.5, 0.75),),
        ),
        findings=(
            FindingLine("F-0001", "偏りの点検が終わっていない", "P4.1.3", "介護予防", "責任 次郎", DAY, "未着手", True, (PlanLine("点検する", "責任 次郎", DAY, None), PlanLine("報告する", "", None, None))),
        ),
        controls=(
            ControlLine(
                "P1.1.1", "=HYPERLINK(\"http://x\")", "1 人間中心", "AI提供者", "done", "実施済", "<b>太字</b> & {{ 7*7 }}",
                None, "情報 太郎", DAY, (evidence,),
            ),
        ),
        facts=(Fact("概要", "会議の音声を文字にする"),),
        risk_lines=("リスクの区分：中",),
        systems=(SystemLine("AI-001", "議事録", "運用", "中", "", "責任 次郎", ("総務課", "税務課"), "承認済", 0.75, 1, "公開中", 10, 10),),
        notes=("実施率は「該当なし」を除きます。",),
    )  # fmt: skip
