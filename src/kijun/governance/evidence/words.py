"""The colours of verdicts and states, and what the trail calls what was done."""

from django.utils.translation import gettext_lazy as _

from kijun.governance.audit import words
from kijun.governance.evidence.models import Finding, Verdict

VERDICT_TONES = {
    Verdict.MET: "success",
    Verdict.PARTLY: "warning",
    Verdict.UNMET: "danger",
    Verdict.UNKNOWN: "neutral",
}
STATE_TONES = {
    Finding.State.OPEN: "danger",
    Finding.State.PLANNED: "progress",
    Finding.State.DONE: "warning",
    Finding.State.CLOSED: "success",
}


def register() -> None:
    """Tell the trail our words."""
    words.add_actions(
        {
            "evidence.added": _("証跡を追加した"),
            "evidence.withdrawn": _("証跡を取り下げた"),
            "evidence.finding_raised": _("指摘を登録した"),
            "evidence.finding_planned": _("担当と期限を決めた"),
            "evidence.finding_reassigned": _("担当を変えた"),
            "evidence.finding_done": _("実施済みにした"),
            "evidence.finding_closed": _("確認して完了にした"),
            "evidence.finding_reopened": _("再開した"),
            "evidence.finding_handed_over": _("指摘を引き継いだ"),
            "evidence.step_saved": _("改善計画の手順を保存した"),
            "evidence.step_finished": _("改善計画の手順を実施した"),
            "evidence.step_removed": _("改善計画の手順を削除した"),
            "evidence.step_handed_over": _("改善計画の手順を引き継いだ"),
        }
    )
    words.add_kinds({"evidence.item": _("証跡"), "evidence.finding": _("指摘")})
    words.add_fields(
        {
            "control": _("対策"),
            "scope": _("対象"),
            "kind": _("種類"),
            "verdict": _("判定"),
            "cause": _("きっかけ"),
            "sha256": _("ファイルの要約値"),
            "what": _("実施すること"),
            "result": _("結果"),
            "note": _("説明"),
            "confirmed_by_doer": _("実施した人が確認した"),
            "owner": _("担当者"),
            "due_on": _("期限"),
            "done_on": _("実施日"),
        }
    )
