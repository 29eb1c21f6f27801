"""Attacks and harmful expression: what the models say of the whole text and its pieces, and which words agree."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from kijun.inspection.asked import HEAD, is_short, over_of
from kijun.inspection.decode import decoded
from kijun.inspection.fold import fold
from kijun.inspection.linear import TextModels, codes_and_places, codes_of, gram_ids, grams_of, language, once
from kijun.inspection.rule import Rule
from kijun.inspection.scene import Candidate, Hit, Scene
from kijun.inspection.segments import PART, SHORT, WHOLE, sentences, windows
from kijun.inspection.weights import sigmoid

_STEEP: Final = 2.5  # how fast a score rises with the margin
_ABOUT: Final = -1.6  # below this a text is so harmless that words of attacks in it are talked about
_ORDER: Final = -0.4  # from here on a sentence inside a harmless text may be an order by itself
ALL: Final = 2.6  # what it adds to the model where a rule's words are all of a sentence
_DECODED: Final = 0.1
MAINLY: Final = 0.5  # the share of a sentence from which a word speaks for all of it
_TALKED: Final = (
    "とは",
    "という",
    "って何",
    "といった",
    "などと",
    "の意味",
    "と書",
    "と言われ",
    "と入力",
    "」",
    "』",
)
_NO_DOCUMENT: Final = (
    0.7  # how much plainer a planted sentence must speak in a text that is too short for a document
)
_REQUEST: Final = 110  # characters within which an empty line ends a request, and what was pasted begins
_QUOTED: Final = 1.5  # how much plainer what is quoted, or a line of a program, must speak
_QUOTATION: Final = re.compile(
    r"「[^」\n]{4,300}(?:」|$)|『[^』\n]{4,300}(?:』|$)|[\"“][^\"”\n]{8,300}(?:[\"”]|$)"
)
_SEVERAL: Final = 2  # quotations that make a list of what is talked about
_AROUND: Final = -1.25  # below this what stands around them is no attack
_SIGNS: Final = re.compile(r"[=(){}\[\]_;\\'\"]")
#: How far below its threshold a piece is left unread sentence by sentence: in the training documents 98 of 100 attacks that
#: a sentence gave away stood in pieces above it.
_QUIET: Final = -1.4
_LEAST: Final = 6  # characters of a sentence that is read by itself
LONG: Final = 450  # characters from which a text is long, and its windows have a threshold of their own
_DOUBTFUL: Final = -2.6  # below this what an encoding hides is harmless
_MOST_HIDDEN: Final = 4_000  # characters of what an encoding hides that are read
MOST: Final = 200  # places of a word that are looked at
NOTHING: Final = -9.0


class Said(NamedTuple):
    """Words of a rule that stand together, and where."""

    rule: Rule
    start: int
    end: int


class Reading(NamedTuple):
    """What a model says: how far above its threshold, and where the piece is that says it."""

    over: float
    start: int
    end: int


class Attacks:
    """The recogniser of attacks."""

    def __init__(self, rules: Sequence[Rule], models: TextModels | None) -> None:
        self._model_rule = next((rule for rule in rules if rule.by == "attack-model"), None)
        self._decoded_rule = next((rule for rule in rules if rule.by == "attack-decoded"), None)
        self._words = [rule for rule in rules if rule.by == "attack-words"]
        self._models = models

    def __call__(self, scene: Scene) -> Iterator[Candidate]:
        """Propose what the rules find and the model agrees with, else what the model finds, else what an encoding hides."""
        models = self._models
        if models is None:
            return
        found = list(self._in_clear(models, scene))
        if not found and self._decoded_rule is not None:
            found = list(self._hidden(models, scene, self._decoded_rule))
        yield from found

    def _in_clear(self, models: TextModels, scene: Scene) -> Iterator[Candidate]:
        text = scene.readable
        whole, part = _attack(models, text, scene.pieces(models))
        said = [found for rule in self._words for found in _near(scene, rule)]
        less = 0.0
        if said or max(whole.over, part.over if part else NOTHING) > 0:
            less = 0.0 if _is_read_beside_requests(models, text) else _told_of(models, text)
            whole, part = _lessened(text, whole, part, less)
        over, place = (whole.over, whole) if part is None else (max(whole.over, part.over), part)
        agreed = [one for one in said if over > 0 or self._agrees(models, text, whole, one, less)]
        for rule, start, end in agreed:
            yield Candidate(rule.type, start, end, max(0.6, score_of(over)), rule.id)
        if not agreed and self._model_rule is not None and over > 0:
            kind = kind_of(models, "attack-kind", text[place.start : place.end])
            yield Candidate(kind, *trimmed(text, place), score_of(over), self._model_rule.id)

    @staticmethod
    def _agrees(models: TextModels, text: str, whole: Reading, said: Said, less: float) -> bool:
        """Whether the sentence in which a rule's words stand reads like an attack by itself.

        In a text that is harmless as a whole such words are talked about, unless they stand in it as a plain order to
        the reader, not quoted: an order inside of a document that was pasted.
        """
        share = share_of(text, said.start, said.end)
        plain = bool(said.rule.settings.get("plain"))
        start, end = _sentence(text, said.start, said.end)
        over = read(models, "attack", text[start:end]).over - less
        if len(text) > PART and _is_quotation(text, said.start, said.end):  # a document that explains attacks
            over, share = over - _QUOTED, 0.0
        elif _is_quoted(text, start, said.start):
            share = 0.0
        if whole.over < _ABOUT and share < MAINLY:
            return plain and share > 0 and over > _ORDER and not _is_quoted(text, start, said.start)
        return over + share * (ALL if plain else 1.0) > 0

    def _hidden(self, models: TextModels, scene: Scene, rule: Rule) -> Iterator[Candidate]:
        for hidden in decoded(scene, scene.given):
            text = fold(hidden.text[:_MOST_HIDDEN]).text
            over, score = read(models, "attack", text).over + _DECODED, 0.0
            if _DOUBTFUL < over <= 0:  # rules may know it though the model does not
                score = max(
                    (one.score for one in self._in_clear(models, Scene(text, scene.lexicon))), default=0.0
                )
            if over > 0 or score > 0:
                yield Candidate(rule.type, hidden.start, hidden.end, max(score_of(over), score), rule.id)
                return


class Piece(NamedTuple):
    """A piece of a text as the models see it: its place, its language, what it and its sentences say to each head.

    `parts` are the places of its sentences in the text; none where the piece is short, or plainly harmless as a whole.
    """

    start: int
    end: int
    language: str
    margins: Mapping[str, float]
    parts: Sequence[tuple[int, int]] = ()
    part_margins: Mapping[str, Sequence[float]] = MappingProxyType({})


def piece(models: TextModels, text: str, start: int, end: int) -> Piece | None:
    """A piece of a text; None where there is nothing to read."""
    codes, at = codes_and_places(text[start:end])
    if not len(codes):
        return None
    grams = grams_of(codes)
    spoken = language(codes)
    margins = models.weigh(once(grams)).margins
    if end - start <= PART or not any(
        margin - models.threshold(head, spoken) > _QUIET for head, margin in margins.items()
    ):
        return Piece(start, end, spoken, margins)
    cut = [place for place in sentences(text[start:end]) if place[1] - place[0] >= _LEAST]
    places = np.minimum(np.array(cut, dtype=np.intp).reshape(-1, 2), end - start - 1)
    if at is not None:
        places = at[places]
    if len(cut) < 2:
        return Piece(start, end, spoken, margins)
    places[-1, 1] = len(codes)
    found = [(start + first, start + last) for first, last in cut]
    return Piece(start, end, spoken, margins, found, models.weigh_parts(grams, places[:, 0], places[:, 1]))


def pieces(models: TextModels, text: str) -> list[Piece]:
    """A text, or its windows where it is long."""
    found = (piece(models, text, start, end) for start, end in windows(text, WHOLE))
    return [one for one in found if one is not None]


def read(models: TextModels, head: str, text: str, wholes: Sequence[Piece] | None = None) -> Reading:
    """How far a text, or the plainest window of a long one, is above the threshold of its language."""
    best = Reading(NOTHING, 0, len(text))
    size = ":long" if len(text) > LONG else ":short" if len(text) < SHORT else ""
    for whole in pieces(models, text) if wholes is None else wholes:
        over = whole.margins[head] - models.threshold(head, whole.language + size)
        if over > best.over:
            best = Reading(over, whole.start, whole.end)
    return best


def _attack(models: TextModels, text: str, wholes: Sequence[Piece]) -> tuple[Reading, Reading | None]:
    """What a text says as a whole, and its plainest sentence; a short one has none, and is read beside what people plainly ask."""
    if _is_read_beside_requests(models, text):
        return Reading(over_of(models, text), 0, len(text)), None
    part = _plainer(plainest(models, "attack", text, wholes), _planted(models, text, wholes))
    return read(models, "attack", text, wholes), part


def _is_read_beside_requests(models: TextModels, text: str) -> bool:
    return HEAD in models.heads and is_short(text)


def _lessened(text: str, whole: Reading, part: Reading | None, less: float) -> tuple[Reading, Reading | None]:
    """What a text and its plainest sentence say, less what is only quoted in them."""
    if less:
        whole = whole._replace(over=whole.over - less)
        if part and _QUOTATION.search(text, part.start, part.end):
            part = part._replace(over=part.over - less)
    return whole, part


def _told_of(models: TextModels, text: str) -> float:
    """How much less a text says that quotes several wordings, where nothing of an attack is left around them: a list of examples, a report of an incident."""
    quoted = len(_QUOTATION.findall(text)) if len(text) <= LONG else 0  # a document quotes many a thing
    if quoted < _SEVERAL:
        return 0.0
    around = _QUOTATION.sub(lambda match: " " * len(match[0]), text)
    if read(models, "attack", around).over > _AROUND:
        return 0.0
    return _QUOTED * min(quoted / _SEVERAL, 2.0)


def plainest(models: TextModels, head: str, text: str, wholes: Sequence[Piece]) -> Reading | None:
    """The sentence of a long text that speaks plainest, with less weight where it is quoted; None in a short text."""
    best: Reading | None = None
    for whole in wholes:
        for (start, end), margin in zip(whole.parts, whole.part_margins.get(head, ()), strict=False):
            ascii = len(text[start:end].encode("ascii", "ignore"))
            spoken = "en" if 2 * ascii > end - start else "ja"
            over = margin - models.threshold(head, f"{spoken}:part")
            if over > 0 and (_is_quotation(text, start, end) or _is_code(text[start:end])):
                over -= _QUOTED
            if over > 0 and head == "attack":
                over = min(over, _asked(models, text[start:end]))
            if best is None or over > best.over:
                best = Reading(over, start, end)
    return best


def _asked(models: TextModels, sentence: str) -> float:
    """How far a sentence is above what people plainly ask, where it is short."""
    said = sentence.strip()
    return over_of(models, said) if HEAD in models.heads and is_short(said) else math.inf


def _planted(models: TextModels, text: str, wholes: Sequence[Piece]) -> Reading | None:
    """The sentence that reads most like one that somebody planted in a document; in a short text, which is no document, it must speak plainer,
    unless it stands in what was pasted behind a request."""
    found = plainest(models, "planted", text, wholes)
    if found is None or len(text) > LONG or 0 < text.find("\n\n", 0, _REQUEST) < found.start:
        return found
    return found._replace(over=found.over - _NO_DOCUMENT)


def _plainer(one: Reading | None, other: Reading | None) -> Reading | None:
    """Of two readings the one that is further above its threshold."""
    if one is None or other is None:
        return one or other
    return one if one.over >= other.over else other


def trimmed(text: str, part: Reading) -> tuple[int, int]:
    start, end = part.start, part.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def score_of(over: float) -> float:
    """A margin above or below its threshold as a score; 0.5 at the threshold."""
    return sigmoid(_STEEP * over)


def kind_of(models: TextModels, group: str, text: str) -> str:
    """The likeliest kind of a piece that was found."""
    ids = gram_ids(codes_of(text))
    return models.likeliest(group, ids, models.weigh(ids).norm)


def _sentence(text: str, first: int, last: int) -> tuple[int, int]:
    """The sentence around some words, at most `PART` characters."""
    start, end = first, last
    while start and first - start < PART // 2 and text[start - 1] not in "。\n!?":
        start -= 1
    while end < len(text) and end - last < PART // 2 and text[end] not in "。\n!?":
        end += 1
    return start, end


def _is_quotation(text: str, start: int, end: int) -> bool:
    """Whether a sentence is what somebody quotes: it stands in quotation marks, or most of it does."""
    line = max(text.rfind("\n", 0, start) + 1, start - 200)
    if _is_quoted(text, line, start) or text.count('"', line, start) % 2:
        return True
    quoted = sum(len(match[0]) for match in _QUOTATION.finditer(text, start, end))
    return 2 * quoted > end - start


def _is_code(sentence: str) -> bool:
    """Whether a line is one of a program and not of prose: as many signs as words."""
    return 12 * len(_SIGNS.findall(sentence)) > len(sentence)


def _is_quoted(text: str, start: int, place: int) -> bool:
    """Whether a quotation that began in the sentence is still open at a place."""
    before = text[start:place]
    return any(
        before.count(opening) > before.count(closing) for opening, closing in ("「」", "『』", "“”", "()")
    )


def share_of(text: str, first: int, last: int) -> float:
    """How much of their sentence some words are; nothing where they are quoted or talked about."""
    if (first and text[first - 1] in "「『\"'“") or text.startswith(_TALKED, last):
        return 0.0
    start, end = _sentence(text, first, last)
    return (last - first) / max(1, end - start)


def _near(scene: Scene, rule: Rule) -> Iterator[Said]:
    """Places where one word of each part of a rule stand within its reach."""
    groups = [f"near:{rule.id}:{number}" for number in range(len(rule.settings["near"]))]
    if not all(scene.words(group) for group in groups):
        return
    reach = int(rule.settings["reach"])
    last = -1
    for anchor in scene.words(groups[-1])[:MOST]:
        chain: list[Hit] = [anchor]
        for group in reversed(groups[:-1]):
            hits = scene.near(group, anchor.start - reach - 40, anchor.start + reach + 40)
            close = [
                hit for hit in hits[:MOST] if all(abs(hit.start - other.start) <= reach for other in chain)
            ]
            if not close:
                break
            chain.append(min(close, key=lambda hit: abs(hit.start - anchor.start)))
        if len(chain) == len(groups) and anchor.start > last:
            last = anchor.end
            yield Said(rule, min(hit.start for hit in chain), max(hit.end for hit in chain))
