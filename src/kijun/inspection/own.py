"""A municipality's own rules: its words and patterns, the words that it forbids, and what is public of its own.

Own rules are written in a policy file (docs/inspection.md). They are read before all others, and what they find is not
found again as something else: who writes a rule of their own means it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from kijun.inspection.fold import fold
from kijun.inspection.model import RuleError
from kijun.inspection.own_entries import check_entries, is_list_of_text, kind_of, mistake
from kijun.inspection.own_words import MARKS, OwnWords, plain
from kijun.inspection.rule import Rule
from kijun.inspection.safe_pattern import compile_safely, longest_match
from kijun.inspection.sameness import same_key
from kijun.inspection.scene import Candidate, Scene
from kijun.inspection.vocabulary import DataType, Expression, Kind, Words

#: What `by` becomes: recognisers of our own rules of patterns and words read other settings.
PATTERN, WORDS = "own-pattern", "own-words"
FORBIDDEN_WORDS: Final = "forbidden-words"
#: Steps that an own pattern may take at one place of a text; see `safe_pattern`.
WORK: Final = 2_000
SCORE: Final = 0.99
MOST_WORDS: Final = 100_000
LONGEST_WORD: Final = 200

_SETTINGS: Final[Mapping[str, frozenset[str]]] = {
    "pattern": frozenset({"pattern", "group", "view"}),
    "words": frozenset({"words"}),
}
_WHY: Final[Mapping[str, Words]] = {
    PATTERN: Words(
        "この自治体が独自に登録した形に一致しました。", "It has a form that this municipality registered."
    ),
    WORDS: Words("この自治体が独自に登録した語です。", "It is a word that this municipality registered."),
    FORBIDDEN_WORDS: Words(
        "この自治体が使わないと決めた語です。", "It is a word that this municipality does not use."
    ),
}


def read_rule(row: Any) -> Rule:
    """An own rule from a mapping; the kind follows from the type. Raises `RuleError` that names the rule."""
    if not isinstance(row, Mapping):
        raise RuleError(
            "rules には「id: …」「type: …」などの項目を持つ規則を並べてください。",
            "each entry of rules is a mapping with id, type and so on",
        )
    check_entries(row)
    return own_rule(Rule.read({"score": SCORE, "by": "", **row, "kind": kind_of(row)}))


def own_rule(rule: Rule) -> Rule:
    """A rule as the recognisers of own rules read it. Raises `RuleError` where it cannot be used."""
    if rule.by in (PATTERN, WORDS):
        return rule
    if rule.by not in _SETTINGS:
        raise _wrong(rule, "by は pattern か words にしてください。", "by is pattern or words")
    unknown = sorted(set(rule.settings) - _SETTINGS[rule.by])
    if unknown:
        raise _wrong(rule, f"知らない項目があります：{unknown[0]}", f"unknown entry: {unknown[0]}")
    if rule.by == "words":
        check_words(rule, rule.settings.get("words"))
    else:
        _check_pattern(rule)
    by = WORDS if rule.by == "words" else PATTERN
    why = rule.why if rule.why.ja or rule.why.en else _WHY[by]
    return replace(rule, by=by, why=Words(why.ja or why.en, why.en or why.ja))


def forbidden(words: Sequence[str]) -> Rule:
    """The rule that finds the words of `forbidden_words`."""
    rule = Rule(
        FORBIDDEN_WORDS,
        1,
        Kind.EXPRESSION,
        str(Expression.FORBIDDEN_WORD),
        WORDS,
        SCORE,
        _WHY[FORBIDDEN_WORDS],
        {"words": tuple(words)},
    )
    check_words(rule, rule.settings["words"])
    return rule


def own_rules(rules: Iterable[Rule], forbidden_words: Sequence[str]) -> tuple[Rule, ...]:
    """All own rules of a policy, ready for `OwnData` and `OwnReadings`."""
    own = tuple(own_rule(rule) for rule in rules)
    return (*own, forbidden(forbidden_words)) if forbidden_words else own


def check_words(rule: Rule, words: Any) -> None:
    """Raise `RuleError` where a list of words cannot be looked for."""
    if not is_list_of_text(words) or not words:
        raise _wrong(
            rule,
            'words は語のリストで書いてください。数字だけの語や日付は "" で囲みます。',
            'words is a list of texts; figures and dates are put in ""',
        )
    if len(words) > MOST_WORDS or max(map(len, words)) > LONGEST_WORD:
        raise _wrong(
            rule,
            f"語は{MOST_WORDS:,}個まで、1語は{LONGEST_WORD}文字までです。",
            f"at most {MOST_WORDS:,} words of at most {LONGEST_WORD} characters",
        )
    if not all(plain(word).strip(MARKS) for word in words):
        raise _wrong(rule, "空の語があります。", "there is an empty word")


def _check_pattern(rule: Rule) -> None:
    pattern, group = rule.settings.get("pattern"), rule.settings.get("group", 0)
    if not isinstance(pattern, str):
        raise _wrong(rule, "pattern に正規表現を書いてください。", "pattern holds a regular expression")
    for number, char in enumerate(pattern):
        if char in MARKS:  # texts have it in one with its kana
            char = pattern[max(0, number - 1) : number + 1]
        read = fold(char).text
        if not char.isascii() and read != char:
            raise _wrong(
                rule,
                f"文章は半角などにそろえてから調べます。pattern の「{char}」は「{read}」と書いてください。",
                f"texts are unified before they are read: in the pattern, write {read!r} for {char!r}",
            )
    try:
        compiled = compile_safely(pattern, work=WORK)
    except RuleError as error:
        raise _wrong(rule, error.message.ja, error.message.en) from error
    if compiled.match("") is not None:
        raise _wrong(rule, "pattern が空の文字にも一致します。", "the pattern matches nothing at all")
    if type(group) is not int or not 0 <= group <= compiled.groups:
        raise _wrong(rule, f"group {group} がありません。", f"the pattern has no group {group}")
    if longest_match(pattern, group) == 0:
        raise _wrong(
            rule,
            "pattern の値になる部分が、いつも空です。先読み (?=…) の外に値を書いてください。",
            "what the pattern finds is always empty: write the value outside of lookaheads",
        )
    if rule.settings.get("view", "text") not in ("text", "digits"):
        raise _wrong(rule, "view は text か digits です。", "view is text or digits")


def _wrong(rule: Rule, ja: str, en: str) -> RuleError:
    return mistake(rule.id, ja, en)


class OwnRules:
    """Finds the words and patterns of own rules. Immutable; threads may share it."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._patterns = [
            (rule, compile_safely(rule.settings["pattern"], work=WORK))
            for rule in rules
            if rule.by == PATTERN
        ]
        self.words = OwnWords(
            [(word, rule) for rule in rules if rule.by == WORDS for word in rule.settings["words"]]
        )

    def __call__(self, scene: Scene) -> Iterator[Candidate]:
        """Propose what the own rules find: of words at one place the longest, of a pattern every match."""
        covered: dict[str, int] = {}
        for start, end, rules in self.words.find(scene.text):
            for rule in rules:
                if start >= covered.get(rule.id, 0):
                    covered[rule.id] = end
                    yield Candidate(rule.type, start, end, rule.score, rule.id)
        for rule, pattern in self._patterns:
            read = scene.digits if rule.settings.get("view") == "digits" else scene.text
            group = rule.settings.get("group", 0)
            for match in pattern.finditer(read):
                start, end = match.span(group)
                if 0 <= start < end:
                    yield Candidate(rule.type, start, end, rule.score, rule.id)


