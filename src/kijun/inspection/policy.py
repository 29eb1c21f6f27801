"""What a municipality wants to have looked for: which types and rules, how sure, which words of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from kijun.inspection.model import RuleError
from kijun.inspection.rule import Rule, RuleSet, bundled
from kijun.inspection.vocabulary import Attack, DataType, Expression

#: How sure a finding must be before the default policy acts on it; 0.5 where a type is not named.
THRESHOLDS: Final[Mapping[str, float]] = {}
LONGEST: Final = 2_000_000  # characters in one text
_KEYS: Final = frozenset(
    {"types", "thresholds", "rules_off", "rules", "forbidden_words", "known_public", "longest"}
)
_ALL: Final = frozenset((*DataType, *Attack, *Expression))


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
        """The rules in force; raises `RuleError` where an id is unknown or double."""
        known = {rule.id for rule in bundled().rules}
        unknown = sorted(self.rules_off - known)
        if unknown:
            raise RuleError(
                f"止める規則 {unknown[0]} はありません。", f"there is no rule {unknown[0]} to switch off"
            )
        return bundled().without(self.rules_off).with_(self.rules)

    def threshold(self, type: str) -> float:
        """The least score at which a type counts."""
        return self.thresholds.get(type, THRESHOLDS.get(type, 0.5))

    def acts(self, type: str, score: float) -> bool:
        """Whether the policy acts on a finding of a type with a score."""
        return score >= self.threshold(type) and self.wants(type)

    def wants(self, type: str) -> bool:
        """Whether a type is looked for."""
        return self.types is None or type in self.types

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Policy:
        """A policy from a mapping, as YAML and JSON files give it; raises `RuleError` that names what is wrong."""
        unknown = sorted(set(row) - _KEYS)
        if unknown:
            raise RuleError(
                f"方針に知らない項目があります：{unknown[0]}",
                f"the policy has an unknown entry: {unknown[0]}",
            )
        try:
            types = frozenset(str(one) for one in row["types"]) if row.get("types") is not None else None
            thresholds = {str(key): float(value) for key, value in (row.get("thresholds") or {}).items()}
            wrong = sorted(((types or frozenset()) | set(thresholds)) - _ALL)
            if wrong:
                raise RuleError(f"種類 {wrong[0]} はありません。", f"there is no type {wrong[0]}")
            return cls(
                types,
                thresholds,
                frozenset(str(one) for one in row.get("rules_off") or ()),
                tuple(Rule.read(one) for one in row.get("rules") or ()),
                _words(row.get("forbidden_words")),
                _words(row.get("known_public")),
                int(row.get("longest", LONGEST)),
            )
        except (TypeError, ValueError, AttributeError) as error:
            if isinstance(error, RuleError):
                raise
            raise RuleError(f"方針を読めません：{error}", f"the policy cannot be read: {error}") from error

    @classmethod
    def load(cls, file: Path) -> Policy:
        """A policy from a YAML or JSON file."""
        try:
            row = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise RuleError(
                f"方針のファイルを読めません：{file}", f"the policy file cannot be read: {file}"
            ) from error
        if not isinstance(row, dict):
            raise RuleError(
                "方針のファイルは「項目: 値」の形で書いてください。", "a policy file holds a mapping"
            )
        return cls.read(row)


def _words(row: Any) -> tuple[str, ...]:
    if row is None:
        return ()
    if isinstance(row, str):
        raise RuleError("語はリストで書いてください。", "words are written as a list")
    return tuple(str(word).strip() for word in row if str(word).strip())
