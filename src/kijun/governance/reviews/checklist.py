"""What is asked before an answer is used, and how strictly: the purpose, the system's risk tier and where the text goes decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.access.models import Purpose
from kijun.governance.reviews.models import Destination
from kijun.governance.risks.models import Tier

LIGHT, NORMAL, STRICT = Purpose.Review.LIGHT, Purpose.Review.NORMAL, Purpose.Review.STRICT
_ORDER: Final = (LIGHT, NORMAL, STRICT)
_LEAST_BY_TIER: Final = {Tier.MEDIUM: NORMAL, Tier.HIGH: STRICT, Tier.CRITICAL: STRICT}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at. ``controls`` are those that it carries out."""

    key: str
    label: StrOrPromise
    hint: StrOrPromise
    controls: tuple[str, ...] = ()


WILL = Item(
    "will",
    _("住民の意向と食い違っていない"),
    _("寄せられた意見、意見公募、議会での議論、総合計画と照らします。"),
    ("U1.1.1", "P1.1.1"),
)
REGION = Item(
    "region",
    _("地域の実情に合い、一部の声に寄っていない"),
    _("よその町の話や、声の大きい人だけの考えになっていないかを見ます。"),
    ("U1.1.2",),
)
MINORITIES = Item(
    "minorities",
    _("数の少ない人への影響を考えた"),
    _("高齢の人、障害のある人、外国籍の人、子育て中の人などが困らないかを考えます。"),
    ("U1.4.1", "P1.4.1"),
)
SOURCES = Item(
    "sources",
    _("出典を開き、書いてあることと合っている"),
    _("出典のないときは、例規や元の資料で確かめます。"),
    ("P1.1.1", "U1.3.9"),
)
RIGHTS = Item(
    "rights",
    _("ほかの人の権利を侵さず、言葉づかいが適切"),
    _("よその文章や画像に似ていないか、住民に出してよい表現かを見ます。"),
    ("U3.1.8",),
)
KNOWLEDGE = Item(
    "knowledge",
    _("正しいかどうかを、自分で見分けられる内容である"),
    _("見分けられないときは、詳しい職員に見てもらってから使います。"),
    ("U1.3.8",),
)
ANGLES = Item(
    "angles",
    _("六つの観点で確かめた"),
    _("根拠、新しさ、正確さ、妥当さ、つじつま、人に説明できるか。"),
    ("U1.3.9",),
)
HARM = Item(
    "harm",
    _("このとおりにした住民に、害が及ばない"),
    _("期限、金額、手続、窓口、健康や安全に関わることを特に見ます。"),
    ("U3.1.5",),
)
FAIR = Item(
    "fair",
    _("だれかを傷つけたり、不利にしたりしない"),
    _("性別、出身、病気、職業などの決めつけがないかを見ます。"),
    ("U4.1.6",),
)
# One glance and three ticks: the same questions, joined.
FACTS_AT_A_GLANCE = Item(
    "facts",
    _("内容が正しいと自分で見分けられる"),
    _("根拠、新しさ、正確さ、妥当さ、つじつま、説明できるか。出典があれば見ます。"),
    ("U1.3.8", "U1.3.9"),
)
PEOPLE_AT_A_GLANCE = Item(
    "people",
    _("住民の意向や地域の実情、数の少ない人への影響に問題がない"),
    _("関わりのない内容なら、関わりのないことを確かめたとします。"),
    ("U1.1.1", "U1.1.2", "U1.4.1"),
)
RIGHTS_AT_A_GLANCE = Item(
    "rights", RIGHTS.label, _("写しや、出してはいけない表現がないかを見ます。"), ("U3.1.8",)
)

ITEMS: Final = {
    LIGHT: (FACTS_AT_A_GLANCE, PEOPLE_AT_A_GLANCE, RIGHTS_AT_A_GLANCE),
    NORMAL: (WILL, REGION, MINORITIES, SOURCES, RIGHTS, KNOWLEDGE, ANGLES),
    STRICT: (WILL, REGION, MINORITIES, SOURCES, RIGHTS, KNOWLEDGE, ANGLES),
}
BEFORE_LEAVING: Final = (HARM, FAIR)
BY_KEY: Final = {
    one.key: one for one in (*ITEMS[LIGHT], *ITEMS[NORMAL], *BEFORE_LEAVING)
}  # of two that share a key the full one is told


def items(level: str, destination: str) -> Sequence[Item]:
    """What is asked at a level; what goes outside is asked for harm and fairness as well."""
    found = ITEMS[Purpose.Review(level)]
    return (*found, *BEFORE_LEAVING) if destination == Destination.OUTSIDE else found


def level(purpose: Purpose | None, tier: str, destination: str) -> str:
    """The strictest of what the purpose says (normal without one), what the tier asks, and what leaving the building asks."""
    asked = [Purpose.Review(purpose.review) if purpose is not None else NORMAL]
    if purpose is not None and purpose.public_power:
        asked.append(STRICT)
    if tier:
        asked.append(_LEAST_BY_TIER.get(Tier(tier), LIGHT))
    if destination == Destination.OUTSIDE:
        asked.append(NORMAL)
    return max(asked, key=_ORDER.index)


def needs_approval(level: str, destination: str) -> bool:
    """A second person decides before a text leaves the building, and wherever confirmation is strict (U1.3.5)."""
    return destination == Destination.OUTSIDE or level == STRICT


def label_of(check: dict[str, str]) -> StrOrPromise:
    """The question of a kept answer."""
    item = BY_KEY.get(check.get("key", ""))
    return check.get("label") or (item.label if item is not None else check.get("key", ""))


def strictness(level: str) -> int:
    """Levels in their order: light, normal, strict."""
    return _ORDER.index(Purpose.Review(level))


LEVEL_WORDS: Final = (
    (LIGHT, _("軽い確認（3つに印を付けます）")),
    (NORMAL, _("通常の確認（1つずつ確かめます）")),
    (STRICT, _("厳しい確認（1つずつ一言を書き、決裁を受けます）")),
)
