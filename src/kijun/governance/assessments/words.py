"""What the trail calls what was done here."""

from django.utils.translation import gettext_lazy as _

from kijun.governance.audit import words


def register_all() -> None:
    words.add_actions(
        {
            "assessments.cycle_opened": _("自己点検を始めた"),
            "assessments.cycle_extended": _("自己点検に点検を加えた"),
            "assessments.cycle_closed": _("自己点検が終わった"),
            "assessments.answered": _("対策に回答した"),
            "assessments.answer_reassigned": _("答える部署を変更した"),
            "assessments.assigned": _("担当を割り当てた"),
            "assessments.assignment_changed": _("担当を変更した"),
            "assessments.assignment_removed": _("担当を外した"),
            "assessments.handed_over": _("担当を引き継いだ"),
            "assessments.work_finished": _("担当分を完了にした"),
            "assessments.work_reopened": _("担当分を作業中に戻した"),
            "assessments.submitted": _("点検を提出した"),
            "assessments.returned": _("点検が差し戻された"),
            "assessments.withdrawn": _("点検を引き戻した"),
            "assessments.approved": _("点検が承認された"),
            "assessments.closed": _("点検を完了にした"),
            "assessments.upgraded": _("対策一覧を更新した"),
            "assessments.tier_followed": _("リスク区分に合わせた"),
            "assessments.dropped": _("点検を取りやめた"),
            "assessments.resumed": _("点検を再開した"),
            "assessments.own_controls_imported": _("独自の対策を取り込んだ"),
        }
    )
    words.add_kinds(
        {
            "assessments.cycle": _("自己点検"),
            "assessments.assessment": _("点検"),
            "assessments.answer": _("対策への回答"),
            "assessments.owncontrols": _("独自の対策"),
        }
    )
    words.add_fields(
        {
            "catalog": _("対策一覧の版"),
            "assessments": _("点検の数"),
            "assessment": _("点検の番号"),
            "waiting_for_risk_assessment": _("リスク評価待ち"),
            "added": _("加わったもの"),
            "again": _("答え直すもの"),
            "dropped": _("なくなったもの"),
            "findings": _("指摘の番号"),
            "controls": _("対策"),
            "control": _("対策"),
            "department": _("部署"),
            "person": _("担当者"),
            "role": _("役割"),
            "due_on": _("期限"),
        }
    )
