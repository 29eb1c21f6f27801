"""Rules as data: what is looked for, how sure it makes us, why it matters, and examples that prove the rule.

The rules that come with the package stand in ``rules/*.yaml``. Each has an id, a version that rises with
every change, and examples. In an example that must match, the place is marked: ``電話は{{090-1234-5678}}です``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from kijun.inspection.model import RuleError
from kijun.inspection.vocabulary import Attack, DataType, Expression, Kind, Words

_TYPES: Final[Mapping[Kind, frozenset[str]]] = {
    Kind.DATA: frozenset(DataType),
    Kind.ATTACK: frozenset(Attack),
    Kind.EXPRESSION: frozenset(Expression),
}
_KEYS: Final = frozenset(
    {"id", "version", "kind", "type", "by", "score", "why", "refs", "examples", "target"}
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `by` names the recogniser that reads it, `settings` is what that recogniser wants to know.

    `score` is how sure a match makes us where nothing around it speaks for or against it.
    """

    id: str
    version: int
    kind: Kind
    type: str
    by: str
    score: float
    why: Words
    settings: Mapping[str, Any] = field(default_factory=dict)
    refs: tuple[str, ...] = ()
    target: str = ""
    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Rule:
        """A rule from a mapping; raises `RuleError` that names the rule and what is wrong."""
        id = str(row.get("id") or "")
        if not id:
            raise RuleError("規則に id がありません。", "a rule has no id")
        try:
            kind = Kind(row.get("kind", "data"))
            type = str(row["type"])
            if type not in _TYPES[kind]:
                raise ValueError(f"type {type!r}")
            why = row.get("why") or {}
            examples = row.get("examples") or {}
            score = float(row.get("score", 0.9))
            if not 0 < score <= 1:
                raise ValueError(f"score {score}")
            return cls(
                id,
                int(row.get("version", 1)),
                kind,
                type,
                str(row["by"]),
                score,
                Words(str(why.get("ja", "")), str(why.get("en", ""))),
                {key: value for key, value in row.items() if key not in _KEYS},
                tuple(row.get("refs") or ()),
                str(row.get("target") or ""),
                tuple(examples.get("match") or ()),
                tuple(examples.get("no_match") or ()),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RuleError(
                f"規則 {id} を読めません：{error}", f"rule {id} cannot be read: {error}"
            ) from error


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules with distinct ids; `version` names the set in findings' records."""

    version: str
    rules: tuple[Rule, ...]

    def by(self, recogniser: str) -> tuple[Rule, ...]:
        """The rules that one recogniser reads."""
        return tuple(rule for rule in self.rules if rule.by == recogniser)

    def __getitem__(self, id: str) -> Rule:
        for rule in self.rules:
            if rule.id == id:
                return rule
        raise KeyError(id)

    def without(self, ids: Iterable[str]) -> RuleSet:
        """The set without some rules."""
        off = frozenset(ids)
        return RuleSet(self.version, tuple(rule for rule in self.rules if rule.id not in off))

    def with_(self, own: Iterable[Rule]) -> RuleSet:
        """The set with rules added; an id that is there already is an error."""
        rules = (*self.rules, *own)
        seen: set[str] = set()
        for rule in rules:
            if rule.id in seen:
                raise RuleError(f"規則の id {rule.id} が重なっています。", f"two rules have the id {rule.id}")
            seen.add(rule.id)
        return RuleSet(self.version, rules)


def read_yaml(name: str) -> Any:
    """A YAML file of the package's ``rules`` folder."""
    text = files("kijun.inspection").joinpath("rules", name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders


@cache
def bundled() -> RuleSet:
    """The rules that come with the package."""
    version = str(read_yaml("version.yaml")["version"])
    rules: list[Rule] = []
    for file in sorted(entry.name for entry in files("kijun.inspection").joinpath("rules").iterdir()):
        content = read_yaml(file) if file.endswith(".yaml") else None
        if isinstance(content, dict) and "rules" in content:
            rules.extend(Rule.read(row) for row in content["rules"])
    return RuleSet(version, ()).with_(rules)


_MARKED: Final = re.compile(r"\{\{(?:([A-Z_]+)\|)?(.*?)\}\}", re.DOTALL)


def unmarked(marked: str) -> tuple[str, list[tuple[str, int, int]]]:
    """An example's text without its marks, and the marked spans: (type or "", start, end)."""
    parts: list[str] = []
    spans: list[tuple[str, int, int]] = []
    place = length = 0
    for mark in _MARKED.finditer(marked):
        before = marked[place : mark.start()]
        length += len(before)
        spans.append((mark[1] or "", length, length + len(mark[2])))
        parts += (before, mark[2])
        length += len(mark[2])
        place = mark.end()
    return "".join((*parts, marked[place:])), spans
