"""The closed lists of words that the catalogue uses, and how people read them in Japanese and English."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Who carries a control out. The first letter of a control's id says the same (`ROLE_PREFIX`)."""

    PROVIDER = "provider"
    USER = "user"
    ORGANISATION = "organisation"


class Level(StrEnum):
    """Where a control is answered: for each AI system, or once for the municipality and inherited."""

    SYSTEM = "system"
    ORGANISATION = "organisation"


class Frequency(StrEnum):
    """How often a control has to be done again."""

    ONCE = "once"
    EACH_USE = "each_use"
    EACH_CHANGE = "each_change"
    CONTINUOUS = "continuous"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"


class Tier(StrEnum):
    """The size of a system's risk. Tiers compare by size: ``Tier.LOW < Tier.CRITICAL``, never by spelling."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low to 3 for critical."""
        return tuple(Tier).index(self)

    @property
    def upward(self) -> tuple[Tier, ...]:
        """This tier and every higher one, smallest first."""
        return tuple(Tier)[self.rank :]

    def __lt__(self, other: str) -> bool:
        return self.rank < Tier(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Tier(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Tier(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Tier(other).rank


class Evidence(StrEnum):
    """The kinds of evidence that can prove a control."""

    AUTOMATIC = "automatic"
    ATTESTATION = "attestation"
    FILE = "file"
    LINK = "link"


class Trait(StrEnum):
    """What a system does or touches, as far as it decides which risks concern it."""

    GENERATIVE = "generative"
    PREDICTION = "prediction"
    RECOGNITION = "recognition"
    EXECUTION = "execution"
    PERSONAL_DATA = "personal_data"
    RESIDENT_FACING = "resident_facing"
    PUBLIC_AUTHORITY = "public_authority"
    EXTERNAL_SERVICE = "external_service"
    LEARNS_FROM_INPUT = "learns_from_input"


class Relation(StrEnum):
    """How a control stands to an item of another framework, always read from the control.

    SUBSET: the control is a part of what the item asks; SUPERSET: whoever does the control has done the item;
    INTERSECTS: each asks something that the other does not. The words are those of NIST IR 8477.
    """

    EQUAL = "equal"
    SUBSET = "subset"
    SUPERSET = "superset"
    INTERSECTS = "intersects"


ORGANISATION_TOPIC = "G"
ROLE_PREFIX = {"P": Role.PROVIDER, "U": Role.USER, "G": Role.ORGANISATION}
"""First letter of a control's id → role. A municipality's own controls start with L and may have any role."""


_LABELS: tuple[tuple[StrEnum, str, str], ...] = (
    (Role.PROVIDER, "AI提供者", "AI provider"),
    (Role.USER, "AI利用者", "AI user"),
    (Role.ORGANISATION, "組織", "Organisation"),
    (Level.SYSTEM, "AIシステムごと", "Each AI system"),
    (Level.ORGANISATION, "組織で一度", "Once for the organisation"),
    (Frequency.ONCE, "一度", "Once"),
    (Frequency.EACH_USE, "利用のつど", "Each use"),
    (Frequency.EACH_CHANGE, "変更のつど", "Each change"),
    (Frequency.CONTINUOUS, "常時", "Continuously"),
    (Frequency.MONTHLY, "毎月", "Monthly"),
    (Frequency.QUARTERLY, "四半期ごと", "Quarterly"),
    (Frequency.HALF_YEARLY, "半年ごと", "Half-yearly"),
    (Frequency.YEARLY, "毎年", "Yearly"),
    (Tier.LOW, "低", "Low"),
    (Tier.MEDIUM, "中", "Medium"),
    (Tier.HIGH, "高", "High"),
    (Tier.CRITICAL, "極めて高い", "Critical"),
    (Evidence.AUTOMATIC, "自動収集", "Automatic"),
    (Evidence.ATTESTATION, "申告", "Attestation"),
    (Evidence.FILE, "ファイル", "File"),
    (Evidence.LINK, "リンク", "Link"),
    (Trait.GENERATIVE, "生成", "Generates content"),
    (Trait.PREDICTION, "予測", "Predicts"),
    (Trait.RECOGNITION, "識別", "Recognises"),
    (Trait.EXECUTION, "実行", "Carries out actions"),
    (Trait.PERSONAL_DATA, "個人情報を扱う", "Handles personal data"),
    (Trait.RESIDENT_FACING, "住民が直接使う", "Faces residents"),
    (Trait.PUBLIC_AUTHORITY, "処分や給付の判断に関わる", "Takes part in decisions on residents"),
    (Trait.EXTERNAL_SERVICE, "外部サービスを使う", "Uses an outside service"),
    (Trait.LEARNS_FROM_INPUT, "入力を学習に使う", "Learns from what is entered"),
    (Relation.EQUAL, "同じ", "Equal"),
    (Relation.SUBSET, "項目の一部", "Part of the item"),
    (Relation.SUPERSET, "項目を含む", "Covers the item"),
    (Relation.INTERSECTS, "一部が重なる", "Overlaps"),
)
# Members of two lists may be the same string ("organisation"), so the list belongs to the key.
_BY_LIST = {(type(member), member.value): (ja, en) for member, ja, en in _LABELS}


def label(member: StrEnum, lang: str = "ja") -> str:
    """The word that people read for a role, level, frequency, tier, kind of evidence, trait or relation."""
    return _BY_LIST[type(member), member.value][lang.partition("-")[0] == "en"]
