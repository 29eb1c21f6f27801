"""Attacks and harmful expression: what the models say of the whole text and its pieces, and which words agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from kijun.inspection.decode import decoded
from kijun.inspection.fold import fold
from kijun.inspection.linear import TextModels, codes_of, gram_ids, language
from kijun.inspection.rule import Rule
from kijun.inspection.scene import Candidate, Hit, Scene
from kijun.inspection.segments import PART, WHOLE, windows
from kijun.inspection.weights import sigmoid

_STEEP: Final = 2.5  # how fast a score rises with the margin
_PLAIN: Final = 0.8  # how much plainer than a whole text a part must speak
_LIFT: Final = (
    0.3  # how much a part can lift a text at most: where that is too little, parts are not looked at
)
_ABOUT: Final = -1.6  # below this a text is so harmless that words of attacks in it are talked about
_ORDER: Final = -0.4  # from here on a sentence inside a harmless text may be an order by itself
_ALL: Final = 2.6  # what it adds to the model where a rule's words are all of a sentence
_DECODED: Final = 0.1
_MAINLY: Final = 0.5  # the share of a sentence from which a word speaks for all of it
_WORDS: Final = 0.15  # what a word of a rule of the same kind adds
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
_MOST: Final = 200  # places of a word that are looked at
_NOTHING: Final = -9.0


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
        models, text = self._models, scene.text
        if models is None:
            return
        whole = read(models, "attack", text, scene.pieces(models))
        said = [found for rule in self._words for found in _near(scene, rule)]
        part = plainest(models, "attack", text, whole) if whole.over > -_LIFT else whole
        over = max(whole.over, min(part.over - _PLAIN, whole.over + _LIFT))
        agreed = [one for one in said if over > 0 or self._agrees(models, text, whole, one)]
        for rule, start, end in agreed:
            yield Candidate(rule.type, start, end, max(0.6, score_of(over)), rule.id)
        if agreed:
            return
        if self._model_rule is not None and over > 0:
            kind = kind_of(models, "attack-kind", text[part.start : part.end])
            yield Candidate(kind, *_trimmed(text, part), score_of(over), self._model_rule.id)
        elif self._decoded_rule is not None:
            yield from self._hidden(models, scene, self._decoded_rule)

    @staticmethod
    def _agrees(models: TextModels, text: str, whole: Reading, said: Said) -> bool:
        """Whether the sentence in which a rule's words stand reads like an attack by itself.

        In a text that is harmless as a whole such words are talked about, unless they stand in it as a plain order to
        the reader, not quoted: an order inside of a document that was pasted.
        """
        share = _share(text, said.start, said.end)
        plain = bool(said.rule.settings.get("plain"))
        start, end = _sentence(text, said.start, said.end)
        over = read(models, "attack", text[start:end]).over
        if whole.over < _ABOUT and share < _MAINLY:
            return plain and share > 0 and over > _ORDER and not _is_quoted(text, start, said.start)
        return over + share * (_ALL if plain else 1.0) > 0

    @staticmethod
    def _hidden(models: TextModels, scene: Scene, rule: Rule) -> Iterator[Candidate]:
        for hidden in decoded(scene, scene.given):
            over = read(models, "attack", fold(hidden.text[:4000]).text).over + _DECODED
            if over > 0:
                yield Candidate(rule.type, hidden.start, hidden.end, score_of(over), rule.id)
                return


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
        whole = read(models, "harmful", text, scene.pieces(models))
        plain, share = self._plainly(scene)
        if whole.over <= (-_LIFT - _WORDS if plain is None else -_ALL * share):
            return
        part = plainest(models, "harmful", text, whole)
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
        if plain is not None and whole.over + share * _ALL > over:
            same, kind, over = plain, plain.type, whole.over + share * _ALL
        if over > 0:
            target = (
                kind_of(models, "target", text[part.start : part.end]) if kind == "discrimination" else ""
            )
            rule = same or self._model_rule
            yield Candidate(kind, *_trimmed(text, part), score_of(over), rule.id, target=target)

    def _plainly(self, scene: Scene) -> tuple[Rule | None, float]:
        """The rule whose words are most of a sentence, as in 死にたい, and how much of it they are."""
        best, most = None, _MAINLY
        for rule in self._words:
            if rule.settings.get("plain"):
                for hit in scene.words(f"words:{rule.id}")[:_MOST]:
                    share = _share(scene.text, hit.start, hit.end)
                    if share >= most:
                        best, most = rule, share
        return best, most


class Piece(NamedTuple):
    """A piece of a text as the models see it: its place, what it says to each head, its language."""

    start: int
    end: int
    margins: Mapping[str, float]
    language: str


def piece(models: TextModels, text: str, start: int, end: int) -> Piece | None:
    """A piece of a text; None where there is nothing to read."""
    codes = codes_of(text[start:end])
    ids = gram_ids(codes)
    return Piece(start, end, models.weigh(ids).margins, language(codes)) if len(ids) else None


def pieces(models: TextModels, text: str) -> list[Piece]:
    """A text, or its windows where it is long."""
    found = (piece(models, text, start, end) for start, end in windows(text, WHOLE))
    return [one for one in found if one is not None]


def read(models: TextModels, head: str, text: str, wholes: Sequence[Piece] | None = None) -> Reading:
    """How far a text, or the plainest window of a long one, is above the threshold of its language."""
    best = Reading(_NOTHING, 0, len(text))
    for whole in pieces(models, text) if wholes is None else wholes:
        over = whole.margins[head] - models.threshold(head, whole.language)
        if over > best.over:
            best = Reading(over, whole.start, whole.end)
    return best


def plainest(models: TextModels, head: str, text: str, whole: Reading) -> Reading:
    """The part of what was read that speaks plainest."""
    start, end = whole.start, whole.end
    if end - start <= PART:
        return whole
    best = Reading(_NOTHING, start, end)
    for first, last in windows(text[start:end], PART):
        part = piece(models, text, start + first, start + last)
        if part is not None:
            over = part.margins[head] - models.threshold(head, part.language)
            if over > best.over:
                best = Reading(over, part.start, part.end)
    return best


def _trimmed(text: str, part: Reading) -> tuple[int, int]:
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


def _is_quoted(text: str, start: int, place: int) -> bool:
    """Whether a quotation that began in the sentence is still open at a place."""
    before = text[start:place]
    return any(
        before.count(opening) > before.count(closing) for opening, closing in ("「」", "『』", "“”", "()")
    )


def _share(text: str, first: int, last: int) -> float:
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
    for anchor in scene.words(groups[-1])[:_MOST]:
        chain: list[Hit] = [anchor]
        for group in reversed(groups[:-1]):
            hits = scene.near(group, anchor.start - reach - 40, anchor.start + reach + 40)
            close = [
                hit for hit in hits[:_MOST] if all(abs(hit.start - other.start) <= reach for other in chain)
            ]
            if not close:
                break
            chain.append(min(close, key=lambda hit: abs(hit.start - anchor.start)))
        if len(chain) == len(groups) and anchor.start > last:
            last = anchor.end
            yield Said(rule, min(hit.start for hit in chain), max(hit.end for hit in chain))
