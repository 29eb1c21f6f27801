"""The rules in force as a list, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kijun.inspection.rule import RuleSet
from kijun.inspection.vocabulary import LABELS, Words


def as_text(rules: RuleSet, language: str) -> Iterator[str]:
    """Two lines a rule: id, version, type and numbers of other frameworks; below, why it matters."""
    yield (
        f"Rules {rules.version}: {len(rules.rules)}"
        if language == "en"
        else f"規則集 {rules.version}：{len(rules.rules)}件"
    )
    for rule in rules.rules:
        label = LABELS.get(rule.type, Words(rule.type, rule.type)).in_(language)
        yield ""
        yield "  ".join((rule.id, f"v{rule.version}", f"{rule.type} ({label})", *rule.refs))
        yield f"  {rule.why.in_(language)}"


def as_json(rules: RuleSet) -> dict[str, Any]:
    """The set with its version, and what a record of a finding points at."""
    return {
        "version": rules.version,
        "rules": [
            {
                "id": rule.id,
                "version": rule.version,
                "kind": str(rule.kind),
                "type": rule.type,
                "by": rule.by,
                "why": {"ja": rule.why.ja, "en": rule.why.en},
                "refs": list(rule.refs),
            }
            for rule in rules.rules
        ],
    }
