"""Words of the risk assessment that several pages share."""

from __future__ import annotations

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.catalog import Text
from kijun.governance.inventory.models import DataKind
from kijun.governance.risks.models import Tier

TONES = {Tier.LOW: "success", Tier.MEDIUM: "info", Tier.HIGH: "warning", Tier.CRITICAL: "danger"}

SUBJECTS = (
    ("residents", _("住民一般")),
    ("children", _("子ども")),
    ("vulnerable", _("高齢者・障害のある人など配慮が要る人")),
    ("applicants", _("給付・税・許認可などの対象者")),
    ("staff", pgettext_lazy("subjects", "職員")),
    ("companies", _("事業者・団体")),
    ("none", _("人の情報は入らない")),
)


def tone(tier: str) -> str:
    """Tone of the tier's tag; the word carries the meaning."""
    return TONES[Tier(tier)] if tier else "neutral"


def words(text: Text) -> str:
    """A catalogue text in the reader's language."""
    return text.get(get_language() or "ja")


def tier_label(tier: str) -> StrOrPromise:
    """The tier as people read it; 未評価 where there is none."""
    return Tier(tier).label if tier else _("未評価")


def kinds(values: list[str]) -> list[StrOrPromise]:
    """What information goes in, in words."""
    return [DataKind(value).label for value in values]
