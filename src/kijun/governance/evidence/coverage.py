"""Which page and which evidence answer each control: the table of docs/coverage.md, written by tools/coverage.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from django.urls import URLResolver, get_resolver

from kijun.catalog import Control, load
from kijun.governance.evidence import proofs
from kijun.governance.evidence.attestations import Answerable, answerable

PLANNED: Final = "planned"
SOURCE: Final = Path(__file__).with_name("capabilities.yaml")

HEAD: Final = """# Coverage of the guideline

Every control of the catalogue, the page of the staff site where its capability is worked on, and the evidence that
answers it. *Not built yet* means that no page answers the capability so far: the control is then answered by
attestation, with a file or a link beside it. Files and links can be added to every control.

This page is written by `python tools/coverage.py`; a test compares the two.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One control. ``pages`` are url names; empty while the capability has none."""

    control: Control
    pages: tuple[str, ...]
    answer: Answerable


@cache
def _source() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    return loaded


def capabilities() -> dict[str, str]:
    """Control id → url name, or ``planned``."""
    return dict(_source()["controls"])


def labels() -> dict[str, dict[str, str]]:
    """Url name → what the page is called, in Japanese and English."""
    return dict(_source()["pages"])


def pages(control_id: str) -> tuple[str, ...]:
    """Url names of the pages where a control's capability is worked on; empty while it has none."""
    named = _source()["controls"].get(control_id, PLANNED)
    found = [named] if named != PLANNED else []
    found += [one.page for one in proofs.collectors(control_id)]
    return tuple(dict.fromkeys(found))


def page_names(url_names: Iterable[str], lang: str) -> list[str]:
    """What these pages are called; one that capabilities.yaml does not name is left out."""
    named = labels()
    return [named[name]["en" if lang == "en" else "ja"] for name in dict.fromkeys(url_names) if name in named]


def rows() -> Iterator[Row]:
    """Every control of the current catalogue; pages of capabilities.yaml and those that its collectors name."""
    for control in load().controls:
        yield Row(control, pages(control.id), answerable(control.id))


def url_names() -> set[str]:
    """Every ``app:name`` of the site's addresses."""
    return set(_names(get_resolver().url_patterns, ""))


def _names(patterns: list[Any], namespace: str) -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _names(one.url_patterns, one.namespace or namespace)
        elif one.name:
            yield f"{namespace}:{one.name}"


def text() -> str:
    """The whole page in Markdown."""
    found = list(rows())
    built = [row for row in found if row.pages]
    collected = [row for row in found if row.answer.collectors]
    lines = [
        HEAD,
        f"{len(found)} controls: {len(built)} with a page, {len(collected)} with evidence gathered automatically.",
        "",
        "| control | what it is about | capability | page | evidence |",
        "|---|---|---|---|---|",
        *(_line(row) for row in found),
    ]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    names = labels()
    pages = (
        "<br>".join(f"{names.get(page, {}).get('en', '')} `{page}`".strip() for page in row.pages)
        or "*not built yet*"
    )
    evidence = [f"`{name}`" for name in row.answer.collectors]
    if row.answer.attestation:
        evidence.append("attestation (until it is collected)" if row.answer.stand_in else "attestation")
    cells = (
        row.control.id,
        row.control.title.en,
        row.control.capability.en,
        pages,
        "<br>".join(evidence) or "file, link",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