class OwnData(OwnRules):
    """The recogniser of own rules that find personal and confidential information."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        super().__init__([rule for rule in rules if rule.kind is Kind.DATA])


class OwnReadings(OwnRules):
    """The recogniser of own rules that find attacks and expressions; others of their kind do not replace them."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        super().__init__(
            [rule for rule in rules if rule.kind is not Kind.DATA and rule.by in (PATTERN, WORDS)]
        )


_NUMBERS: Final = frozenset({DataType.PHONE, DataType.POSTAL_CODE})
_AREAS: Final = frozenset("都道府県市区町村郡")
_FIGURES: Final = "〇一二三四五六七八九零"
_TENS: Final = {"十": 10, "百": 100}
#: Kanji numerals before 丁目, 番, 号 and the like, or behind one of them
_KANJI_NUMBER: Final = re.compile(
    r"(?:(?<=[目番地のーノ-])[〇零一二三四五六七八九十百]{1,8}(?![一-龥])"
    r"|[〇零一二三四五六七八九十百]{1,8}(?=丁目|番|号|[のーノ-][0-9〇零一二三四五六七八九十百]))"
)
_MOST_AREAS: Final = 16  # characters of an address in which prefecture and municipality stand


class KnownPublic:
    """The values that are nobody's personal data, in any spelling.

    Numbers are compared by their digits, addresses with or without prefecture and municipality, and 1丁目2番3号 as 1-2-3;
    see `same_key`.
    """

    def __init__(self, values: Sequence[str]) -> None:
        self._whole: dict[str, frozenset[str]] = {}
        self._forms: dict[str, frozenset[str]] = {}
        for type in DataType if values else ():
            keys = [public_key(type, value) for value in values]
            self._whole[type] = frozenset(filter(None, keys))
            self._forms[type] = frozenset(form for key in keys for form in _forms(type, key) if form)

    def __call__(self, type: str, value: str) -> bool:
        """Whether what was found is one of them."""
        if type not in self._whole:
            return False
        key = public_key(type, value)
        return key in self._forms[type] or not self._whole[type].isdisjoint(_forms(type, key))


def public_key(type: str, value: str) -> str:
    """What all spellings of a value have in common; of a telephone number and a postal code the digits."""
    key = same_key(type, _in_figures(fold(value).text) if type == DataType.ADDRESS else value)
    if type not in _NUMBERS:
        return key
    digits = "".join(char for char in key if char.isascii() and char.isdigit())
    if type == DataType.PHONE and digits.startswith("81") and len(digits) in (11, 12):
        return "0" + digits[2:].removeprefix("0")
    return digits


def _in_figures(address: str) -> str:
    """An address with the kanji numerals of its block, lot and house as figures: 二丁目三十六番 as 2丁目36番."""
    return _KANJI_NUMBER.sub(lambda found: str(_number(found[0])), address)


def _number(kanji: str) -> int:
    """What kanji numerals say, with 十 and 百 or figure by figure: 三十六, 三六."""
    total, last = 0, 0
    for char in kanji:
        if char in _TENS:
            total, last = total + (last or 1) * _TENS[char], 0
        else:
            last = last * 10 + _FIGURES.index(char) % 10
    return total + last


def _forms(type: str, key: str) -> set[str]:
    """A value and, of an address, what remains of it without its prefecture and municipality."""
    if type != DataType.ADDRESS:
        return {key}
    ends = [place + 1 for place, char in enumerate(key[:_MOST_AREAS]) if char in _AREAS]
    return {key, *(key[end:] for end in ends if end < len(key) and not key[end].isdigit())}
