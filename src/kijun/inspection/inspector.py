"""The inspector: prepares a text once, lets recognisers propose, weighs, and keeps what does not overlap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from kijun.inspection.addresses import IN_KANA, PREFECTURES, Addresses
from kijun.inspection.again import found_everywhere
from kijun.inspection.choosing import apart, beside_own, in_company, settle
from kijun.inspection.contacts import Contacts, with_bracket
from kijun.inspection.context import around
from kijun.inspection.dates import Dates
from kijun.inspection.english_addresses import STREETS, UNITS
from kijun.inspection.expressions import Expressions
from kijun.inspection.fold import fold
from kijun.inspection.forms import Forms, Labelled, Marks, Vehicles
from kijun.inspection.least import least
from kijun.inspection.lexicon import Lexicon, LexiconBuilder
from kijun.inspection.linear import bundled_models
from kijun.inspection.model import Finding, Inspection, TextTooLong
from kijun.inspection.name_romaji import SMALL_HINTS
from kijun.inspection.names import Names, around_name
from kijun.inspection.numbers import Numbers
from kijun.inspection.of_office import of_office
from kijun.inspection.open_ends import EVERY_TYPE, OpenEnds
from kijun.inspection.own import KnownPublic, OwnData, OwnReadings
from kijun.inspection.own_words import same_kana
from kijun.inspection.policy import Policy
from kijun.inspection.reading import Attacks
from kijun.inspection.rule import Rule, RuleSet, read_yaml
from kijun.inspection.scene import Candidate, Scene
from kijun.inspection.scripts import script
from kijun.inspection.second_look import Sure
from kijun.inspection.secrets import Secrets
from kijun.inspection.sensitive import Sensitive
from kijun.inspection.vocabulary import Kind
from kijun.inspection.weights import Weights, bundled_weights, sigmoid
from kijun.inspection.written_out import read_through

Recogniser = Callable[[Scene], Iterable[Candidate]]

#: Who reads the rules, in the order in which they look: later ones see what earlier ones found.
_STAGES: Final = (
    (Secrets, ("secret", "told", "judged", "url", "pem")),
    (Forms, ("pattern",)),
    (Numbers, ("number",)),
    (Labelled, ("labelled",)),
    (Vehicles, ("vehicle",)),
    (Names, ("names",)),
    (Dates, ("dates",)),
    (Addresses, ("addresses",)),
    (Contacts, ("contacts", "email")),
    (Sensitive, ("sensitive",)),
    (Marks, ("mark",)),
)


_WORTH: Final = 0.08  # the least score that is kept to be compared
_LIKELY: Final = 0.0  # from which it speaks for the one it is joined with
_SURE: Final = 1.0  # the margin from which a name speaks for others
#: What the value itself says, below which what stands around it has hardly ever made up for it (in the training texts).
_HOPELESS: Final = {"PERSON": -1.2, "SENSITIVE": -3.5, "ADDRESS": -3.5, "AGE": -2.0, "BIRTH_DATE": -3.5}
_REACHING: Final = frozenset({"ADDRESS", "PHONE", "POSTAL_CODE"})  # which offices have as well
_NEVER: Final = -30.0
_LEAST: Final = -2.2


class Inspector:
    """Looks at texts by one policy. Deterministic; threads may share it."""

    def __init__(self, policy: Policy | None = None, weights: Weights | None = None) -> None:
        self.policy = policy or Policy()
        self.rules: RuleSet = self.policy.rule_set()
        self._weights = bundled_weights() if weights is None else weights
        self._lexicon = build_lexicon(self.rules)
        self._by_id = {rule.id: rule for rule in self.rules.rules}
        self._stages: list[tuple[str, Recogniser]] = [
            (readers[0], stage([rule for rule in self.rules.rules if rule.by in readers]))
            for stage, readers in _STAGES
        ]

        self._own = OwnData(self.rules.rules)
        self._known_public = KnownPublic(self.policy.known_public)
        models = bundled_models()
        own_readings = OwnReadings(self.rules.rules)
        self._readers: tuple[Recogniser, ...] = (
            Attacks([rule for rule in self.rules.rules if rule.kind is Kind.ATTACK], models),
            Expressions([rule for rule in self.rules.rules if rule.kind is Kind.EXPRESSION], models),
            own_readings,
        )
        self._open_ends = OpenEnds(
            self.rules.rules,
            (self._own.words, own_readings.words),
            models,
            EVERY_TYPE if self.policy.types is None else self.policy.types,
            self._lexicon,
        )

    def inspect(self, text: str) -> Inspection:
        """Find everything that the policy asks for; raises `TextTooLong` past the policy's limit."""
        if len(text) > self.policy.longest:
            raise TextTooLong(
                f"文章が長すぎます（{len(text):,}文字）。{self.policy.longest:,}文字以内に分けてください。",
                f"the text is too long ({len(text):,} characters); split it into pieces of at most {self.policy.longest:,}",
            )
        found = read_through(text, self._found)
        found.sort(key=lambda one: (one.start, one.end, one.kind, one.type))
        return found_everywhere(Inspection(text, tuple(found), self.rules.version))

    def _found(self, text: str) -> list[Finding]:
        """What is found in a text as it stands."""
        scene = Scene(text, self._lexicon)
        for name, recognise in self._stages:
            self.look(scene, name, recognise(scene))
        settled = settle(in_company(scene.found, len(scene.text), self._weights.knows), self.policy)
        found = [
            self._finding(scene, one)
            for one in beside_own(settled, settle(self._own(scene), self.policy))
            if not self._known_public(one.type, scene.text[one.start : one.end])
        ]
        for read in self._readers:
            found += [
                self._finding(scene, one) for one in read(scene) if self.policy.acts(one.type, one.score)
            ]
        return found

    def begins(self, text: str) -> int:
        """Where, at the end of a text that still grows, something may have begun that only its end tells (see `open_ends`)."""
        return self._open_ends(text)

    def look(self, scene: Scene, name: str, proposed: Iterable[Candidate]) -> None:
        """Weigh what one recogniser proposes and add it to the scene's findings."""
        weighed = []
        weights = self._weights
        for one in proposed:
            if not one.features or not weights.knows(one.type):
                weighed.append((one, 0.0))
                continue
            if one.type in _REACHING and "form=mobile" not in one.features and of_office(scene, one.start):
                continue
            margin = weights.margin(one.type, one.features)
            if margin > _HOPELESS.get(one.type, _LEAST):
                beside = around_name if one.type == "PERSON" else around
                margin += weights.margin(one.type, beside(scene, one.start, one.end, scene.label(one.start)))
            else:
                margin = _NEVER
            weighed.append((one, margin))
        if name == "names":
            weighed = self._again(scene, weighed)
        scored = []
        for one, margin in weighed:
            if one.features and weights.knows(one.type):
                low, floor = least(scene, one, self._by_id[one.rule].settings)
                scored.append(scored_as(one, max(sigmoid(margin), low), floor))
            else:
                scored.append(one)
        scene.add(apart([one for one in scored if one.score >= _WORTH], scene.taken))

    def _again(self, scene: Scene, weighed: list[tuple[Candidate, float]]) -> list[tuple[Candidate, float]]:
        """Names that were found for sure make others likelier."""
        if not self._weights.knows("PERSON"):
            return weighed
        sure = Sure(
            scene,
            (one for one, margin in weighed if margin > _SURE),
            (one for one, margin in weighed if _LIKELY < margin <= _SURE),
        )
        return [
            (
                one,
                margin + self._weights.margin("PERSON", sure.features(one, margin > _SURE))
                if margin > _NEVER
                else margin,
            )
            for one, margin in weighed
        ]

    def _finding(self, scene: Scene, one: Candidate) -> Finding:
        rule: Rule = self._by_id[one.rule]
        begins = with_bracket(scene.text, one.start, one.end) if one.type == "PHONE" else one.start
        start, end = scene.folded.back(begins, one.end)
        if start == end:  # what was found is written in characters that nobody sees
            start, end = 0, len(scene.given)
        return Finding(
            rule.kind,
            one.type,
            start,
            end,
            round(one.score, 3),
            rule.id,
            rule.version,
            rule.why,
            rule.refs,
            one.target or rule.target,
        )


