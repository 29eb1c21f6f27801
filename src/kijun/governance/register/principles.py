"""The ten principles as residents read them."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import yaml

from kijun.catalog import Catalog

FILE = Path(__file__).with_name("principles.yaml")


@functools.cache
def _plain() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


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
