"""What a municipality wants to have looked for: which types and rules, how sure, which words of its own."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from kijun.inspection.model import RuleError
from kijun.inspection.own import FORBIDDEN_WORDS, own_rules, read_rule
from kijun.inspection.rule import Rule, RuleSet, bundled
from kijun.inspection.vocabulary import Attack, DataType, Expression

#: How sure a finding must be before the default policy acts on it; 0.5 where a type is not named.
THRESHOLDS: Final[Mapping[str, float]] = {"PERSON": 0.42}
LONGEST: Final = 2_000_000  # characters in one text
LARGEST_FILE: Final = 10_000_000  # bytes of a policy file
_KEYS: Final = frozenset(
    {"types", "thresholds", "rules_off", "rules", "forbidden_words", "known_public", "longest"}
)
_ALL: Final = frozenset((*DataType, *Attack, *Expression))


class UnreadablePolicy(RuleError):
    """A policy file is not there, or is no YAML."""


@dataclass(frozen=True, slots=True)
class Policy:
    """An immutable choice. The default looks for everything.

    `types`: the types to look for (None: all). `thresholds`: type → the least score. `rules_off`: ids of bundled rules
    not to use. `rules`: rules of the municipality's own. `forbidden_words`: words that may not be used.
    `known_public`: values that are nobody's personal data (the office's own telephone numbers, addresses, mails).
    `longest`: characters that one text may have.
    """

    types: frozenset[str] | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    rules_off: frozenset[str] = frozenset()
    rules: tuple[Rule, ...] = ()
    forbidden_words: tuple[str, ...] = ()
    known_public: tuple[str, ...] = ()
    longest: int = LONGEST

    def rule_set(self) -> RuleSet:
        """The rules in force; raises `RuleError` where an id is unknown or double, or an own rule cannot be used.

        The version of a set that is not the bundled one says so: ``2026.12.8+3f1c09ab``.
        """
        known = {rule.id for rule in bundled().rules}
        unknown = sorted(self.rules_off - known)
        if unknown:
            raise RuleError(
                f"止める規則 {unknown[0]} はありません。", f"there is no rule {unknown[0]} to switch off"
            )
        own = own_rules(self.rules, self.forbidden_words)
        rules = bundled().without(self.rules_off).with_(own)
        return RuleSet(f"{rules.version}{self._mark()}", rules.rules)

    def _mark(self) -> str:
        """What tells this policy from others that find something else, in records; nothing can be read from it."""
        rules = [
            (rule.id, rule.version, rule.kind, rule.type, rule.by, rule.score, rule.target, _settings(rule))
            for rule in self.rules
        ]
        least = sorted((type, at) for type, at in self.thresholds.items() if at != _default(type))
        types = None if self.types is None or self.types >= _ALL else sorted(self.types)
        lists = [sorted(self.rules_off), sorted(self.forbidden_words), sorted(self.known_public)]
        if not (rules or least or any(lists)) and types is None:
            return ""
        return "+" + hashlib.sha256(json.dumps([rules, *lists, least, types]).encode()).hexdigest()[:8]

    def threshold(self, type: str) -> float:
        """The least score at which a type counts."""
        return self.thresholds.get(type, _default(type))

    def acts(self, type: str, score: float) -> bool:
        """Whether the policy acts on a finding of a type with a score."""
        return score >= self.threshold(type) and self.wants(type)

    def wants(self, type: str) -> bool:
        """Whether a type is looked for."""
        return self.types is None or type in self.types

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Policy:
        """A policy from a mapping, as YAML and JSON files give it; raises `RuleError` that names what is wrong."""
        if not isinstance(row, Mapping):
            raise RuleError("方針は「項目: 値」の形で書いてください。", "a policy is a mapping")
        unknown = sorted(str(key) for key in set(row) - _KEYS)
        if unknown:
            raise RuleError(
                f"方針に知らない項目があります：{unknown[0]}",
                f"the policy has an unknown entry: {unknown[0]}",
            )
        types = None if row.get("types") is None else types_of("types", row["types"])
        thresholds = _thresholds(row.get("thresholds"))
        longest = row.get("longest", LONGEST)
        if type(longest) is not int or longest < 1:
            raise RuleError("longest は1以上の数で書いてください。", "longest is a number from 1 up")
        rules = () if row.get("rules") is None else row["rules"]
        if not isinstance(rules, list | tuple):
            raise RuleError("rules はリストで書いてください。", "rules is a list")
        policy = cls(
            types,
            thresholds,
            frozenset(_texts("rules_off", row.get("rules_off"))),
            tuple(read_rule(one) for one in rules),
            _texts("forbidden_words", row.get("forbidden_words")),
            _texts("known_public", row.get("known_public")),
            longest,
        )
        policy.rule_set()
        policy._refuse_what_never_acts()
        return policy

    def _refuse_what_never_acts(self) -> None:
        for rule in own_rules(self.rules, self.forbidden_words):
            ja, en = f"規則 {rule.id}", f"rule {rule.id}"
            if rule.id == FORBIDDEN_WORDS:
                ja, en = "forbidden_words", "forbidden_words"
            if not self.wants(rule.type):
                raise RuleError(
                    f"{ja}：types に {rule.type} がないので、何も見つけません。types に {rule.type} を加えるか、この項目を消してください。",
                    f"{en}: types does not name {rule.type}: it would find nothing; add {rule.type} to types, or take it out",
                )
            if rule.score < (least := self.threshold(rule.type)):
                raise RuleError(
                    f"{ja}：score {rule.score:g} は {rule.type} が働く {least:g} より小さく、何も見つけません。",
                    f"{en}: its score {rule.score:g} is below {least:g}, from which {rule.type} counts: it would find nothing",
                )

    @classmethod
    def load(cls, file: Path) -> Policy:
        """A policy from a YAML or JSON file."""
        try:
            with file.open("rb") as opened:
                data = opened.read(LARGEST_FILE + 1)
            row = (
                yaml.load(data.decode("utf-8-sig"), Loader=_Loader)  # noqa: S506 - a safe loader
                if len(data) <= LARGEST_FILE
                else ()
            )
        except RuleError:
            raise
        except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
            raise UnreadablePolicy(
                f"方針のファイルを読めません：{file}{_where(error, '（{}行目）')}",
                f"the policy file cannot be read: {file}{_where(error, ', line {}')}",
            ) from error
        if row is None:  # nothing but comments: everything may be left out
            row = {}
        if not isinstance(row, dict):
            raise RuleError(
                "方針のファイルは「項目: 値」の形で書いてください。", "a policy file holds a mapping"
            )
        return cls.read(row)


class _Loader(yaml.SafeLoader):
    """Reads what `yaml.safe_load` reads, but no key twice: of two the last would win, and nobody would see it."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[tuple[str, str]] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if (key.tag, key.value) in seen:
                    line = key.start_mark.line + 1
                    raise RuleError(
                        f"方針の{line}行目：項目 {key.value} が重なっています。一つにまとめてください。",
                        f"line {line} of the policy: {key.value} stands there twice; write it once",
                    )
                seen.add((key.tag, key.value))
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


