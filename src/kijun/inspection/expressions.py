"""Harmful expression: what the model says of a text and its plainest sentence, and which words of rules are most of what is said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from kijun.inspection.linear import TextModels
from kijun.inspection.reading import (
    ALL,
    MAINLY,
    MOST,
    kind_of,
    plainest,
    read,
    score_of,
    share_of,
    trimmed,
)
from kijun.inspection.rule import Rule
from kijun.inspection.scene import Candidate, Scene
from kijun.inspection.segments import sentences

_PLAIN: Final = 0.8  # how much plainer than a whole text a part must speak
_LIFT: Final = (
    0.3  # how much a part can lift a text at most: where that is too little, parts are not looked at
)
_SURELY: Final = 5.0  # and where they can hardly be said otherwise
_WORDS: Final = 0.15  # what a word of a rule of the same kind adds
_CERTAIN: Final = re.compile(
    r"必ず|絶対|確実|100(?:%|パーセント)|間違いなく|(?i:guarantee|certain|definitely|always)"
)
#: What takes a certainty back, behind it.
_DENIED: Final = re.compile(
    r"(?:必ず|絶対|確実|%|パーセント|間違いなく)[^。!?\n]{0,60}(?:わけでは|とは(?:言え|いえ|限ら|限り|かぎら|かぎり)|ものでは|(?:約束|保証|断言|断定|お答え)(?:は|も)?(?:いた)?(?:でき|し|致し|かね|あり))[^。!?\n]{0,8}(?:ない|ません|かねます)"
    r"|(?i:(?:not|n't|no|never|cannot) (?:be )?(?:guarantee|certain|always|definitely|promise))"
)


class Expressions:
    """The recogniser of harmful expression."""

    def __init__(self, rules: Sequence[Rule], models: TextModels | None) -> None:
        self._model_rule = next((rule for rule in rules if rule.by == "expression-model"), None)
        self._words = [rule for rule in rules if rule.by == "expression-words"]
        self._models = models

    def __call__(self, scene: Scene) -> Iterator[Candidate]:
        """Propose what the model finds, under the rule of its words where there are some."""
        models, text = self._models, scene.text
        if models is None or self._model_rule is None:
            return
        wholes = scene.pieces(models)
        whole = read(models, "harmful", text, wholes)
        plain, lift = self._plainly(scene)
        if whole.over <= (-_LIFT - _WORDS if plain is None else -lift):
            return
        part = plainest(models, "harmful", text, wholes) or whole
        kind = kind_of(models, "harmful-kind", text[part.start : part.end])
        over = max(whole.over, min(part.over - _PLAIN, whole.over + _LIFT))
        same = next(
            (
                rule
                for rule in self._words
                if rule.type == kind and scene.near(f"words:{rule.id}", part.start, part.end)
            ),
            None,
        )
        if same is not None:
            over += _WORDS
        if plain is not None and whole.over + lift > over:
            same, kind, over = plain, plain.type, whole.over + lift
        if over > 0 and not (kind == "overclaim" and _is_denied(text[part.start : part.end])):
            target = (
                kind_of(models, "target", text[part.start : part.end]) if kind == "discrimination" else ""
            )
            rule = same or self._model_rule
            yield Candidate(kind, *trimmed(text, part), score_of(over), rule.id, target=target)

    def _plainly(self, scene: Scene) -> tuple[Rule | None, float]:
        """The rule whose words are most of a sentence, as in 死にたい, and how much that adds; more by a rule whose words say all (``plain: surely``)."""
        best, most = None, 0.0
        for rule in self._words:
            if rule.settings.get("plain"):
                each = _SURELY if rule.settings["plain"] == "surely" else ALL
                for hit in scene.words(f"words:{rule.id}")[:MOST]:
                    share = share_of(scene.text, hit.start, hit.end)
                    if share >= MAINLY and share * each > most:
                        best, most = rule, share * each
        return best, most


def _is_denied(text: str) -> bool:
    """Whether a text says in each sentence that speaks of certainty that there is none: 必ず許可されるとは言えません."""
    claims = [one for start, end in sentences(text) if _CERTAIN.search(one := text[start:end])]
    return bool(claims) and all(_DENIED.search(one) for one in claims)