def scored_as(one: Candidate, score: float, floor: float = 0.0) -> Candidate:
    """The candidate with another score, a probability short of certain."""
    score = min(max(score, 1e-6), 1 - 1e-6)
    return Candidate(one.type, one.start, one.end, score, one.rule, floor=floor)


#: Words that hardly stand but beside a name, or that say that somebody lives somewhere: their sentences are looked at closely.
_BESIDE_NAMES: Final = [
    "様",
    "さま",
    "さん",
    "氏",
    "殿",
    "くん",
    "ちゃん",
    "先生",
    "課長",
    "係長",
    "主査",
    "主事",
    "主任",
    "部長",
    "長男",
    "長女",
    "次男",
    "二男",
    "次女",
    "二女",
    "三男",
    "三女",
    "妻",
    "夫",
    "母",
    "父",
    "兄",
    "弟",
    "姉",
    "妹",
    "娘",
    "息子",
    "孫",
    "祖父",
    "祖母",
    "在住",
    "住ん",
    "居住",
    "転居",
    "転入",
    "転出",
    "自宅",
    "実家",
    "と申",
    "と名乗",
    "通称",
    "旧姓",
    "本名",
]


#: What English texts about somebody's illness or harm hold; the rule looks closer where one stands.
_ENGLISH_ILLNESS: Final = [
    "schizophrenia",
    "depression",
    "dementia",
    "diabetes",
    "cancer",
    "hepatitis",
    "asthma",
    "epilepsy",
    "autism",
    "disorder",
    "disease",
    "syndrome",
    "appendicitis",
    "stroke",
    "tuberculosis",
    "hiv",
    "pneumonia",
    "disability",
    "beaten by",
    "abused by",
    "raped by",
    "stalked by",
    "assaulted by",
    "threatened by",
    "harassed by",
]