def _settings(rule: Rule) -> str:
    return repr(sorted(rule.settings.items()))


def _default(type: str) -> float:
    return THRESHOLDS.get(type, 0.5)


def _where(error: Exception, words: str) -> str:
    mark = getattr(error, "problem_mark", None)
    return words.format(mark.line + 1) if mark is not None else ""


def types_of(name: str, row: Any) -> frozenset[str]:
    """The types that a list names; raises `RuleError` where one is not there."""
    types = frozenset(_texts(name, row))
    if not types and name in ("types", "--types"):
        raise RuleError(
            f"{name} に種類がありません。すべてを調べるなら、{name} を書かないでください。",
            f"{name} names no type: nothing would be looked for; leave it out to look for everything",
        )
    wrong = sorted(types - _ALL)
    if wrong:
        there = ", ".join(sorted(_ALL))
        raise RuleError(
            f"{name}：種類 {wrong[0]} はありません。あるのは {there} です。",
            f"{name}: there is no type {wrong[0]}; there are {there}",
        )
    return types


def _thresholds(row: Any) -> dict[str, float]:
    if row is None:
        return {}
    if not isinstance(row, Mapping):
        raise RuleError(
            "thresholds は「種類: 0から1の数」の形で書いてください。",
            "thresholds holds a number for each type",
        )
    types_of("thresholds", list(row))
    for type_, least in row.items():
        if isinstance(least, bool) or not isinstance(least, int | float) or not 0 <= least <= 1:
            raise RuleError(
                f"thresholds の {type_} は0から1の数で書いてください。",
                f"thresholds: {type_} is a number between 0 and 1",
            )
    return {str(type_): float(least) for type_, least in row.items()}


def _texts(name: str, row: Any) -> tuple[str, ...]:
    if row is None:
        return ()
    if not isinstance(row, list | tuple) or not all(isinstance(one, str) for one in row):
        raise RuleError(
            f'{name} は文字のリストで書いてください。数字だけの値や日付は "" で囲みます。',
            f'{name} is a list of texts; figures and dates are put in ""',
        )
    texts = tuple(one.strip() for one in row if one.strip())
    if len(set(texts)) < len(texts) and not name.startswith("--"):
        twice = Counter(texts).most_common(1)[0][0]
        raise RuleError(
            f"{name}：{twice} が重なっています。一つにしてください。",
            f"{name}: {twice} stands there twice; write it once",
        )
    return texts
