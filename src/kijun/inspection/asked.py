"""Short texts: whether they read like an attack, or like what people plainly ask of an AI.

A head of its own, learnt from short attacks and plain requests, beside the head of attacks: the one knows what people ask for, the other
attacks of any length; their sum finds more than either at as many false alarms.
"""

from __future__ import annotations

from typing import Final

from kijun.inspection.linear import TextModels, codes_of, gram_ids, language

HEAD: Final = "asked/attack"
WHOLE_BESIDE: Final = 0.3
"""How much the head of attacks counts beside it."""
_SHORT: Final = {"ja": 70, "en": 110}  # characters up to which a text is short


def is_short(text: str) -> bool:
    """Whether a folded text is as short as those that the head was learnt from; not where it is empty."""
    return 0 < len(text) <= _SHORT["en"] and len(text) <= _SHORT[language(codes_of(text))]


def over_of(models: TextModels, text: str) -> float:
    """How far a short folded text is above the threshold that few plain requests reach."""
    codes = codes_of(text)
    ids, spoken = gram_ids(codes), language(codes)
    whole = models.weigh(ids)
    beside = whole.margins["attack"] - models.threshold("attack", spoken)
    return models.margin(HEAD, ids, whole.norm) + WHOLE_BESIDE * beside - models.threshold(HEAD, spoken)