def build_lexicon(rules: RuleSet) -> Lexicon:
    """All words of labels, cues and rules in one automaton."""
    builder = LexiconBuilder()
    for type, words in (
        *read_yaml("labels.yaml")["labels"].items(),
        *read_yaml("labels_read.yaml")["labels"].items(),
    ):
        builder.add("label", _spellings(fold(str(word)).text for word in words), type)
    for group, words in read_yaml("cues.yaml")["cues"].items():
        builder.add(group, map(str, words))
    builder.add("person", _BESIDE_NAMES)
    builder.add("years", ["歳", "才", "さい", "サイ", "year old", "years old", "yo"])
    builder.add("month", ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
    builder.add("prefecture", PREFECTURES)
    builder.add("in-kana", IN_KANA.removeprefix("(?:").removesuffix(")").split("|"))
    builder.add(
        "town",
        [
            unit + word
            for unit in "市区町村郡"
            for word in ("の", "に", "へ", "で", "在", "内", "から", "より", "出身", "、", "。", "です")
        ],
    )
    builder.add("section", ["大字", "字"])
    builder.add("housing", ["団地", "住宅", "ハイツ", "アパート", "マンション", "コーポ", "寮", "荘"])
    builder.add("romaji-unit", UNITS)
    builder.add("street", STREETS)
    builder.add("small-name", SMALL_HINTS)
    plates = read_yaml("plates.yaml")["plates"]
    in_hiragana = [same_kana(plate) for plate in plates if script(plate) == "kata"]
    builder.add("plate", [*plates, *in_hiragana, *(" ".join(plate) for plate in plates if len(plate) == 2)])
    builder.add("when:english-illness", _ENGLISH_ILLNESS)
    _add_rules(builder, rules)
    return builder.build()


#: Before these somebody who writes katakana of half width sets a space.
_APART: Final = ("バンゴウ", "コード", "キゴウ", "コウザ")


#: Old systems know no small kana: ｼﾞﾕｳｼﾖ
_AS_LARGE: Final = str.maketrans("ァィゥェォッャュョ", "アイウエオツヤユヨ")
_SMALL_KANA: Final = frozenset("ァィゥェォッャュョ")


def _spellings(words: Iterable[str]) -> Iterator[str]:
    """Labels as people write them, and those of several English words also as programs do: account no, account_no."""
    for word in words:
        yield word
        if " " in word and word.isascii() and word.replace(" ", "").isalpha():
            yield word.replace(" ", "_")
            yield word.replace(" ", "-")
        for ending in _APART:
            if word.endswith(ending) and script(word) == "kata" and word != ending:
                yield f"{word.removesuffix(ending)} {ending}"
        if word.endswith(("kodo", "kado")):
            yield f"{word[:-2]}{word[-3]}{word[-2:]}"
        if script(word) == "kata" and not _SMALL_KANA.isdisjoint(word):
            yield word.translate(_AS_LARGE)


def _add_rules(builder: LexiconBuilder, rules: RuleSet) -> None:
    """The words by which rules are found, each under its rule."""
    for rule in rules.rules:
        if "when" in rule.settings:
            builder.add(f"when:{rule.id}", rule.settings["when"])
        if "spoken" in rule.settings:
            builder.add(f"spoken:{rule.id}", map(str, rule.settings["spoken"]))
        if rule.by == "mark":
            builder.add(f"mark:{rule.id}", rule.settings["words"])
        if rule.by == "attack-words":
            for number, words in enumerate(rule.settings["near"]):
                builder.add(f"near:{rule.id}:{number}", map(str, words))
        if rule.by == "expression-words":
            builder.add(f"words:{rule.id}", map(str, rule.settings["words"]))
        if rule.by == "sensitive":
            builder.add(f"sensitive:{rule.id}", rule.settings["words"])
