"""The fields of the public register, read from ``fields.yaml``: one list for the form, the page and the open data."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

FILE = Path(__file__).with_name("fields.yaml")
LANGUAGES = ("ja", "en", "ja-easy")
Kind = Literal["text", "list", "date", "number", "code"]
Source = Literal["register", "system", "risk", "staff"]


class FieldsError(ValueError):
    """``fields.yaml`` is damaged; the message names the place."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text in Japanese, English and やさしい日本語 (with readings as 漢字《かんじ》); empty where it is not told."""

    ja: str
    en: str = ""
    easy: str = ""

    def get(self, language: str) -> str:
        """The text in ``ja``, ``en`` or ``ja-easy``; Japanese where the language is not there."""
        return {"en": self.en, "ja-easy": self.easy}.get(language, self.ja) or self.ja

    def as_dict(self) -> dict[str, str]:
        pairs = {"ja": self.ja, "en": self.en, "ja-easy": self.easy}
        return {key: value for key, value in pairs.items() if value}


@dataclass(frozen=True, slots=True)
class Category:
    key: str
    label: Words


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``tier`` 1: everyone, 2: specialists. ``codes`` names the list that a code is taken from.

    ``source``: register (Kijun itself), system (the inventory), risk (the current risk assessment), staff (typed).
    """

    key: str
    category: str
    kind: Kind
    label: Words
    instruction: Words
    example: Words
    tier: int
    source: Source
    required: bool
    translated: bool
    codes: str = ""
    max: int = 0
    prefill: str = ""
    prefill_en: str = ""
    unit: Words = field(default_factory=lambda: Words(""))

    @property
    def typed(self) -> bool:
        return self.source == "staff"

    @property
    def automatic(self) -> bool:
        return self.source in {"system", "risk"}


@dataclass(frozen=True, slots=True)
class Spec:
    """``fields.yaml`` whole, in its order."""

    version: str
    categories: tuple[Category, ...]
    fields: tuple[Field, ...]
    codes: Mapping[str, Mapping[str, Words]]

    def field(self, key: str) -> Field:
        """KeyError for a key that is no field."""
        return self._by_key()[key]

    def _by_key(self) -> dict[str, Field]:
        return {one.key: one for one in self.fields}

    def of(self, *categories: str) -> list[Field]:
        return [one for one in self.fields if one.category in categories]

    def code(self, one: Field, value: Any) -> Words:
        """The label of a code; the code itself where the list does not know it (an older publication)."""
        return self.codes.get(one.codes, {}).get(str(value)) or Words(str(value))


@functools.cache
def spec() -> Spec:
    return read(FILE.read_text(encoding="utf-8"))


def read(text: str) -> Spec:
    """Parse and check; raises :class:`FieldsError`."""
    document = yaml.safe_load(text)
    if not isinstance(document, dict) or set(document) != {"version", "categories", "codes", "fields"}:
        raise FieldsError("the document needs version, categories, codes and fields, and nothing else")
    categories = tuple(
        Category(row["key"], _words(row["label"], f"category {row['key']}", LANGUAGES))
        for row in document["categories"]
    )
    codes = {
        name: {str(key): _words(words, f"code {name}.{key}", LANGUAGES) for key, words in rows.items()}
        for name, rows in document["codes"].items()
    }
    fields = tuple(_field(row, {one.key for one in categories}, codes) for row in document["fields"])
    keys = [one.key for one in fields]
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        raise FieldsError(f"twice: {', '.join(sorted(twice))}")
    return Spec(str(document["version"]), categories, fields, codes)


_KNOWN = {
    "key", "category", "type", "codes", "tier", "source", "required", "translated", "label", "instruction",
    "example", "max", "prefill", "prefill_en", "unit",
}  # fmt: skip


def _field(row: Any, categories: set[str], codes: Mapping[str, Any]) -> Field:
    place = f"field {row.get('key', '?')}" if isinstance(row, dict) else "field"
    if not isinstance(row, dict) or not set(row) <= _KNOWN:
        raise FieldsError(f"{place}: unknown {', '.join(sorted(set(row) - _KNOWN))}")
    lacking = {"key", "category", "type", "tier", "source", "required", "translated", "label", "instruction", "example"} - set(row)  # fmt: skip
    if lacking:
        raise FieldsError(f"{place}: lacks {', '.join(sorted(lacking))}")
    checks = {
        "key": str(row["key"]).isidentifier(),
        "category": row["category"] in categories,
        "type": row["type"] in get_args(Kind),
        "tier": row["tier"] in (1, 2),
        "source": row["source"] in get_args(Source),
        "required": isinstance(row["required"], bool),
        "translated": isinstance(row["translated"], bool)
        and (row["type"] == "text" or not row["translated"]),
        "codes": row.get("codes", "") in {"", *codes} and (row["type"] != "code" or bool(row.get("codes"))),
        "max": isinstance(row.get("max", 0), int)
        and (row["source"] != "staff" or row["type"] != "text" or row.get("max", 0) > 0),
    }
    wrong = [name for name, right in checks.items() if not right]
    if wrong:
        raise FieldsError(f"{place}: check {', '.join(wrong)}")
    return Field(
        key=row["key"],
        category=row["category"],
        kind=row["type"],
        label=_words(row["label"], f"{place} label", LANGUAGES),
        instruction=_words(row["instruction"], f"{place} instruction", ("ja", "en")),
        example=_words(row["example"], f"{place} example", ("ja", "en")),
        tier=row["tier"],
        source=row["source"],
        required=row["required"],
        translated=row["translated"],
        codes=row.get("codes", ""),
        max=row.get("max", 0),
        prefill=row.get("prefill", ""),
        prefill_en=row.get("prefill_en", ""),
        unit=_words(row["unit"], f"{place} unit", LANGUAGES) if "unit" in row else Words(""),
    )


def _words(given: Any, place: str, needed: tuple[str, ...]) -> Words:
    if not isinstance(given, dict) or not set(given) <= set(LANGUAGES):
        raise FieldsError(f"{place}: write it as {{ja: …, en: …, ja-easy: …}}")
    empty = [language for language in needed if not isinstance(given.get(language), str) or not given[language].strip()]  # fmt: skip
    if empty:
        raise FieldsError(f"{place}: lacks {', '.join(empty)}")
    return Words(given["ja"], given.get("en", ""), given.get("ja-easy", ""))
