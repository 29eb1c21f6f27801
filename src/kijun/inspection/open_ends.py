"""Where, at the end of a text that still grows, something may have begun that only its end will tell.

`beginnings` knows what values have in common; this knows one inspector's rules: a word of the municipality's own of which the beginning
is there, a word about an illness whose clause is not finished (うつ病を患い、), a number that is told in parts (上4桁が1234、続いて), and
a sentence that the models already doubt, alone or with the one before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from kijun.inspection.fold import Folded, fold
from kijun.inspection.lexicon import Lexicon, LexiconBuilder
from kijun.inspection.linear import TextModels, codes_of, gram_ids
from kijun.inspection.own_words import OwnWords
from kijun.inspection.rule import Rule
from kijun.inspection.vocabulary import Attack, DataType, Expression

_TAIL: Final = 300  # characters that are looked at
_SENTENCE: Final = re.compile(r"[。!?\n]|\.(?=\s)")
_CLAUSE: Final = re.compile(r"[。、!?\n]|[.,;](?=\s)")
_LONGEST_CLAUSE: Final = 80  # characters that a word about an illness waits for its clause
#: The first parts of a number, to the end of the text; the next may come (`numbers` reads them so when they are there).
_PARTS: Final = re.compile(
    r"(?<![0-9])[0-9]{4}(?:(?![年円])[^0-9\n。]{1,12}[0-9]{4}){0,3}(?:(?![年円])[^0-9\n。]{1,12}[0-9]{0,3})?\Z"
)
#: What says of figures that they are the first of a number.
_FIRST_PART: Final = re.compile(
    r"(?:上|最初の|初めの|はじめの|頭の?|先頭の?)(?:4|四)(?:桁|けた|ケタ)[がはの、: ]{0,3}\Z"
)
_OF_FOURS: Final = frozenset({"4 4 4", "4 4 4 4"})
_LEAST: Final = 8  # characters of a sentence from which on the models are asked
#: The margin from which on a model doubts a sentence that has only begun, and one with what has come behind it, by head; chosen on
#: tools/inspection_texts and by how long harmless answers wait (docs/inspection.md).
_BEGUN: Final = {"harmful": -1.8, "attack": -0.3}
_WITH_NEXT: Final = {"harmful": -1.2, "attack": 0.0}


#: For an inspector that looks for everything.
EVERY_TYPE: Final = frozenset((*DataType, *Attack, *Expression))


class OpenEnds:
    """Of one inspector. Immutable; threads may share it."""

    def __init__(
        self,
        rules: Sequence[Rule],
        words: Sequence[OwnWords],
        models: TextModels | None,
        types: frozenset[str],
        labels: Lexicon,
    ) -> None:
        self._labels = labels
        self._in_parts = frozenset(
            rule.type for rule in rules if rule.type in types and _is_told_in_parts(rule)
        )
        self._words = [one for one in words if one]
        builder = LexiconBuilder()
        for rule in rules:
            if rule.by == "sensitive" and rule.type in types:
                builder.add("sensitive", map(str, rule.settings["words"]))
        self._sensitive = builder.build()
        self._models = models
        heads = (("harmful", Expression), ("attack", Attack))
        self._heads = [name for name, kind in heads if models is not None and not types.isdisjoint(kind)]

    def __call__(self, text: str) -> int:
        """The place from where on something is open; the text's length where nothing is. Looks at the end of the text only."""
        first = max(0, len(text) - _TAIL)
        folded = fold(text[first:])
        read = folded.text
        open_ = min(
            self._sensitive_from(read),
            self._parts_from(read),
            self._doubted_from(read),
            *(one.begins(read) for one in self._words),
        )
        return first + _back(folded, open_) if open_ < len(read) else len(text)

    def _sensitive_from(self, read: str) -> int:
        start = _behind_last(_CLAUSE, read, max(0, len(read) - _LONGEST_CLAUSE))
        hits = self._sensitive.find(read[start:]).get("sensitive", ())
        return start + min((hit.start for hit in hits), default=len(read) - start)

    def _parts_from(self, read: str) -> int:
        """Where the first part of a number stands that is told in several, where the text speaks of such a number or of a first part."""
        parts = _PARTS.search(read) if self._in_parts else None
        if parts is None:
            return len(read)
        if _FIRST_PART.search(read, max(0, parts.start() - 12), parts.start()):
            return parts.start()
        said = {hit.value for hit in self._labels.find(read).get("label", ())}
        return len(read) if said.isdisjoint(self._in_parts) else parts.start()

    def _doubted_from(self, read: str) -> int:
        """Where the sentence begins that has only begun, or the one before it: harm is often said in two, of which the first may pass."""
        before, start = 0, 0
        for found in _SENTENCE.finditer(read):
            if read[start : found.start()].strip():
                before, start = start, found.end()
        if before < start and self._doubts(read[before:], _WITH_NEXT):
            return before
        return start if self._doubts(read[start:], _BEGUN) else len(read)

    def _doubts(self, piece: str, bounds: Mapping[str, float]) -> bool:
        said = piece.strip()
        if self._models is None or not self._heads or len(said) < _LEAST:
            return False
        margins = self._models.weigh(gram_ids(codes_of(said))).margins
        return any(margins[head] > bounds[head] for head in self._heads)


def _is_told_in_parts(rule: Rule) -> bool:
    return (
        rule.by == "number"
        and "check" in rule.settings
        and not _OF_FOURS.isdisjoint(map(str, rule.settings["shapes"]))
    )


def _behind_last(mark: re.Pattern[str], text: str, start: int) -> int:
    for found in mark.finditer(text, start):
        start = found.end()
    return start


def _back(folded: Folded, place: int) -> int:
    return place if folded.offsets is None else folded.offsets[place]
