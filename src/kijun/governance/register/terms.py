"""Hard words of the residents' pages and what they mean, from ``terms.yaml``."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from kijun.governance.register.fields import LANGUAGES
from kijun.web import ruby
from kijun.web.search import folded

FILE = Path(__file__).with_name("terms.yaml")


@dataclass(frozen=True, slots=True)
class Term:
    """A word and its meaning by language; ``found``: texts that show that a page uses it."""

    key: str
    found: tuple[str, ...]
    word: dict[str, str]
    text: dict[str, str]


@functools.cache
def terms() -> tuple[Term, ...]:
    """All of them, in the file's order; ValueError where one lacks a language."""
    rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    found = tuple(
        Term(row["key"], tuple(map(_folded, row["found"])), row["word"], row["text"]) for row in rows
    )
    for one in found:
        if {*one.word} != {*LANGUAGES} or {*one.text} != {*LANGUAGES}:
            raise ValueError(f"terms.yaml: {one.key} lacks a language")
    return found


def _folded(text: str) -> str:
    return folded(ruby.without(text))


def explained(language: str) -> list[tuple[str, str, str]]:
    """(key, word, meaning) of every term."""
    return [(one.key, one.word[language], one.text[language]) for one in terms()]


def used_in(texts: Iterable[str], language: str) -> list[tuple[str, str, str]]:
    """(key, word, meaning) of the terms that stand in one of the texts."""
    whole = _folded("\n".join(texts))
    used = {one.key for one in terms() if any(word in whole for word in one.found)}
    return [row for row in explained(language) if row[0] in used]
