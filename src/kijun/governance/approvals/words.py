"""The colours of states, and what the trail calls what was done."""

from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.roles import Role
from kijun.governance.approvals.models import Approval, Step, StepKind
from kijun.governance.audit import words

STATE_TONES = {
    Approval.State.SUBMITTED: "progress",
    Approval.State.RETURNED: "warning",
    Approval.State.WITHDRAWN: "neutral",
    Approval.State.APPROVED: "success",
}
OUTCOME_TONES = {
    Step.Outcome.WAITING: "neutral",
    Step.Outcome.APPROVED: "success",
    Step.Outcome.RETURNED: "warning",
    Step.Outcome.SKIPPED: "neutral",
    Step.Outcome.VIEWED_LATER: "success",
}


def register() -> None:
    """Tell the trail our words."""
    words.add_actions(
        {
            "approvals.submitted": _("起案した"),
            "approvals.step_approved": _("手順を承認した"),
            "approvals.approved": _("決裁が終わった"),
            "approvals.returned": _("差し戻した"),
            "approvals.withdrawn": _("引き戻した"),
            "approvals.viewed_later": _("後閲した"),
            "approvals.handed_over": _("担当を引き継いだ"),
            "approvals.route_made": _("標準の決裁ルートを作った"),
            "approvals.route_saved": _("決裁ルートを保存した"),
            "approvals.route_deleted": _("決裁ルートを削除した"),
        }
    )
    words.add_kinds({"approvals.approval": _("決裁"), "approvals.route": _("決裁ルート")})
    words.add_values("approvals.approval", {"kind": dict(StepKind.choices), "mode": dict(Step.Mode.choices)})
    words.add_values("approvals.route", {"kind": dict(StepKind.choices), "role": dict(Role.choices)})
    words.add_fields(
        {
            "digest": _("要約値"),
            "order": _("順番"),
            "mode": _("決裁のしかた"),
            "may_decide_alone": _("専決できる"),
            "steps": _("手順"),
            "route": _("決裁ルート"),
            "subject": _("対象"),
            "comment": _("コメント"),
        }
    )
