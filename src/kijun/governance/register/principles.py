"""The ten principles as residents read them, and what the approved entries show of how the town keeps each."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kijun.catalog import Catalog
from kijun.governance.register.fields import LANGUAGES
from kijun.governance.register.models import Publication

FILE = Path(__file__).with_name("principles.yaml")
PERSONAL = {"personal", "sensitive", "my_number"}
Values = Mapping[str, Any]


@functools.cache
def _plain() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True, slots=True)
class Fact:
    """One sentence with its number. ``others``: publications that should be counted and are not."""

    text: str
    others: list[Publication]


@dataclass(frozen=True, slots=True)
class Kept:
    """A principle, and what is public about keeping it; no fact where nothing was decided for publication."""

    name: str
    sentence: str
    facts: list[Fact]


def sentences(catalog: Catalog, language: str) -> list[tuple[str, str]]:
    """(name, one or two plain sentences) of each principle, in the catalogue's order."""
    plain = _plain()
    if language == "ja-easy":
        return [
            (plain[one.id]["name"], plain[one.id]["text"])
            if one.id in plain
            else (one.name.ja, one.summary.ja)
            for one in catalog.principles
        ]
    return [(one.name.get(language), one.summary.get(language)) for one in catalog.principles]


def _has(key: str) -> Callable[[Values], bool]:
    return lambda values: values.get(key) not in (None, "", [], {})


SHOULD: dict[str, Callable[[Values], bool]] = {
    key: _has(key)
    for key in ("human_check", "effect", "alternatives", "fallback", "fairness", "retention", "measures")
} | {
    "problem": _has("problem"),
    "accuracy": _has("accuracy"),
    "objection": _has("objection"),
    "owner": _has("owner_title"),
    "not_trained": lambda values: values.get("training") == "off_confirmed",
    "languages": lambda values: set(LANGUAGES) <= set(values.get("languages", [])),
}
"""Whoever is not counted here is named."""
MERELY: dict[str, Callable[[Values], bool]] = {
    "decides": lambda values: values.get("public_authority") == "decides",
    "personal": lambda values: bool(PERSONAL & set(values.get("personal_data", []))),
    "abroad": lambda values: values.get("abroad") == "yes",
    "public": lambda values: True,
}
"""Numbers that are neither good nor bad by themselves."""
TOTALS = ("incidents", "complaints")
"""Fields whose numbers are added up, over those that tell them."""


def kept(catalog: Catalog, used: Sequence[Publication], not_public: int, language: str) -> list[Kept]:
    """Each principle with what ``used`` (the published entries of AI in use) and the decided numbers say of it."""
    found = []
    for principle, (name, sentence) in zip(catalog.principles, sentences(catalog, language), strict=True):
        texts: dict[str, dict[str, str]] = _plain().get(principle.id, {}).get("kept", {})
        facts = [_fact(key, text[language], used, not_public) for key, text in texts.items()] if used else []
        found.append(Kept(name, sentence, [one for one in facts if one is not None]))
    return found


def _fact(key: str, text: str, used: Sequence[Publication], not_public: int) -> Fact | None:
    if key == "not_public":
        return Fact(text.format(sum=not_public), []) if not_public else None
    if key in TOTALS:
        numbers = [one.fields[key] for one in used if isinstance(one.fields.get(key), int)]
        return Fact(text.format(sum=sum(numbers), n=len(numbers)), []) if numbers else None
    counts = SHOULD.get(key) or MERELY[key]
    met = [one for one in used if counts(one.fields)]
    others = [one for one in used if one not in met] if key in SHOULD else []
    return Fact(text.format(n=len(met), all=len(used)), others)
