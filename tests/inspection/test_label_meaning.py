"""What 記号 and 番号 alone mean, and what they do not where they end a longer word."""

from __future__ import annotations

import pytest

from kijun.inspection.label_meaning import meant
from tests.inspection.scenes import scene


def label(text: str) -> str:
    """The type of the label of the place of ▼; nothing where there is none."""
    found = scene(text.replace("▼", "")).label(text.index("▼"))
    return found.type if found else ""


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("旅券を見た。様式番号 ▼GA04118227", "OTHER"),
        ("パスポートの検査番号▼12345678", "OTHER"),
        ("免許証の番号は▼309012345620", "DRIVER_LICENSE"),
        ("免許証、新番号は▼309012345620", "DRIVER_LICENSE"),
        ("在留カード番号 ▼AB12345678CD", "RESIDENCE_CARD"),
        ("ゆうちょ 記号番号 ▼13350-95158541", "BANK_ACCOUNT"),
        ("国保 記号番号 ▼13350-95158541", "HEALTH_INSURANCE"),
        ("記号番号：▼10120-12345671", "BANK_ACCOUNT"),
        ("記号番号：▼10121-12345671", "HEALTH_INSURANCE"),
        ("番号 ▼12345", "SYMBOL"),
    ],
)
def test_a_number_is_of_what_is_spoken_of_unless_its_word_says_otherwise(text: str, type_: str) -> None:
    assert label(text) == type_


@pytest.mark.parametrize(
    "text", ["受給者番号8840127、保険は記号50211番号1094", "Health insurance card: symbol 2207, number 118"]
)
def test_a_pair_behind_a_word_of_insurance_is_of_insurance(text: str) -> None:
    looked_at = scene(text)
    hits = looked_at.words("label")
    number = next(
        at for at, hit in enumerate(hits) if looked_at.text[hit.start : hit.end] in ("記号", "symbol")
    )
    assert meant(looked_at, hits, number) == "HEALTH_INSURANCE"
