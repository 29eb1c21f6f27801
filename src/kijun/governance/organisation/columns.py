"""The sheet of departments: one row a department, out and in."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext_lazy as _

from kijun.governance.organisation.models import Municipality
from kijun.governance.organisation.queries import tree
from kijun.web.excel import SheetColumn
from kijun.web.imports import Value

COLUMNS = [
    SheetColumn("code", _("部署コード"), required=True, hint=_("半角の英数字20文字まで。例：1020"), width=14),
    SheetColumn("name", _("部署名"), required=True),
    SheetColumn("kana", _("フリガナ")),
    SheetColumn("name_en", _("英語の名称")),
    SheetColumn(
        "parent",
        _("上位の部署コード"),
        hint=_("最上位の部署は空欄にします。"),
        aliases=["親部署コード"],
        width=16,
    ),
    SheetColumn("order", _("並び順"), "number", hint=_("小さい番号から先に並びます。")),
]


def as_rows(municipality: Municipality, day: datetime.date | None = None) -> dict[str, dict[str, Value]]:
    """The departments of a day by code, in the order of the tree, as the sheet has them."""
    nodes = tree(municipality, day)
    codes = {node.id: node.code for node in nodes}
    return {
        node.code: {
            "code": node.code,
            "name": node.name,
            "kana": node.kana,
            "name_en": node.name_en,
            "parent": codes.get(node.parent_id) if node.parent_id else None,
            "order": node.order,
        }
        for node in nodes
    }
