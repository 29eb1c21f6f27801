"""Words of the staff's pages: names of the form's pages, the language that labels are told in."""

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

TOPIC_NAMES: dict[str, StrOrPromise] = {
    "overview": _("概要"),
    "purpose": _("目的"),
    "residents": _("住民への関わり"),
    "data": _("根拠とデータ"),
    "technology": _("技術"),
    "risk": _("リスク"),
    "results": _("実績と見直し"),
    "submit": _("確認と提出"),
}
IN_A_YEAR = _("明日から1年以内の日付")


def ui_language() -> str:
    return "en" if (get_language() or "ja").startswith("en") else "ja"
