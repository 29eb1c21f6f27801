"""What records tell the other apps: menu, waiting tasks, words of the trail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.accounts import waiting
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.audit import words
from kijun.governance.interactions.models import AccessReport
from kijun.governance.interactions.reports import month_label
from kijun.web import navigation
from kijun.web.templatetags.kit import named


def tasks(person: Person) -> Iterable[waiting.Task]:
    """Reports that the person acknowledges; for IT staff, who is late."""
    roles = person.roles_today()
    if not roles & {Role.APPROVER, Role.IT_STAFF}:
        return
    rows = AccessReport.objects.of(person.municipality).filter(acknowledged_at=None, department__isnull=False)
    late = []
    for one in rows.select_related("department"):
        if person.covers(one.department, Role.APPROVER):
            values = {"month": month_label(one.month), "department": named(one.department)}
            yield waiting.Task(
                gettext("%(department)sのAI利用報告（%(month)s）を確かめる") % values,
                _("AIの利用報告"),
                reverse("interactions:report", args=[one.pk]),
                one.due_on,
            )
        elif one.is_overdue:
            late.append(one)
    if late and Role.IT_STAFF in roles:
        yield waiting.Task(
            gettext("期限を過ぎた利用報告%(n)s件の確認を、部署に依頼する") % {"n": len(late)},
            _("AIの利用報告"),
            reverse("interactions:reports"),
            min(one.due_on for one in late),
        )


_LINKS: Final = (
    navigation.Link(
        "use",
        _("自分の入出力記録"),
        "interactions:mine",
        "interactions.mine",
        order=50,
        about=_("自分がAIに入力した内容と、返ってきた答えの記録。"),
    ),
    navigation.Link(
        "monitoring",
        _("入出力記録"),
        "interactions:records",
        "interactions.search",
        order=10,
        about=_("職員とAIのやり取りを、理由を記して調べる。"),
    ),
    navigation.Link(
        "monitoring",
        _("AIの利用報告"),
        "interactions:reports",
        "interactions.view_reports",
        order=20,
        about=_("部署ごとの毎月の利用状況を確かめる。"),
    ),
    navigation.Link(
        "monitoring",
        _("記録の保全"),
        "interactions:holds",
        "interactions.hold",
        order=40,
        about=_("消去の期限が来ても残す記録を決める。"),
    ),
    navigation.Link(
        "monitoring",
        _("断った利用"),
        "interactions:refused",
        "interactions.view_refusals",
        order=45,
        about=_("時間、場所、上限、キーなどのために断った呼び出し。"),
    ),
    navigation.Link(
        "monitoring",
        _("閲覧の記録"),
        "interactions:looks",
        "interactions.view_looks",
        order=50,
        about=_("だれが、なぜ、ほかの人の記録を見たか。"),
    ),
    navigation.Link(
        "monitoring",
        _("記録の取込み"),
        "interactions:imports",
        "interactions.import",
        order=60,
        about=_("Kijunを通らないAIの記録を取り込む。"),
    ),
)


def register_all() -> None:
    """Called once, when Django starts."""
    waiting.register(tasks)
    for link in _LINKS:
        navigation.register(link)
    words.add_actions(ACTIONS)
    words.add_kinds(KINDS)
    words.add_fields(FIELDS)


ACTIONS = {
    "interactions.searched": _("入出力記録を検索した"),
    "interactions.exported": _("入出力記録の一覧をExcelに書き出した"),
    "interactions.taken_out": _("すべての入出力記録を監査用に書き出した"),
    "interactions.opened": _("入出力記録を開いた"),
    "interactions.unmasked": _("伏せた値を表示した"),
    "interactions.held": _("入出力記録を保全した"),
    "interactions.released": _("入出力記録の保全を解除した"),
    "interactions.report_made": _("AIの利用報告を作成した"),
    "interactions.report_acknowledged": _("AIの利用報告を確認した"),
    "interactions.report_remarked": _("AIの利用報告に気になる点を書き足した"),
    "interactions.template_made": _("記録の読み方を決めた"),
    "interactions.template_changed": _("記録の読み方を変更した"),
    "interactions.template_removed": _("記録の読み方を削除した"),
    "interactions.import_confirmed": _("記録の取込みを確定した"),
    "interactions.imported": _("記録を取り込んだ"),
    "interactions.import_failed": _("記録の取込みが中断した"),
}
KINDS: dict[str, StrOrPromise] = {
    "interactions.record": _("入出力記録"),
    "interactions.accessreport": _("AIの利用報告"),
    "interactions.importtemplate": _("記録の読み方"),
    "interactions.importrun": _("記録の取込み"),
}
FIELDS: dict[str, StrOrPromise] = {
    "hold": _("保全の番号"),
    "look": _("閲覧の番号"),
    "fields": _("検索した項目"),
    "count": _("見た入力と出力の件数"),
    "double": _("取込み済みの件数"),
    "sha256": "SHA-256",
    "odd": _("気になる点がある"),
    "remark": _("書き足した気になる点"),
    "rows": _("行数"),
}
