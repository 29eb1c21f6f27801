"""What the trail's codes of this app are called."""

from django.utils.translation import gettext_lazy as _

from kijun.governance.audit import words


def register() -> None:
    words.add_actions(
        {
            "organisation.municipality_founded": _("団体を登録した"),
            "organisation.municipality_changed": _("団体の情報を変更した"),
            "organisation.department_added": _("部署を追加した"),
            "organisation.department_revised": _("部署の名称・位置を変更した"),
            "organisation.department_changed": _("部署の情報を変更した"),
            "organisation.department_closed": _("部署を廃止した"),
            "organisation.department_reopened": _("部署の廃止を取り消した"),
            "organisation.successors_named": _("引継ぎ先の部署を決めた"),
            "organisation.belongings_handed_on": _("廃止する部署にあったものを引き継いだ"),
            "organisation.department_change_cancelled": _("部署の変更の予定を取り消した"),
            "organisation.department_plan_cancelled": _("部署を設ける予定を取り消した"),
            "organisation.department_applied": _("予定された部署の変更を反映した"),
            "organisation.departments_imported": _("部署を一括で取り込んだ"),
            "organisation.closing_day_added": _("閉庁日を追加した"),
            "organisation.closing_day_removed": _("閉庁日を削除した"),
        }
    )
    words.add_kinds(
        {
            "organisation.municipality": _("団体"),
            "organisation.department": _("部署"),
            "organisation.closingday": _("閉庁日"),
        }
    )
    words.add_fields(
        {
            "parent": _("上位の部署"),
            "successors": _("引継ぎ先の部署"),
            "things": _("移した数"),
            "valid_from": _("この日から"),
            "path": _("位置"),
            "filename": _("ファイル名"),
            "add": _("追加"),
            "change": _("変更"),
            "same": _("変更なし"),
            "error": _("誤り"),
            "missing": _("ファイルにない"),
        }
    )
